"""Is a running system well? Looked at from outside, from the first connection to a finished text."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from .blocking import Pressroom
from .errors import PressroomError
from .events import Event, Failed, Result
from .models import OVER
from .transcript import Transcript

State = Literal["well", "unwell", "not looked at"]
PROMPT = "Say hello in one short sentence."


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    seconds: float
    detail: str
    advice: str = ""
    """What to do; empty where nothing is wrong."""


class Unwell(Exception):
    def __init__(self, detail: str, advice: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.advice = advice


class Unseen(Exception):
    """The check cannot be made with this key."""


@dataclass(frozen=True, slots=True)
class Doctor:
    client: Pressroom
    operator: Pressroom
    """With a super-admin's key where there is one, else the client once more."""
    generates: bool = True
    patience: float = 60.0
    """Seconds for the text."""
    clock: Callable[[], float] = time.monotonic

    def examine(self) -> Iterator[Finding]:
        """One finding after the other; none that need what was found broken."""
        checks: list[tuple[str, Callable[[], str]]] = [
            ("gateway", self._gateway),
            ("API key", self._key),
            ("workers", self._workers),
            ("lanes", self._lanes),
            ("zuora-sync", self._zuora_sync),
            ("generation", self._generation),
        ]
        for what, check in checks:
            finding = self._timed(what, check)
            yield finding
            if finding.state == "unwell" and what in {"gateway", "API key"}:
                return

    def _timed(self, what: str, check: Callable[[], str]) -> Finding:
        began = self.clock()
        state: State = "well"
        advice = ""
        try:
            detail = check()
        except Unseen as unseen:
            state, detail = "not looked at", str(unseen)
        except Unwell as unwell:
            state, detail, advice = "unwell", unwell.detail, unwell.advice
        except PressroomError as error:
            state, detail, advice = "unwell", str(error), _ADVICE.get(error.code, "Look at the gateway's log.")
        return Finding(what, state, self.clock() - began, detail, advice)

    def _gateway(self) -> str:
        found = self.client.readiness()
        if not found.ready:
            raise Unwell(
                f"it answers, and cannot reach: {', '.join(found.failed)}",
                "Start what is missing; the gateway goes on by itself.",
            )
        return "ready"

    def _key(self) -> str:
        me = self.client.me()
        return f"{me.role} of tenant {me.tenant.slug}"

    def _workers(self) -> str:
        self._needs_admin()
        states = [worker.state for worker in self.operator.admin.workers()]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        if "alive" not in states:
            raise Unwell(counts or "none was ever heard of", "Start a worker, or restart a drained one.")
        return counts

    def _lanes(self) -> str:
        self._needs_admin()
        paused = [f"{each.scope} {each.name} (by {each.held_by})" for each in self.operator.admin.pauses()]
        if paused:
            raise Unwell(f"paused: {', '.join(paused)}", "Resume what nobody needs paused: pressroom admin resume …")
        lanes = self.operator.admin.lanes()
        return f"{sum(lane.out for lane in lanes)} jobs out, {sum(lane.waiting for lane in lanes)} waiting"

    def _zuora_sync(self) -> str:
        if "zuora:read" not in self.client.me().scopes:
            raise Unseen("this key may not read Zuora's workflows")
        try:
            next(self.client.zuora.customers.list(limit=1), None)
        except PressroomError as error:
            if error.code == "not_set_up":
                raise Unseen("this installation has none") from error
            raise Unwell(f"zuora-sync: {error}", "Start zuora-sync; what waits for it goes on by itself.") from error
        return "answers"

    def _generation(self) -> str:
        if not self.generates:
            raise Unseen("not asked for")
        if "generations:write" not in self.client.me().scopes:
            raise Unseen("this key may not generate")
        began = self.clock()
        job = self.client.generations.create(PROMPT, priority="high")
        accepted = self.clock() - began
        live, last = self._heard(job.id)
        if not isinstance(last, Result):
            told = f"{last.code}: {last.detail}" if isinstance(last, Failed) else "cancelled"
            raise Unwell(f"{job.id} {told}", "See pressroom show, and the generator's log.")
        found = last.generation
        if live.text != found.content:
            raise Unwell(
                f"{job.id} has another text than its events told: {len(live.text)} characters came live",
                "Look for errors in the logs of the generator and the gateway.",
            )
        return f"accepted after {accepted:.2f} s, {len(live.text)} characters by {found.model}, as they came live"

    def _heard(self, job_id: UUID) -> tuple[Transcript, Event | None]:
        """The text as its events told it, and how they ended."""
        live, last = Transcript(), None
        try:
            for last in self.client.jobs.events(job_id, timeout=self.patience):
                live = live if isinstance(last, Result) else live.apply(last)
        except PressroomError as error:
            raise self._unheard(job_id, error) from error
        return live, last

    def _unheard(self, job_id: UUID, error: PressroomError) -> Unwell:
        """Nobody waits for the text any more: it is not to be paid for later."""
        why = self.client.jobs.why(job_id)
        if why.status not in OVER:
            self.client.jobs.cancel(job_id)
        if why.status in OVER or error.code != "timed_out":
            return Unwell(f"the events of {job_id}, which is {why.status}: {error}", "Look at the gateway's log.")
        reasons = "; ".join(f"{reason.code}: {reason.detail}" for reason in why.reasons)
        return Unwell(f"{why.status} after {self.patience:g} s: {reasons}", "Is a worker alive? The job was cancelled.")

    def _needs_admin(self) -> None:
        if "admin" not in self.operator.me().scopes:
            raise Unseen("needs a super-admin's key in PRESSROOM_ADMIN_KEY")


_ADVICE = {
    "unreachable": "Start Pressroom (make up), or correct PRESSROOM_URL.",
    "unauthenticated": "Set PRESSROOM_API_KEY to a key that is neither expired nor revoked.",
    "forbidden": "Take a key with more rights.",
    "rate_limited": "Too many requests: wait a minute.",
    "unavailable": "The database, the broker or the monitor is away: see /readyz and the logs.",
    "unreadable": "Correct PRESSROOM_URL: something else answers there.",
}
