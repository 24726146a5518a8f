"""A model and a notebook by hand, so that a recipe can be watched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from msgspec import Raw

from pressroom_common.contracts import PromptInput, Usage, encode
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import Call, Run
from pressroom_common.worker.feed import Feed
from pressroom_common.worker.records import Bill, CallRecord, Checkpoint, Fence
from pressroom_generator.measures import GeneratorMetrics
from pressroom_generator.ports import Completion, ProviderError
from pressroom_generator.recipes.buying import Shop
from protocol.runs import EPOCH, StoredRun

LIMIT = 1000
"""Bytes of a content."""
SNOOZE_LIMIT = 3600.0

USED = Usage(calls=1, input_tokens=10, output_tokens=20)


def completion(content: str = "A text.", **fields: Any) -> Completion:
    fields = {"model": "model-1", "refusal": "", "finish_reason": "stop", "usage": USED, **fields}
    return Completion(content=content, **fields)


@dataclass
class FakeModel:
    """The port `Model`: answers what it was told to, and remembers what it was asked.

    Who listens hears `says` first, or, where it is empty, the content in one piece.
    """

    answer: Callable[[], Completion]
    says: tuple[str, ...] = ()
    asked: list[tuple[UUID, str, str, dict[str, Any] | None]] = field(default_factory=list)

    async def complete(
        self,
        call: Call,
        model: str,
        prompt: str,
        schema: dict[str, Any] | None,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        self.asked.append((call.id, model, prompt, schema))
        if on_text is None:
            return self.answer()
        for piece in self.says:
            on_text(piece)
        answer = self.answer()
        if not self.says and answer.content:
            on_text(answer.content)
        return answer


def answering(content: str = "A text.", **fields: Any) -> FakeModel:
    return FakeModel(lambda: completion(content, **fields))


def failing(error: ProviderError) -> FakeModel:
    def fail() -> Completion:
        raise error

    return FakeModel(fail)


@dataclass
class FakeNotebook:
    """The port `Notebook`. `stands`: whether the claim does."""

    stands: bool = True
    recorded: list[CallRecord] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    paid: list[Bill] = field(default_factory=list)

    async def record_call(self, call: CallRecord) -> bool:
        if self.stands:
            self.recorded.append(call)
        return self.stands

    async def checkpoint(self, step: Checkpoint, bills: Sequence[Bill]) -> bool:
        if self.stands:
            self.kept[step.name] = bytes(step.result)
            self.paid += bills
        return self.stands


def shop(model: FakeModel) -> Shop:
    return Shop(model, GeneratorMetrics(Metrics()), "default-model", LIMIT, SNOOZE_LIMIT)


def claimed() -> StoredRun:
    """The row of a run that was just claimed."""
    return StoredRun(
        job_id=UUID(int=1),
        tenant_id=UUID(int=2),
        kind="generation.prompt",
        attempt=1,
        claim=1,
        n=1,
        claims=1,
        dispatch=1,
        state="running",
        holder="generator-1",
        traceparent="",
        cancelled_by=None,
        started_at=EPOCH,
        ended_at=None,
        not_before=None,
        updated_at=EPOCH,
        error=None,
        usage={},
        steps={},
        result=None,
        lease_until=EPOCH,
    )


def run_of(notebook: FakeNotebook, steps: dict[str, bytes] | None = None, **wanted: Any) -> Run:
    input_ = PromptInput(**{"prompt": "Write.", **wanted})
    row = claimed()
    feed = Feed(Fence(job_id=row.job_id, attempt=row.attempt, claim=row.claim), lambda _: None)
    return Run(row, Raw(encode(input_)), steps or {}, notebook, feed)
