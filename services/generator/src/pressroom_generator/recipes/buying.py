"""How a recipe buys a text: recorded before it is sent, settled afterwards, refused where it is no good."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pressroom_common.contracts import Usage
from pressroom_common.worker import JobFailed, Run
from pressroom_generator.measures import GeneratorMetrics
from pressroom_generator.ports import Completion, Model
from pressroom_generator.tokens import unanswered

from .heard import Heard
from .settling import settling

_RUNS_ON = 2
"""Times the limit that a streamed content may have: one a little too long comes to its end, and tells its usage."""


class Shop:
    """`content_limit` in bytes, `snooze_limit` in seconds."""

    def __init__(
        self, model: Model, metrics: GeneratorMetrics, default_model: str, content_limit: int, snooze_limit: float
    ) -> None:
        self._model = model
        self._metrics = metrics
        self._default_model = default_model
        self._content_limit = content_limit
        self._snooze_limit = snooze_limit

    async def buy(
        self,
        run: Run,
        step: str,
        prompt: str,
        model: str = "",
        schema: dict[str, Any] | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """A completion that can be used. With `on_text` its content is also told as it comes, good or not.

        Raises JobFailed or Snoozed.
        """
        model = model or self._default_model
        async with run.call(step, model) as call:
            with self._metrics.calling(model) as measure:
                heard = Heard(measure, _RUNS_ON * self._content_limit)
                listener = heard.passing_on(on_text) if on_text is not None else None
                lost = partial(_cut_off, prompt, heard)
                with settling(call, measure, lost, self._snooze_limit):
                    completion = await self._model.complete(call, model, prompt, schema, listener)
                call.settle("answered", completion.usage)
                measure.outcome = "answered"
        self._metrics.used(model, completion.usage)
        self._refuse_unusable(completion)
        return completion

    def _refuse_unusable(self, completion: Completion) -> None:
        if completion.refusal or completion.finish_reason == "content_filter":
            reason = completion.refusal or "its content filter stepped in"
            raise JobFailed("provider_rejected", f"The model declined: {reason}. Change the prompt.", "permanent")
        size = len(completion.content.encode())
        if size > self._content_limit:
            detail = f"The content has {size} bytes; {self._content_limit} are allowed. Ask for less."
            raise JobFailed("content_too_large", detail, "permanent")
        if not completion.content:
            raise JobFailed("provider_failed", "The provider answered with no content.", "transient")


def _cut_off(prompt: str, heard: Heard) -> Usage:
    return unanswered(prompt, heard.size)
