"""What was read of a job's events, over however many connections, and what to ask for next; no I/O."""

from dataclasses import dataclass
from uuid import UUID

from .errors import PressroomError
from .events import Delta, Event, Keyframe, Part, Progress, Status, event_of
from .messages import EVENT_STREAM, Call, given, path
from .models import HandedOver
from .retries import Trouble
from .sse import Decoder, ServerSentEvent

SILENCE_SECONDS = 45.0
"""Without a byte, three times as long as between two heartbeats: the connection is broken, whatever TCP believes."""
LASTING_SECONDS = 10.0
"""A connection that stood so long was no failure, even if nothing happened on it."""


class Gap(Exception):
    """A piece of text does not fit on that before it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The text that was passed on."""

    text: str = ""
    begins: int | None = 0
    """Its offset; None: that of the first delta, where the caller has the text before it."""

    def after_delta(self, event: Delta) -> tuple["Known", Delta | None]:
        """With what is new of it. Raises Gap."""
        begins = event.offset if self.begins is None else self.begins
        start, end = event.offset - begins, len(self.text)
        if not 0 <= start <= end or not self.text.startswith(event.text[: end - start], start):
            raise Gap
        new = event.text[end - start :]
        if not new:
            return self, None
        return Known(self.text + new, begins), event.model_copy(update={"offset": begins + end, "text": new})

    def after_keyframe(self, event: Keyframe) -> tuple["Known", Delta | Keyframe | None]:
        """One that only goes on where the text ended is a delta: nothing that was passed on has to be replaced."""
        known = Known(event.text)
        if not self.text or self.begins != 0 or not event.text.startswith(self.text):
            return known, event
        new = event.text[len(self.text) :]
        return known, Delta(offset=len(self.text), text=new, event_id=event.event_id) if new else None


class Following:
    """The events of one job: every text once, in order, without gaps."""

    def __init__(
        self, job_id: UUID | str | None = None, *, last_event_id: str | None = None, through: bool = False
    ) -> None:
        """`through`: go on after the hand-over of a job to the background."""
        self.over = False
        self.handed_over = False
        """The connection has ended as it should, and the job goes on."""
        self.answered = False
        """Whether something came on the connection."""
        self.lively = False
        """Whether it was news."""
        self._torn = False
        self._job_id = job_id
        self._last_event_id = last_event_id
        self._through = through
        self._known = Known(begins=0 if last_event_id is None else None)
        self._fresh = last_event_id is None
        self._status: str | None = None
        self._progress: Progress | None = None
        self._parts: dict[str, Part] = {}
        self._decoder = Decoder()

    @property
    def parted(self) -> bool:
        """Whether nothing more is wanted of the connection."""
        return self.over or self.handed_over or self._torn

    def call(self, first: Call | None = None) -> Call:
        """The next one: `first`, which makes a job, as long as it is not known which."""
        self.answered = self.lively = self.handed_over = self._torn = False
        if self._job_id is None and first is not None:
            return first
        headers = {**EVENT_STREAM, **given(**{"Last-Event-ID": self._last_event_id})}
        return Call("GET", path("jobs", self._job_id, "events"), headers=headers)

    def connected(self, job_id: UUID | None) -> None:
        """To the events of this job, if the answer told it."""
        retry_ms, self._decoder = self._decoder.retry_ms, Decoder()
        self._decoder.retry_ms = retry_ms
        self._job_id = self._job_id or job_id
        self._fresh = self._last_event_id is None
        self.answered = True

    def feed(self, chunk: bytes) -> list[Event]:
        """What is new in it. Raises PressroomError for what is no event of Pressroom's."""
        found: list[Event] = []
        for heard in self._decoder.feed(chunk):
            event = self._take(heard)
            if event is not None:
                found.append(event)
            if self.parted:
                break
        return found

    def end(self, event: Event) -> Event:
        """It came as a whole: no stream was needed, or it is the last of one."""
        self.handed_over = self._through and isinstance(event, HandedOver)
        self.over = not self.handed_over
        if isinstance(event, HandedOver):
            self._job_id = event.id
        return event

    def broken_off(self, origin: str) -> Trouble:
        """The stream ended without an end; the gateway has told when to come back."""
        retry_after = None if self._decoder.retry_ms is None else self._decoder.retry_ms / 1000
        detail = f"{origin} broke off the events of {self._job}. The job goes on: follow it again."
        return Trouble(PressroomError(0, "unreachable", detail, retry_after=retry_after))

    def timed_out(self, seconds: float) -> PressroomError:
        detail = f"After {seconds:g} s {self._job} is not over. It goes on: follow it again, or ask why."
        return PressroomError(0, "timed_out", detail)

    @property
    def _job(self) -> str:
        return f"job {self._job_id}" if self._job_id else "the job"

    def _take(self, heard: ServerSentEvent) -> Event | None:
        event = event_of(heard)
        try:
            new = None if event is None else self._news(event)
        except Gap:
            self._torn, self._last_event_id = True, None
            return None
        self._last_event_id = heard.id or self._last_event_id
        return new

    def _news(self, event: Event) -> Event | None:
        if isinstance(event, Delta | Keyframe):
            return self._text(event)
        if isinstance(event, Progress):
            moved = event.model_copy(update={"elapsed_ms": None, "eta_ms": None, "event_id": None})
            self.lively |= moved != self._progress
            self._progress = moved
            return event
        if isinstance(event, Part):
            return self._part(event)
        if isinstance(event, Status):
            return self._change(event)
        return self.end(event)

    def _change(self, event: Status) -> Status | None:
        self._job_id = self._job_id or event.job_id
        if event.status == self._status:
            return None
        self._status, self.lively = event.status, True
        return event

    def _part(self, event: Part) -> Part | None:
        """A new connection tells all of them."""
        part = event.model_copy(update={"event_id": None})
        if self._parts.get(event.name) == part:
            return None
        self._parts[event.name], self.lively = part, True
        return event

    def _text(self, event: Delta | Keyframe) -> Delta | Keyframe | None:
        """To one who told no last event, a text from 0 on is all of it, whichever of both it is called."""
        new: Delta | Keyframe | None
        if isinstance(event, Delta) and event.offset == 0 and self._fresh and self._known.text:
            event = Keyframe(text=event.text, event_id=event.event_id)
        if isinstance(event, Delta):
            self._known, new = self._known.after_delta(event)
        else:
            self._known, new = self._known.after_keyframe(event)
        self._fresh = False
        self.lively |= new is not None
        return new
