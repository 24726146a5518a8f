"""The recipe `generation.prompt`: what it asks of the model, what it makes of the answer, and what it pays."""

import asyncio
from typing import Any

import msgspec
import pytest
from msgspec import Raw

from pressroom_common.contracts import JobError, PromptResult, Usage
from pressroom_common.worker import JobFailed, LostClaim, Snoozed
from pressroom_common.worker.feed import BEGINNING
from pressroom_generator.classification import timed_out
from pressroom_generator.ports import ProviderError
from pressroom_generator.recipes.prompt import prompt
from pressroom_generator.tokens import estimate
from unit.generator.shops import LIMIT, SNOOZE_LIMIT, USED, FakeModel, FakeNotebook, answering, failing, run_of, shop

SCHEMA = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
RAW_SCHEMA = Raw(msgspec.json.encode(SCHEMA))


def throttled(seconds: float | None) -> ProviderError:
    error = JobError(code="provider_rate_limited", detail="", error_class="transient", retry_after=seconds)
    return ProviderError(error, sent=False)


async def test_a_prompt_becomes_a_text_and_its_call_is_recorded_before_it_is_sent() -> None:
    notebook, model = FakeNotebook(), answering("A text.")
    run = run_of(notebook, prompt="Write about tea.")
    result = msgspec.json.decode(await prompt(run, shop(model)), type=PromptResult)
    assert (result.content, result.model) == ("A text.", "model-1")
    [call] = notebook.recorded
    assert model.asked == [(call.id, "default-model", "Write about tea.", None)]
    assert [(bill.id, bill.outcome, bill.usage) for bill in run.bills] == [(call.id, "answered", USED)]


async def test_a_model_that_was_asked_for_is_taken() -> None:
    model = answering()
    notebook = FakeNotebook()
    await prompt(run_of(notebook, model="large"), shop(model))
    assert [asked[1] for asked in model.asked] == ["large"]
    assert [call.model for call in notebook.recorded] == ["large"]


async def test_structured_output_that_satisfies_its_schema_is_the_content() -> None:
    model = answering('{"title":"Tea"}')
    result = await prompt(run_of(FakeNotebook(), response_schema=RAW_SCHEMA), shop(model))
    assert msgspec.json.decode(result)["content"] == '{"title":"Tea"}'
    assert model.asked[0][3] == SCHEMA


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Tea", "no JSON"),
        ('{"title":', "no JSON"),
        ("[" * 900, "no JSON"),
        ("{}", "does not satisfy"),
        ('{"title": 7}', "$.title"),
    ],
)
async def test_structured_output_that_does_not_fit_is_tried_again_and_paid(content: str, says: str) -> None:
    run = run_of(FakeNotebook(), response_schema=RAW_SCHEMA)
    with pytest.raises(JobFailed, match="answer") as failed:
        await prompt(run, shop(answering(content)))
    assert (failed.value.error.code, failed.value.error.error_class) == ("invalid_output", "transient")
    assert says in failed.value.error.detail
    assert [bill.outcome for bill in run.bills] == ["answered"]


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "#"}, {"$ref": "#/nowhere"}, {"$dynamicRef": "http://127.0.0.1:9/schema"}, {"$ref": "other.json"}],
)
async def test_a_schema_that_cannot_be_applied_fails_for_good_and_nothing_is_fetched(schema: dict[str, Any]) -> None:
    run = run_of(FakeNotebook(), response_schema=Raw(msgspec.json.encode(schema)))
    with pytest.raises(JobFailed, match="response_schema") as failed:
        await prompt(run, shop(answering("{}")))
    assert failed.value.error.error_class == "permanent"


