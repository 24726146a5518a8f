"""How far a job is, in a line."""

import time
from collections.abc import Callable, Iterator

from rich.text import Text

from pressroom_client.events import Event, Progress, Status


class ProgressLine:
    """Of the last that was told; the time goes on meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._told_at = clock()
        self._status = "waiting"
        self._progress: Progress | None = None

    def tell(self, event: Event) -> None:
        if isinstance(event, Status):
            self._status = event.status
        if isinstance(event, Progress):
            self._progress, self._told_at = event, self._clock()

    def __rich__(self) -> Text:
        now = self._clock()
        if self._progress is None:
            told, since_ms = Progress(message=self._status.capitalize(), elapsed_ms=0), (now - self._began) * 1000
        else:
            told, since_ms = self._progress, (now - self._told_at) * 1000
        return Text(words(told, since_ms), style="dim", no_wrap=True, overflow="ellipsis")


def words(progress: Progress, since_ms: float = 0.0) -> str:
    """`Calling the model · 40 % · 123 tokens · 12 s · about 8 s left`, so long after it was told."""
    parts = [progress.message or progress.step or progress.message_code or "working"]
    if progress.percent is not None:
        parts.append(f"{progress.percent:.0f} %")
    parts += _counts(progress)
    if progress.tokens:
        parts.append("1 token" if progress.tokens == 1 else f"{progress.tokens} tokens")
    if progress.elapsed_ms is not None:
        parts.append(span(progress.elapsed_ms + since_ms))
    if progress.eta_ms is not None and progress.eta_ms - since_ms >= 1000:
        parts.append(f"about {span(progress.eta_ms - since_ms)} left")
    return " · ".join(parts)


def _counts(progress: Progress) -> Iterator[str]:
    """Of the step's parts, where its message does not tell, and of the other steps': `section 3 of 8`."""
    told = f"{progress.completed or 0} of {progress.total}"
    if progress.total is not None and progress.total > 1 and told not in progress.message:
        yield told
    for sort, (done, total) in progress.counts.items():
        if sort != progress.step:
            yield f"{sort} {done} of {total}"


def span(milliseconds: float) -> str:
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
