"""What the client makes of every answer that a provider may give, and of none."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from contract.fake_openai.control import Control
from contract.openai_client.asking import DEADLINE, PROMPT, SHORT, ask, new_call, provider_of, server_of
from pressroom_common.contracts import Usage
from pressroom_generator.openai_client import OpenAIModel
from pressroom_generator.ports import ProviderError

USAGE = {"prompt_tokens": 7, "completion_tokens": 9}


def answer(**changes: Any) -> bytes:
    """A provider's answer, with something else in it."""
    message = {"role": "assistant", "content": "A text."}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return msgspec.json.encode({"id": "x", "model": "gpt-x", "choices": [choice], "usage": USAGE, **changes})


def saying(**message: Any) -> bytes:
    return answer(choices=[{"message": {"role": "assistant", **message}, "finish_reason": "stop"}])


async def refused(model: OpenAIModel) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await ask(model)
    return caught.value


async def test_an_answer_brings_text_model_and_usage(model: OpenAIModel) -> None:
    completion = await ask(model)
    assert "bottle" in completion.content
    assert (completion.model, completion.finish_reason, completion.refusal) == ("gpt-5.4-mini", "stop", "")
    assert completion.usage.calls == 1
    assert completion.usage.input_tokens > 0
    assert completion.usage.output_tokens == 40
    assert completion.usage.estimated_calls == 0


async def test_a_call_bears_the_id_under_which_it_was_recorded(model: OpenAIModel, control: Control) -> None:
    call = new_call()
    await ask(model, call)
    [seen] = await control.calls()
    assert (seen["client_request_id"], seen["prompt"], seen["stream"]) == (str(call.id), PROMPT, False)


async def test_a_call_waits_for_no_other(model: OpenAIModel, control: Control) -> None:
    """Its deadline runs, and it is recorded as sent: only slots bound how many there are."""
    await control.plan(fail=[{"kind": "timeout", "times": None}])
    calls = [asyncio.create_task(ask(model)) for _ in range(300)]
    async with asyncio.timeout(DEADLINE):
        while (await control.get("stats"))["in_flight"] < len(calls):  # noqa: ASYNC110 - the fake tells no other way
            await asyncio.sleep(0.05)
    assert not any(call.done() for call in calls)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_schema_travels_and_its_answer_satisfies_it(model: OpenAIModel) -> None:
    schema = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
    completion = await ask(model, schema=schema)
    assert isinstance(msgspec.json.decode(completion.content)["title"], str)


@pytest.mark.parametrize(
    ("failure", "code", "error_class", "retry_after", "sent"),
    [
        ({"status": 429}, "provider_rate_limited", "transient", None, False),
        ({"status": 429, "retry_after": 2}, "provider_rate_limited", "transient", 2.0, False),
        ({"kind": "insufficient_quota"}, "provider_rejected", "permanent", None, False),
        ({"status": 400}, "provider_rejected", "permanent", None, False),
        ({"status": 401}, "provider_rejected", "permanent", None, False),
        ({"status": 403}, "provider_rejected", "permanent", None, False),
        ({"status": 404}, "provider_rejected", "permanent", None, False),
        ({"status": 408}, "provider_failed", "transient", None, False),
        ({"status": 422}, "provider_rejected", "permanent", None, False),
        ({"status": 500}, "provider_failed", "transient", None, False),
        ({"status": 503}, "provider_failed", "transient", None, False),
        ({"kind": "malformed_json"}, "provider_failed", "transient", None, True),
        ({"kind": "connection_reset"}, "provider_failed", "transient", None, True),
        ({"kind": "broken_stream"}, "provider_failed", "transient", None, True),
    ],
)
async def test_each_failure_says_what_to_do_and_whether_it_may_cost(
    model: OpenAIModel,
    control: Control,
    failure: dict[str, Any],
    code: str,
    error_class: str,
    retry_after: float | None,
    sent: bool,
) -> None:
    await control.plan(fail=[failure])
    error = await refused(model)
    assert (error.error.code, error.error.error_class) == (code, error_class)
    assert (error.error.retry_after, error.sent) == (retry_after, sent)
    assert len(await control.calls()) == 1  # the ledger retries, nobody else


async def test_after_each_failure_the_next_call_succeeds(model: OpenAIModel, control: Control) -> None:
    await control.plan(fail=[{"kind": "connection_reset"}, {"kind": "malformed_json"}, {"status": 500}])
    for _ in range(3):
        await refused(model)
    assert (await ask(model)).content


