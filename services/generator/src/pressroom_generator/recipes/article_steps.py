"""An article's steps as a run keeps them: told to those who watch, and stored so that none is paid twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from pressroom_common.contracts import ArticleInput, JobError
from pressroom_common.worker import JobFailed, Run, Snoozed, together

from .article_progress import ArticleProgress

T = TypeVar("T")
Work = Callable[[], Awaitable[T]]


@dataclass(frozen=True)
class Habits:
    """How articles are made here."""

    parallel: int
    """Sections or images at a time."""
    waits: tuple[float, ...]
    """Seconds before a part that the article can do without is tried again, and again."""


class ArticleSteps:
    def __init__(self, run: Run, wanted: ArticleInput, habits: Habits) -> None:
        self._run = run
        self._habits = habits
        self._dispensable = wanted.partial == "allow"
        self._progress = ArticleProgress(run.feed, wanted)
        self._errors: dict[str, JobError] = {}
        """Of parts that failed in this run."""

    def announce(self, headings: tuple[str, ...]) -> None:
        self._progress.announce(headings)

    async def step(self, name: str, work: Work[T], type_: type[T]) -> T:
        """The result of `work`, which the article cannot do without, or the one that is stored."""
        stored = await self._run.step(name, partial(self._made, name, work))
        result = msgspec.json.decode(stored, type=type_)
        self._progress.ended(name, result if isinstance(result, str) else "")
        return result

    async def parts(
        self, sort: str, count: int, work: Callable[[int], Awaitable[T]], type_: type[T]
    ) -> list[T | JobError]:
        """`sort.1`, `sort.2`, … side by side; in place of those that the article may do without, why they failed.

        Where one ends the attempt, no other is begun; those under way are paid, and so brought to their end first.
        """
        each = self._part if self._dispensable else self.step
        ends: list[JobFailed | Snoozed] = []

        async def one(number: int) -> T | JobError | None:
            try:
                return None if ends else await each(f"{sort}.{number}", partial(work, number), type_)
            except (JobFailed, Snoozed) as end:
                ends.append(end)
                return None

        made = await together([partial(one, number) for number in range(1, count + 1)], self._habits.parallel)
        if ends:
            raise ends[0]
        return [result for result in made if result is not None]

    async def _part(self, name: str, work: Work[T], type_: type[T]) -> T | JobError:
        stored = await self._run.part(name, partial(self._tried, name, work))
        if stored is None:
            self._progress.ended(name, failed=True)
            return self._errors.get(name) or self._error_told(name)
        result = msgspec.json.decode(stored, type=type_)
        self._progress.ended(name, result if isinstance(result, str) else "")
        return result

    async def _made(self, name: str, work: Work[Any]) -> Raw:
        self._progress.began(name)
        return Raw(msgspec.json.encode(await work()))

    async def _tried(self, name: str, work: Work[Any]) -> Raw:
        """Again where another try may help: what is left out stays out."""
        for wait in (*self._habits.waits, None):
            try:
                return await self._made(name, work)
            except JobFailed as failure:
                self._errors[name] = failure.error
                if wait is None or failure.error.error_class != "transient":
                    raise
            await asyncio.sleep(wait)
        raise AssertionError("unreachable: the last try has no wait")

    def _error_told(self, name: str) -> JobError:
        """Of a part that failed before this run was taken over."""
        told = self._run.row.steps.get(name)
        if told is not None and told.error is not None:
            return told.error
        return JobError(code="internal", detail="It failed, and why was not kept.", error_class="transient")