@pytest.mark.parametrize(
    ("answer", "code", "error_class"),
    [
        ({"content": "", "refusal": "I will not."}, "provider_rejected", "permanent"),
        ({"content": "Half a", "finish_reason": "content_filter"}, "provider_rejected", "permanent"),
        ({"content": "x" * (LIMIT + 1)}, "content_too_large", "permanent"),
        ({"content": "é" * (LIMIT // 2 + 1)}, "content_too_large", "permanent"),
        ({"content": ""}, "provider_failed", "transient"),
    ],
)
async def test_an_answer_that_nobody_can_use_fails_and_is_paid(
    answer: dict[str, Any], code: str, error_class: str
) -> None:
    run = run_of(FakeNotebook())
    with pytest.raises(JobFailed) as failed:
        await prompt(run, shop(answering(**answer)))
    assert (failed.value.error.code, failed.value.error.error_class) == (code, error_class)
    assert [(bill.outcome, bill.usage) for bill in run.bills] == [("answered", USED)]


async def test_a_content_of_exactly_the_limit_is_taken() -> None:
    await prompt(run_of(FakeNotebook()), shop(answering("x" * LIMIT)))


@pytest.mark.parametrize(("asked", "waits"), [(0.0, 0.0), (20.0, 20.0), (1e9, SNOOZE_LIMIT)])
async def test_a_throttled_call_snoozes_for_as_long_as_was_asked_within_bounds(asked: float, waits: float) -> None:
    run = run_of(FakeNotebook())
    with pytest.raises(Snoozed) as snoozed:
        await prompt(run, shop(failing(throttled(asked))))
    assert snoozed.value.seconds == waits
    assert [(bill.outcome, bill.usage) for bill in run.bills] == [("refused", Usage(calls=1))]


async def test_a_throttled_call_without_a_time_is_a_failure_like_others() -> None:
    with pytest.raises(JobFailed) as failed:
        await prompt(run_of(FakeNotebook()), shop(failing(throttled(None))))
    assert failed.value.error.code == "provider_rate_limited"


@pytest.mark.parametrize(("sent", "outcome"), [(True, "unknown"), (False, "refused")])
async def test_a_call_without_an_answer_is_unknown_if_it_was_sent(sent: bool, outcome: str) -> None:
    run = run_of(FakeNotebook())
    with pytest.raises(JobFailed):
        await prompt(run, shop(failing(timed_out(300, sent=sent))))
    assert [bill.outcome for bill in run.bills] == [outcome]


async def test_without_a_claim_nothing_is_sent() -> None:
    model = answering()
    with pytest.raises(LostClaim):
        await prompt(run_of(FakeNotebook(stands=False)), shop(model))
    assert model.asked == []


@pytest.mark.parametrize("followed", [True, False])
async def test_the_text_of_a_run_that_somebody_follows_is_told_as_it_comes(followed: bool) -> None:
    model = answering("A text.")
    model.says = ("A ", "text.")
    run = run_of(FakeNotebook())
    run.feed.followed = followed
    await prompt(run, shop(model))
    news, _ = run.feed.since(BEGINNING)
    assert (news.stage, news.text) == ("calling_model", "A text." if followed else "")


async def test_a_call_that_is_cut_off_is_unknown() -> None:
    started = asyncio.Event()

    class Silent(FakeModel):
        async def complete(self, *_asked: Any) -> Any:
            started.set()
            await asyncio.Event().wait()

    run = run_of(FakeNotebook())
    task = asyncio.create_task(run.perform(lambda run: prompt(run, shop(Silent(lambda: None)))))  # type: ignore[arg-type,return-value]
    await started.wait()
    run.release("lost")
    with pytest.raises(asyncio.CancelledError):
        await task
    [bill] = run.bills
    assert (bill.outcome, bill.usage.unknown_calls, bill.usage.estimated_calls) == ("unknown", 1, 1)
    assert bill.usage.input_tokens > 0


@pytest.mark.parametrize(
    ("text", "answer", "tokens"), [("", "", (0, 0)), ("a", "b", (1, 1)), ("12345", "é" * 4, (2, 2))]
)
def test_tokens_that_nobody_told_are_estimated_and_say_so(text: str, answer: str, tokens: tuple[int, int]) -> None:
    usage = estimate(text, answer)
    assert (usage.input_tokens, usage.output_tokens) == tokens
    assert (usage.calls, usage.estimated_calls) == (1, 1)
