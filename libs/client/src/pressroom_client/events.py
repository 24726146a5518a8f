"""What the gateway tells of a job while it is worked on. Fields that it adds later are kept."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

import pydantic
from pydantic import Field

from .errors import PressroomError
from .models import Answer, Generation, HandedOver, JobPart
from .sse import ServerSentEvent


class Status(Answer):
    """First, and whenever it changes."""

    job_id: UUID
    status: str
    event_id: str | None = None
    """For `jobs.events(…, last_event_id=…)`: where to go on later."""


class Progress(Answer):
    """How far the job is. What is not known is None."""

    step: str | None = None
    """`preparing`, `calling_model`, `saving`, or one of the kind's own: `section`."""
    percent: float | None = None
    message_code: str = ""
    message: str = ""
    """The code in English."""
    completed: int | None = None
    total: int | None = None
    counts: dict[str, tuple[int, int]] = Field(default_factory=dict)
    """Done, and in all, of each sort of parts: `{"section": (3, 8)}`."""
    tokens: int | None = None
    elapsed_ms: int | None = None
    eta_ms: int | None = None
    """Until the end, as an estimate."""
    event_id: str | None = None


class Part(JobPart):
    """A part of the work, whenever it has changed: of an article first its heading, then its text."""

    event_id: str | None = None


class Delta(Answer):
    """More of the text."""

    offset: int
    """Where it goes: code points from the beginning of the text."""
    text: str
    event_id: str | None = None


class Keyframe(Answer):
    """The text so far, in place of all that was told before."""

    offset: int = 0
    text: str
    event_id: str | None = None


class Result(Answer):
    """The job is completed. Of a generation it has all that `generations.get` answers."""

    id: UUID
    status: str
    content: str | None = None

    @property
    def generation(self) -> Generation:
        """Raises PressroomError for the result of another kind of job."""
        try:
            return Generation.model_validate(self.model_dump())
        except pydantic.ValidationError as error:
            raise PressroomError(0, "unreadable", f"{self.id} is no generation: take the result as it is.") from error


class Failed(Answer):
    """The job failed: the event `error`."""

    job_id: UUID | None = None
    status: int = 0
    """As HTTP has it."""
    code: str
    detail: str = ""
    retry_after: float | None = None
    """Seconds until it makes sense to try again, where the provider told."""

    @property
    def error(self) -> PressroomError:
        """For `raise`: what `generations.generate` raises for it."""
        return PressroomError(self.status, self.code, self.detail, retry_after=self.retry_after, job_id=self.job_id)


class Cancelled(Answer):
    job_id: UUID
    status: str = "cancelled"


Event: TypeAlias = Status | Progress | Part | Delta | Keyframe | Result | Failed | Cancelled | HandedOver
END: Final = (Result, Failed, Cancelled, HandedOver)
"""One of these is the last. After `HandedOver` the same job goes on, and `jobs.events` follows it."""
_NAMES: Final[Mapping[type[Event], str]] = MappingProxyType(
    {
        Status: "status",
        Progress: "progress",
        Part: "part",
        Delta: "delta",
        Keyframe: "keyframe",
        Result: "result",
        Failed: "error",
        Cancelled: "cancelled",
        HandedOver: "handed_over",
    }
)
_MODELS: Final[Mapping[str, type[Event]]] = MappingProxyType({name: model for model, name in _NAMES.items()})


def event_of(heard: ServerSentEvent) -> Event | None:
    """None for events of later versions. Raises PressroomError for what is no event of Pressroom's."""
    model = _MODELS.get(heard.event)
    if model is None:
        return None
    try:
        event = model.model_validate_json(heard.data)
    except pydantic.ValidationError as error:
        raise PressroomError(0, "unreadable", f"An event {heard.event!r} is not Pressroom's.") from error
    if heard.id and "event_id" in model.model_fields:
        return event.model_copy(update={"event_id": heard.id})
    return event


def plain(event: Event) -> dict[str, Any]:
    """With its name, for programs that read it as JSON."""
    return {"event": _NAMES[type(event)]} | event.model_dump(mode="json")
