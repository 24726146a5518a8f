"""How a recipe buys a picture: recorded before it is sent, settled afterwards, looked at, and stored."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import partial

from pressroom_common.contracts import Usage
from pressroom_common.errors import Refused, Unavailable
from pressroom_common.patience import patiently
from pressroom_common.worker import JobFailed, Run
from pressroom_generator.measures import GeneratorMetrics
from pressroom_generator.ports import Drawing, Painter, Storage
from pressroom_generator.tokens import unanswered

from .settling import settling
from .signatures import ENDINGS, content_type_of

_NO_STORAGE = (
    "This installation has no storage for images. An operator has to set GENERATOR_STORAGE_DIR, or GENERATOR_S3_BUCKET "
    "with its keys."
)


class Studio:
    """`size` as the provider calls it, `limit` in bytes of a picture, `snooze_limit` and `storage_wait` in seconds.

    Without a storage every picture fails: that is the installation's choice, and is said so.
    """

    def __init__(
        self,
        painter: Painter,
        storage: Storage | None,
        metrics: GeneratorMetrics,
        model: str,
        size: str,
        limit: int,
        snooze_limit: float,
        storage_wait: float,
    ) -> None:
        self._painter = painter
        self._storage = storage
        self._metrics = metrics
        self._model = model
        self._size = size
        self._limit = limit
        self._snooze_limit = snooze_limit
        self._storage_wait = storage_wait

    async def buy(self, run: Run, step: str, prompt: str) -> tuple[str, str]:
        """The stored picture's key, and its content type. Raises JobFailed or Snoozed."""
        if self._storage is None:
            raise JobFailed("no_storage", _NO_STORAGE, "permanent")
        drawing = await self._drawn(run, step, prompt)
        content_type = self._checked(drawing.content)
        digest = hashlib.sha256(drawing.content).hexdigest()[:16]
        name = f"{run.row.job_id}/{step.replace('.', '-')}-{digest}.{ENDINGS[content_type]}"
        return await self._stored(partial(self._storage.put, name, drawing.content, content_type)), content_type

    async def _stored(self, put: Callable[[], Awaitable[str]]) -> str:
        """A storage that is away is waited for: the picture is paid. One that refuses it does so each time."""
        try:
            return await patiently(put, self._storage_wait)
        except Refused as refused:
            raise JobFailed("storage_refused", str(refused), "permanent") from refused
        except Unavailable as away:
            detail = f"The picture could not be stored within {self._storage_wait:g} s: {away}."
            raise JobFailed("storage_unavailable", detail, "transient") from away

    async def _drawn(self, run: Run, step: str, prompt: str) -> Drawing:
        async with run.call(step, self._model) as call:
            with self._metrics.calling(self._model) as measure:
                with settling(call, measure, partial(_cut_off, prompt), self._snooze_limit):
                    drawing = await self._painter.draw(call, self._model, prompt, self._size, self._limit)
                call.settle("answered", drawing.usage)
                measure.outcome = "answered"
        self._metrics.used(self._model, drawing.usage)
        return drawing

    def _checked(self, content: bytes) -> str:
        if len(content) > self._limit:
            detail = f"The picture has {len(content)} bytes; {self._limit} are allowed. Ask for a smaller one."
            raise JobFailed("content_too_large", detail, "permanent")
        content_type = content_type_of(content)
        if content_type is None:
            raise JobFailed("provider_failed", "The provider gave no picture that browsers can show.", "transient")
        return content_type


def _cut_off(prompt: str) -> Usage:
    return unanswered(prompt)
