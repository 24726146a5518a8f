"""The same calls, plain, streamed and refused, behind two doubles of the provider over real HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import aiohttp
import msgspec
import pytest
from llmock.testing import LLMockServer

from contract.fake_openai.control import Control
from contract.openai_client.asking import DEADLINE, PROMPT, SHORT, ask
from contract.openai_client.doubles import Double, LLMock, OurFake
from pressroom_generator.openai_client import OpenAIModel
from pressroom_generator.ports import ProviderError


@pytest.fixture(scope="module")
def llmock_origin() -> Iterator[str]:
    with LLMockServer() as server:
        yield server.url


@pytest.fixture
async def ours(origin: str, control: Control) -> OurFake:
    return OurFake(origin, control)


@pytest.fixture
async def theirs(llmock_origin: str) -> AsyncIterator[LLMock]:
    async with aiohttp.ClientSession(llmock_origin) as http:
        double = LLMock(f"{llmock_origin}/v1", http)
        await double.forget()
        yield double


@pytest.fixture(params=["ours", "theirs"])
def double(request: pytest.FixtureRequest) -> Double:
    found: Double = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def model(double: Double) -> AsyncIterator[OpenAIModel]:
    client = OpenAIModel("sk-any", double.base_url, DEADLINE)
    yield client
    await client.close()


async def refused(model: OpenAIModel, *, stream: bool) -> tuple[ProviderError, str]:
    told: list[str] = []
    with pytest.raises(ProviderError) as caught:
        await ask(model, on_text=told.append if stream else None)
    return caught.value, "".join(told)


async def test_an_answer_brings_text_model_and_usage(model: OpenAIModel) -> None:
    completion = await ask(model)
    assert completion.content
    assert (completion.model, completion.finish_reason, completion.refusal) == ("gpt-5.4-mini", "stop", "")
    assert (completion.usage.calls, completion.usage.estimated_calls) == (1, 0)
    assert completion.usage.input_tokens > 0
    assert completion.usage.output_tokens > 0


async def test_a_streamed_answer_is_the_same_and_so_is_its_usage(model: OpenAIModel, double: Double) -> None:
    told: list[str] = []
    streamed = await ask(model, on_text=told.append)
    assert "".join(told) == streamed.content
    assert streamed == await ask(model)
    assert await double.calls() == [True, False]


async def test_letters_of_every_size_come_through(model: OpenAIModel) -> None:
    prompt = "Write a product text for a Teekanne für Gäste 茶 🍵"
    told: list[str] = []
    assert await ask(model, on_text=told.append, prompt=prompt) == await ask(model, prompt=prompt)
    assert not "".join(told).isascii()


@pytest.mark.parametrize("stream", [False, True])
async def test_a_schema_is_satisfied(model: OpenAIModel, stream: bool) -> None:
    schema = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
    told: list[str] = []
    completion = await ask(model, schema=schema, on_text=told.append if stream else None)
    assert isinstance(msgspec.json.decode(completion.content)["title"], str)
    assert "".join(told) == (completion.content if stream else "")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "provider_code", "code", "error_class"),
    [
        (400, None, "provider_rejected", "permanent"),
        (400, "context_length_exceeded", "provider_rejected", "permanent"),
        (401, None, "provider_rejected", "permanent"),
        (403, None, "provider_rejected", "permanent"),
        (404, None, "provider_rejected", "permanent"),
        (408, None, "provider_failed", "transient"),
        (422, None, "provider_rejected", "permanent"),
        (429, "insufficient_quota", "provider_rejected", "permanent"),
        (500, None, "provider_failed", "transient"),
        (503, None, "provider_failed", "transient"),
        (529, None, "provider_failed", "transient"),
    ],
)
async def test_a_refusal_says_what_to_do_costs_nothing_and_is_not_repeated(
    model: OpenAIModel,
    double: Double,
    stream: bool,
    status: int,
    provider_code: str | None,
    code: str,
    error_class: str,
) -> None:
    await double.refuse_next(status, provider_code)
    error, _ = await refused(model, stream=stream)
    assert (error.error.code, error.error.error_class, error.error.retry_after) == (code, error_class, None)
    assert error.sent is False
    assert await double.calls() == [stream]


@pytest.mark.parametrize("stream", [False, True])
async def test_throttling_says_how_long_to_wait(model: OpenAIModel, double: Double, stream: bool) -> None:
    await double.refuse_next(429, retry_after=3)
    error, _ = await refused(model, stream=stream)
    assert (error.error.code, error.error.retry_after, error.sent) == ("provider_rate_limited", 3.0, False)


@pytest.mark.parametrize("how", ["broken", "malformed"])
async def test_a_stream_that_breaks_told_its_text_so_far_and_may_cost(
    model: OpenAIModel, double: Double, how: str
) -> None:
    whole = (await ask(model)).content
    await double.break_next_stream(how)
    error, told = await refused(model, stream=True)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)
    assert told
    assert whole.startswith(told)
    assert whole != told
    assert (await ask(model, on_text=lambda _: None)).content == whole


async def test_a_stream_that_stalls_ends_at_the_deadline(double: Double) -> None:
    hasty = OpenAIModel("sk-any", double.base_url, SHORT)
    await double.break_next_stream("stalled")
    began = time.monotonic()
    error, told = await refused(hasty, stream=True)
    assert time.monotonic() - began < SHORT + 3
    assert (error.error.code, error.sent) == ("provider_timeout", True)
    assert told
    await hasty.close()


async def test_many_streams_at_once_each_get_their_own_text(model: OpenAIModel) -> None:
    prompts = [f"{PROMPT}, number {number}" for number in range(20)]
    told: dict[str, list[str]] = {prompt: [] for prompt in prompts}
    streamed = await asyncio.gather(*(ask(model, on_text=told[prompt].append, prompt=prompt) for prompt in prompts))
    plain = await asyncio.gather(*(ask(model, prompt=prompt) for prompt in prompts))
    assert ["".join(told[prompt]) for prompt in prompts] == [completion.content for completion in streamed]
    assert streamed == plain
