"""What the client makes of a streamed answer, of one that breaks, and of one that nobody waits for any more."""

import asyncio
import time
from typing import Any

import msgspec
import pytest

from contract.fake_openai.control import Control
from contract.openai_client.asking import (
    DEADLINE,
    PROMPT,
    SHORT,
    ask,
    new_call,
    provider_of,
    server_of,
    streaming_provider_of,
)
from pressroom_generator.openai_client import OpenAIModel
from pressroom_generator.ports import ProviderError

DONE = b"data: [DONE]\n\n"
AT_ONCE = 1.0
"""Seconds in which a provider sees that its client went away."""


def event(payload: Any) -> bytes:
    return b"data: " + msgspec.json.encode(payload) + b"\n\n"


def saying(content: str) -> bytes:
    return event({"model": "gpt-x", "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}]})


END = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + DONE


async def broken(model: OpenAIModel) -> tuple[ProviderError, str]:
    """The error of a streamed call, and the text that came before it."""
    told: list[str] = []
    with pytest.raises(ProviderError) as caught:
        await ask(model, on_text=told.append)
    return caught.value, "".join(told)


async def client_closed_in_time(control: Control) -> bool:
    began = time.monotonic()
    outcome = await control.only_outcome()
    return outcome == "client_closed" and time.monotonic() - began < AT_ONCE


async def test_a_streamed_answer_is_the_same_as_one_in_one_piece(model: OpenAIModel) -> None:
    told: list[str] = []
    streamed = await ask(model, on_text=told.append)
    assert streamed == await ask(model)
    assert "".join(told) == streamed.content
    assert streamed.usage.estimated_calls == 0


async def test_a_schema_is_kept_in_a_stream_too(model: OpenAIModel) -> None:
    schema = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
    told: list[str] = []
    await ask(model, schema=schema, on_text=told.append)
    assert isinstance(msgspec.json.decode("".join(told))["title"], str)


async def test_text_is_told_while_the_model_still_writes(model: OpenAIModel, control: Control) -> None:
    await control.plan(tokens=20, tokens_per_second=40)
    began = time.monotonic()
    heard: list[float] = []
    await ask(model, on_text=lambda _: heard.append(time.monotonic() - began))
    ended = time.monotonic() - began
    assert len(heard) > 5
    assert heard[0] < ended / 2
    [call] = await control.calls()
    assert (call["stream"], call["outcome"]) == (True, "ok")


async def test_a_streamed_call_bears_the_id_under_which_it_was_recorded(model: OpenAIModel, control: Control) -> None:
    call = new_call()
    await ask(model, call, on_text=lambda _: None)
    [seen] = await control.calls()
    assert (seen["client_request_id"], seen["prompt"], seen["stream"]) == (str(call.id), PROMPT, True)


@pytest.mark.parametrize(
    ("failure", "code", "error_class", "retry_after", "sent"),
    [
        ({"status": 429, "retry_after": 2}, "provider_rate_limited", "transient", 2.0, False),
        ({"kind": "insufficient_quota"}, "provider_rejected", "permanent", None, False),
        ({"status": 400}, "provider_rejected", "permanent", None, False),
        ({"status": 401}, "provider_rejected", "permanent", None, False),
        ({"status": 500}, "provider_failed", "transient", None, False),
        ({"kind": "connection_reset"}, "provider_failed", "transient", None, True),
    ],
)
async def test_a_stream_that_does_not_begin_is_refused_like_any_call(
    model: OpenAIModel,
    control: Control,
    failure: dict[str, Any],
    code: str,
    error_class: str,
    retry_after: float | None,
    sent: bool,
) -> None:
    await control.plan(fail=[failure])
    error, told = await broken(model)
    assert (error.error.code, error.error.error_class) == (code, error_class)
    assert (error.error.retry_after, error.sent, told) == (retry_after, sent, "")
    assert len(await control.calls()) == 1
    assert await ask(model, on_text=lambda _: None)


@pytest.mark.parametrize(
    ("failure", "code", "error_class", "says"),
    [
        ({"kind": "broken_stream"}, "provider_failed", "transient", "connection"),
        ({"kind": "malformed_json"}, "provider_failed", "transient", "could not be read"),
        ({"kind": "stream_error"}, "provider_failed", "transient", "broke off"),
        ({"kind": "stream_error", "code": "rate_limit_exceeded"}, "provider_rate_limited", "transient", "throttling"),
        ({"kind": "stream_error", "code": "insufficient_quota"}, "provider_rejected", "permanent", "quota"),
    ],
)
async def test_a_stream_that_breaks_told_its_text_so_far_and_may_cost(
    model: OpenAIModel, control: Control, failure: dict[str, Any], code: str, error_class: str, says: str
) -> None:
    whole = (await ask(model)).content
    await control.plan(fail=[failure])
    error, told = await broken(model)
    assert (error.error.code, error.error.error_class, error.sent) == (code, error_class, True)
    assert says in error.error.detail
    assert told
    assert whole.startswith(told)
    assert whole != told
    assert len(await control.calls()) == 2
    assert (await ask(model, on_text=lambda _: None)).content == whole


async def test_a_stream_ends_at_the_deadline_of_the_whole_call(hasty_model: OpenAIModel, control: Control) -> None:
    await control.plan(tokens=100, tokens_per_second=20)
    began = time.monotonic()
    error, told = await broken(hasty_model)
    assert SHORT * 0.9 < time.monotonic() - began < SHORT + 3
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_timeout", "transient", True)
    assert told
    assert await client_closed_in_time(control)


async def test_a_stream_that_never_begins_ends_at_the_deadline(hasty_model: OpenAIModel, control: Control) -> None:
    await control.plan(latency_ms=60_000)
    error, told = await broken(hasty_model)
    assert (error.error.code, error.sent, told) == ("provider_timeout", True, "")


async def test_a_caller_that_goes_away_in_mid_stream_hangs_up_at_once(model: OpenAIModel, control: Control) -> None:
    await control.plan(tokens=1000, tokens_per_second=20)
    heard = asyncio.Event()
    task = asyncio.create_task(ask(model, on_text=lambda _: heard.set()))
    async with asyncio.timeout(10):
        await heard.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await client_closed_in_time(control)


async def test_a_listener_that_has_heard_enough_hangs_up_at_once(model: OpenAIModel, control: Control) -> None:
    await control.plan(tokens=1000, tokens_per_second=20)

    def enough(text: str) -> None:
        raise LookupError(text)

    with pytest.raises(LookupError) as caught:
        await ask(model, on_text=enough)
    assert await client_closed_in_time(control)
    assert caught.tb  # an error that somebody keeps holds what it passed through: nothing is left to the garbage


async def test_fifty_streams_at_once_each_get_their_own_text(model: OpenAIModel, control: Control) -> None:
    await control.plan(tokens=30, tokens_per_second=100)
    prompts = [f"Write a product text for a bottle number {number}" for number in range(50)]
    told: dict[str, list[str]] = {prompt: [] for prompt in prompts}
    streamed = await asyncio.gather(*(ask(model, on_text=told[prompt].append, prompt=prompt) for prompt in prompts))
    assert ["".join(told[prompt]) for prompt in prompts] == [completion.content for completion in streamed]
    assert [completion.content for completion in streamed] == [
        completion.content for completion in await asyncio.gather(*(ask(model, prompt=prompt) for prompt in prompts))
    ]


async def test_a_text_of_any_letters_may_come_byte_by_byte() -> None:
    text = "Teekanne für Gäste 茶 🍵 \x00 \u2028 end"
    stream = saying(text[:20]) + saying(text[20:]) + END
    told: list[str] = []
    async with streaming_provider_of(*(bytes([byte]) for byte in stream)) as model:
        completion = await ask(model, on_text=told.append)
    assert "".join(told) == completion.content == text.replace("\x00", "")


async def test_a_stream_may_come_compressed() -> None:
    async with streaming_provider_of(saying("A text."), END, compressed=True) as model:
        assert (await ask(model, on_text=lambda _: None)).content == "A text."


async def test_a_stream_without_usage_is_estimated() -> None:
    async with streaming_provider_of(saying("12345678"), END) as model:
        usage = (await ask(model, on_text=lambda _: None)).usage
    assert (usage.estimated_calls, usage.input_tokens, usage.output_tokens) == (1, -(-len(PROMPT) // 4), 2)


async def test_a_connection_serves_one_stream_after_the_other() -> None:
    seen: list[Any] = []
    async with streaming_provider_of(saying("A"), END, tarrying=0.05, seen=seen) as model:
        for _ in range(3):
            await ask(model, on_text=lambda _: None)
    assert len(seen) == 3
    assert len(set(seen)) == 1


async def test_a_stream_whose_last_bytes_tarry_is_not_waited_for() -> None:
    async with streaming_provider_of(saying("A"), END, tarrying=DEADLINE / 2) as model:
        began = time.monotonic()
        assert (await ask(model, on_text=lambda _: None)).content == "A"
    assert time.monotonic() - began < DEADLINE / 4


@pytest.mark.parametrize("pieces", [[], [saying("A")], [b": beat\n\n"], [b"<html>Bad gateway</html>"]])
async def test_a_stream_that_ends_too_early_is_a_transient_failure(pieces: list[bytes]) -> None:
    async with streaming_provider_of(*pieces) as model:
        error, _ = await broken(model)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"\x00\x01 what\r\n\r\n",
    ],
)
async def test_a_stream_that_breaks_below_http_may_have_cost(said: bytes) -> None:
    async with server_of(said) as model:
        error, _ = await broken(model)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)


async def test_a_provider_that_does_not_listen_costs_nothing(nobody: str) -> None:
    model = OpenAIModel("sk-any", nobody, DEADLINE)
    error, _ = await broken(model)
    await model.close()
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", False)


async def test_a_refusal_without_the_providers_words_is_known_by_its_status() -> None:
    async with provider_of(b"<html>502</html>", status=502) as model:
        error, _ = await broken(model)
    assert (error.error.code, error.sent) == ("provider_failed", False)