@pytest.mark.parametrize("plan", [{"fail": [{"kind": "timeout"}]}, {"latency_ms": 60_000}])
async def test_a_call_ends_at_its_deadline_although_the_provider_is_busy(
    hasty_model: OpenAIModel, control: Control, plan: dict[str, Any]
) -> None:
    await control.plan(**plan)
    began = time.monotonic()
    error = await refused(hasty_model)
    assert SHORT * 0.9 < time.monotonic() - began < SHORT + 5
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_timeout", "transient", True)
    assert f"{SHORT:g} s" in error.error.detail


async def test_the_deadline_is_of_the_whole_call_however_much_drips_meanwhile() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with suppress(OSError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        model = OpenAIModel("sk-any", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", SHORT)
        error = await refused(model)
        await model.close()
    assert (error.error.code, error.sent) == ("provider_timeout", True)


async def test_a_refused_connection_costs_nothing(nobody: str) -> None:
    model = OpenAIModel("sk-any", nobody, DEADLINE)
    error = await refused(model)
    await model.close()
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", False)


async def test_a_caller_that_goes_away_hangs_up(model: OpenAIModel, control: Control) -> None:
    await control.plan(latency_ms=60_000)
    task = asyncio.create_task(ask(model))
    async with asyncio.timeout(10):
        while not await control.calls():  # noqa: ASYNC110 - the fake tells no other way's event, as far as the client knows
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await control.only_outcome() == "client_closed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>Bad gateway</html>",
        b"\xff\xfe",
        answer(choices=[]),
        answer(choices=None),
        answer(choices=[{"message": {"content": 7}}]),
        b"[" * 50_000,
        b'{"choices":' + b"[" * 50_000,
        b'{"unheard of":' + b"[" * 50_000,
        b'{"choices":[{"message":{"content":"\\ud800"}}]}',
    ],
)
async def test_an_answer_that_cannot_be_read_is_a_transient_failure(body: bytes) -> None:
    async with provider_of(body) as model:
        error = await refused(model)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b'"text"', b'{"error": null}', b'{"error": "text"}', b"\xff"]
)
async def test_an_error_without_the_providers_words_is_known_by_its_status(body: bytes) -> None:
    async with provider_of(body, status=502) as model:
        error = await refused(model)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", False)


async def test_a_retry_after_that_is_a_date_is_a_wait(control: Control) -> None:
    async with provider_of(b"{}", status=429, **{"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}) as model:
        error = await refused(model)
    assert error.error.retry_after is not None
    assert error.error.retry_after > 1e9


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"\x00\x01 what\r\n\r\n",
    ],
)
async def test_a_connection_that_breaks_once_the_request_was_sent_may_have_cost(said: bytes) -> None:
    async with server_of(said) as model:
        error = await refused(model)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)


async def test_without_usage_the_tokens_are_estimated() -> None:
    async with provider_of(answer(usage=None)) as model:
        completion = await ask(model)
    assert completion.usage.estimated_calls == 1
    assert completion.usage.input_tokens == -(-len(PROMPT) // 4)


async def test_the_details_of_usage_are_kept() -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 3}, "completion_tokens_details": {"reasoning_tokens": 4}}
    async with provider_of(answer(usage={**USAGE, **details})) as model:
        completion = await ask(model)
    assert completion.usage == Usage(
        calls=1, input_tokens=7, output_tokens=9, cached_input_tokens=3, reasoning_tokens=4
    )


@pytest.mark.parametrize(
    ("message", "content", "refusal"),
    [
        ({"content": "a\x00b"}, "ab", ""),
        ({"content": None, "refusal": "I will\x00 not."}, "", "I will not."),
        ({"content": None}, "", ""),
        ({"content": "", "tool_calls": [{"id": "1"}]}, "", ""),
    ],
)
async def test_what_the_model_says_is_text_that_a_database_takes(
    message: dict[str, Any], content: str, refusal: str
) -> None:
    async with provider_of(saying(**message)) as model:
        completion = await ask(model)
    assert (completion.content, completion.refusal) == (content, refusal)


async def test_fifty_calls_at_once_each_get_their_own_answer(model: OpenAIModel, control: Control) -> None:
    await control.plan(latency_ms=100)
    calls = [new_call() for _ in range(50)]
    await asyncio.gather(*(ask(model, call) for call in calls))
    assert {call["client_request_id"] for call in await control.calls()} == {str(call.id) for call in calls}
