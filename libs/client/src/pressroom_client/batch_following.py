"""What was read of a batch's events; no I/O."""

from uuid import UUID

import pydantic

from .batch_models import BatchProgress
from .errors import PressroomError
from .following import SILENCE_SECONDS
from .messages import EVENT_STREAM, Call, path
from .retries import Trouble
from .sse import Decoder


class BatchFollowing:
    """Over however many connections: each begins with how the batch stands."""

    def __init__(self, batch_id: UUID | str) -> None:
        self.over = False
        self.lively = False
        """Whether the connection brought something new."""
        self._batch_id = batch_id
        self._decoder = Decoder()
        self._last: BatchProgress | None = None

    def call(self) -> Call:
        """The next connection."""
        self.lively, self._decoder = False, Decoder()
        where = path("batches", self._batch_id, "events")
        return Call("GET", where, headers=EVENT_STREAM, seconds=SILENCE_SECONDS)

    def feed(self, chunk: bytes) -> list[BatchProgress]:
        """What is new in it. Raises PressroomError for what is no event of Pressroom's."""
        found: list[BatchProgress] = []
        for heard in self._decoder.feed(chunk):
            if heard.event not in {"progress", "result"}:
                continue
            try:
                told = BatchProgress.model_validate_json(heard.data)
            except pydantic.ValidationError as error:
                raise PressroomError(0, "unreadable", f"An event {heard.event!r} is not Pressroom's.") from error
            self.over = heard.event == "result"
            if told != self._last:
                self._last, self.lively = told, True
                found.append(told)
        return found

    def broken_off(self, origin: str) -> Trouble:
        """The stream ended without an end."""
        detail = f"{origin} broke off the events of batch {self._batch_id}. It goes on: follow it again."
        return Trouble(PressroomError(0, "unreachable", detail))

    def timed_out(self, seconds: float) -> PressroomError:
        detail = f"After {seconds:g} s batch {self._batch_id} is not over. It goes on: follow it again."
        return PressroomError(0, "timed_out", detail)
