"""Standard output for a text that grows, and a line of progress where somebody sees it."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from pressroom_client.events import Event

from . import screen
from .progress_line import ProgressLine

_TIMES_A_SECOND = 8


class Sheet:
    """On a terminal the last line of the text and the progress below it are drawn anew; all before it is printed.

    On a pipe there is nothing but the text, however the terminal beside it looks.
    """

    def __init__(self, console: Console | None, line: ProgressLine | None = None) -> None:
        """`console`: a terminal, if there is one."""
        self._line = line or ProgressLine()
        self._unfinished = ""
        self._console = console
        self._shares = console is not None and not console.stderr
        """Whether the text goes to the same terminal."""
        self._live: Live | None = None

    def __enter__(self) -> Self:
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unfinished, self._unfinished = self._unfinished, ""
        self._erase()
        screen.pour(unfinished)

    def __rich__(self) -> RenderableType:
        rows: list[RenderableType] = [self._line]
        if self._unfinished and self._console:
            width, height = self._console.size  # half of them, as letters may be twice as wide
            rows.insert(0, Text(self._unfinished[-max(width * (height - 2) // 2, width) :]))
        return Group(*rows)

    def tell(self, event: Event) -> None:
        self._line.tell(event)

    def write(self, text: str) -> None:
        """More of the text."""
        if not self._shares or self._console is None:
            screen.pour(text)
            return
        *lines, self._unfinished = (self._unfinished + screen.printable(text)).split("\n")
        for line in lines:
            self._console.out(line, highlight=False)

    def note(self, text: str) -> None:
        """Beside the text."""
        self._erase()
        screen.note(text)
        self._draw()

    def _draw(self) -> None:
        if self._console is None:
            return
        options: dict[str, Any] = {"redirect_stdout": False, "redirect_stderr": False, "transient": True}
        self._live = Live(self, console=self._console, refresh_per_second=_TIMES_A_SECOND, **options)
        self._live.start()

    def _erase(self) -> None:
        """For good: a display that was stopped does not know where it stood."""
        if self._live is not None:
            self._live.stop()
            self._live = None
