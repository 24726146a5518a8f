"""What a recipe buys while somebody listens: the text as it comes, and what a call costs that ends in the middle."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pressroom_common.telemetry import Metrics
from pressroom_common.worker import JobFailed
from pressroom_generator.classification import connection_lost
from pressroom_generator.measures import GeneratorMetrics
from pressroom_generator.ports import Completion
from pressroom_generator.recipes.buying import Shop
from unit.generator.shops import (
    LIMIT,
    SNOOZE_LIMIT,
    USED,
    FakeModel,
    FakeNotebook,
    answering,
    completion,
    failing,
    run_of,
    shop,
)

PROMPT = "Write about tea."


def first_tokens(metrics: Metrics) -> float:
    """How many calls told when their text began."""
    families = text_string_to_metric_families(metrics.expose().decode())
    samples = [sample for family in families for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == "pressroom_provider_first_token_seconds_count")


async def test_a_listener_hears_the_content_as_it_comes_and_the_call_is_paid_as_told() -> None:
    heard: list[str] = []
    model = answering("A text.")
    model.says = ("A ", "text.")
    run = run_of(FakeNotebook())
    bought = await shop(model).buy(run, "text", PROMPT, on_text=heard.append)
    assert (heard, bought.content) == (["A ", "text."], "A text.")
    assert [(bill.outcome, bill.usage) for bill in run.bills] == [("answered", USED)]


@pytest.mark.parametrize(("listener", "streamed"), [(None, False), (lambda _: None, True)])
async def test_a_model_streams_only_where_somebody_listens(
    listener: Callable[[str], None] | None, streamed: bool
) -> None:
    class Watched(FakeModel):
        async def complete(self, *asked: Any) -> Completion:
            assert (asked[4] is not None) is streamed
            return await super().complete(*asked)

    assert await shop(Watched(completion)).buy(run_of(FakeNotebook()), "text", PROMPT, on_text=listener)


@pytest.mark.parametrize(("says", "tokens"), [((), 0), (("12345",), 2), (("1234", "é" * 4), 3)])
async def test_a_call_that_breaks_in_the_middle_costs_its_prompt_and_its_text_so_far(
    says: tuple[str, ...], tokens: int
) -> None:
    model = failing(connection_lost(sent=True))
    model.says = says
    run = run_of(FakeNotebook())
    with pytest.raises(JobFailed):
        await shop(model).buy(run, "text", PROMPT, on_text=lambda _: None)
    [bill] = run.bills
    assert (bill.outcome, bill.usage.unknown_calls, bill.usage.estimated_calls) == ("unknown", 1, 1)
    assert (bill.usage.input_tokens, bill.usage.output_tokens) == (len(PROMPT) // 4, tokens)


async def test_a_call_that_is_cancelled_in_the_middle_costs_its_text_so_far() -> None:
    class Slow(FakeModel):
        async def complete(self, *asked: Any) -> Completion:
            asked[4]("12345678")
            await asyncio.Event().wait()
            return completion()

    heard = asyncio.Event()
    run = run_of(FakeNotebook())
    buying = asyncio.create_task(shop(Slow(completion)).buy(run, "text", PROMPT, on_text=lambda _: heard.set()))
    await heard.wait()
    buying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await buying
    [bill] = run.bills
    assert (bill.outcome, bill.usage.estimated_calls, bill.usage.output_tokens) == ("unknown", 1, 2)


async def test_a_content_without_end_is_cut_off_and_its_last_piece_is_not_told() -> None:
    heard: list[str] = []
    model = answering("never comes")
    model.says = ("é" * LIMIT, "!", "more")
    run = run_of(FakeNotebook())
    with pytest.raises(JobFailed) as failed:
        await shop(model).buy(run, "text", PROMPT, on_text=heard.append)
    assert (failed.value.error.code, failed.value.error.error_class) == ("content_too_large", "permanent")
    assert heard == ["é" * LIMIT]
    [bill] = run.bills
    assert (bill.outcome, bill.usage.output_tokens) == ("unknown", -(-(2 * LIMIT + 1) // 4))


async def test_a_content_a_little_too_long_comes_to_its_end_and_is_paid_as_told() -> None:
    run = run_of(FakeNotebook())
    with pytest.raises(JobFailed) as failed:
        await shop(answering("x" * (LIMIT + 1))).buy(run, "text", PROMPT, on_text=lambda _: None)
    assert failed.value.error.code == "content_too_large"
    assert [(bill.outcome, bill.usage) for bill in run.bills] == [("answered", USED)]


async def test_what_a_listener_raises_ends_the_call_and_is_paid() -> None:
    def refuse(_text: str) -> None:
        raise LookupError

    run = run_of(FakeNotebook())
    with pytest.raises(LookupError):
        await shop(answering("A text.")).buy(run, "text", PROMPT, on_text=refuse)
    assert [(bill.outcome, bill.usage.output_tokens) for bill in run.bills] == [("unknown", 2)]


@pytest.mark.parametrize(
    ("model", "listener", "told"),
    [
        (answering("A text."), lambda _: None, 1),
        (answering("A text."), None, 0),
        (failing(connection_lost(sent=True)), lambda _: None, 0),
    ],
)
async def test_the_time_to_the_first_text_is_measured_once_per_streamed_call(
    model: FakeModel, listener: Callable[[str], None] | None, told: int
) -> None:
    metrics = Metrics()
    counting = Shop(model, GeneratorMetrics(metrics), "default-model", LIMIT, SNOOZE_LIMIT)
    model.says = ("A ", "text.") if told else ()
    with suppress(JobFailed):
        await counting.buy(run_of(FakeNotebook()), "text", PROMPT, on_text=listener)
    assert first_tokens(metrics) == told
