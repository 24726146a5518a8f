"""How a recipe buys a text: recorded before it is sent, settled afterwards, refused where it is no good."""

import asyncio
from typing import Any

from pressroom_common.contracts import JobError, Usage
from pressroom_common.worker import JobFailed, Run, Snoozed
from pressroom_generator.measures import GeneratorMetrics
from pressroom_generator.ports import Completion, Model, ProviderError
from pressroom_generator.tokens import unanswered


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
        self, run: Run, step: str, prompt: str, model: str = "", schema: dict[str, Any] | None = None
    ) -> Completion:
        """A completion that can be used. Raises JobFailed or Snoozed."""
        model = model or self._default_model
        async with run.call(step, model) as call:
            with self._metrics.calling(model) as measure:
                try:
                    completion = await self._model.complete(call, model, prompt, schema)
                except ProviderError as error:
                    measure.outcome = error.error.code
                    if error.sent:
                        call.settle("unknown", unanswered(prompt))
                    else:
                        call.settle("refused", Usage(calls=1))
                    raise self._failure(error.error) from error
                except asyncio.CancelledError:
                    call.settle("unknown", unanswered(prompt))
                    raise
                call.settle("answered", completion.usage)
                measure.outcome = "answered"
        self._metrics.used(model, completion.usage)
        self._refuse_unusable(completion)
        return completion

    def _failure(self, error: JobError) -> Exception:
        if error.retry_after is not None:
            return Snoozed(min(error.retry_after, self._snooze_limit), error)
        return JobFailed(error.code, error.detail, error.error_class)

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
