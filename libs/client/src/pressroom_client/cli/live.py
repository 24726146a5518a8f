"""A job's events on the screen, until the last one."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Literal
from uuid import UUID

import typer

from pressroom_client.errors import PressroomError
from pressroom_client.events import Cancelled, Event, Failed, Result, Status, plain
from pressroom_client.models import HandedOver
from pressroom_client.transcript import Transcript

from . import screen
from .page import Page
from .sheet import Sheet

Events = Annotated[bool, typer.Option("--events", help="With --json: every event as a line of JSON, as it comes.")]
Shown = Literal["text", "events", "nothing"]
INTERRUPTED = 130
"""Exit code, as shells have it for Ctrl-C."""
HANDED_OVER = 75
"""Exit code where the text is not there yet and the job goes on: `EX_TEMPFAIL` of sysexits.h."""


def shown(*, as_json: bool, events: bool) -> Shown:
    """What goes to standard output while the job goes on. Raises BadParameter."""
    if events and not as_json:
        raise typer.BadParameter("needs --json", param_hint="--events")
    if events:
        return "events"
    return "nothing" if as_json else "text"


WATCH = "pressroom watch"


def follow(
    events: Generator[Event, None, None], what: Shown, job_id: UUID | None = None, how: str = WATCH
) -> Result | HandedOver:
    """Shows them. `how`: the command that goes on after Ctrl-C.

    Raises PressroomError for a job that ended without a result, Exit after Ctrl-C.
    """
    with closing(events), Sheet(None if what == "events" else screen.live()) as sheet:
        viewer = Viewer(sheet, what, job_id)
        try:
            for event in events:
                viewer.take(event)
        except KeyboardInterrupt:
            viewer.leave()
            sheet.note(_goes_on(viewer.job_id, how))
            raise typer.Exit(INTERRUPTED) from None
        finally:
            viewer.leave()
    return outcome(viewer.last)


class Viewer:
    """What was seen of a job."""

    def __init__(self, sheet: Sheet, what: Shown, job_id: UUID | None) -> None:
        self.job_id = job_id
        self.last: Event | None = None
        self._sheet = sheet
        self._what = what
        self._page = Page(sheet.write, sheet.note)
        self._transcript = Transcript()

    def take(self, event: Event) -> None:
        self.last = event
        self._sheet.tell(event)
        if isinstance(event, Status):
            self.job_id = event.job_id
        if self._what == "events":
            screen.line(plain(event))
        if self._what == "text":
            self._read(event)
        if isinstance(event, HandedOver):
            self._sheet.note(handed_over(event))

    def leave(self) -> None:
        """Nothing more is shown."""
        self._page.end_line()

    def _read(self, event: Event) -> None:
        self._transcript = self._transcript.apply(event)
        ended = isinstance(event, Result) and event.content is not None
        self._page.show(self._transcript.text, final=ended)
        if ended:
            self._page.end()


def handed_over(told: HandedOver) -> str:
    """Where the text will be."""
    return f"{told.detail} Its id is {told.id}."


def outcome(last: Event | None) -> Result | HandedOver:
    """Of the last event. Raises PressroomError."""
    match last:
        case Result() | HandedOver():
            return last
        case Failed():
            raise last.error
        case Cancelled():
            raise PressroomError(0, "cancelled", f"{last.job_id} cancelled: by a person or another call")
        case _:
            raise PressroomError(0, "unreadable", "The events ended without an end.")


@contextmanager
def leaving(job_id: UUID | None = None, how: str = WATCH) -> Iterator[None]:
    """Where Ctrl-C ends the command, and no job. Raises Exit."""
    try:
        yield
    except KeyboardInterrupt:
        screen.note(_goes_on(job_id, how))
        raise typer.Exit(INTERRUPTED) from None


def _goes_on(job_id: UUID | None, how: str) -> str:
    if job_id is None:
        return "Whether a job was made is not known; pressroom jobs lists them."
    return f"The job goes on. To see how: {how} {job_id}; to stop it: pressroom cancel {job_id}"
