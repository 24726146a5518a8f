"""Errors on demand, and what the SDK makes of them."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

from contract.fake_openai.control import PROMPT, Control, said


@pytest.mark.parametrize(
    ("failure", "raised", "outcome"),
    [
        ({"status": 400}, openai.BadRequestError, "invalid_request"),
        ({"status": 401}, openai.AuthenticationError, "invalid_api_key"),
        ({"status": 403}, openai.PermissionDeniedError, "forbidden"),
        ({"status": 404}, openai.NotFoundError, "not_found"),
        ({"status": 429}, openai.RateLimitError, "rate_limited"),
        ({"kind": "rate_limited"}, openai.RateLimitError, "rate_limited"),
        ({"kind": "insufficient_quota"}, openai.RateLimitError, "insufficient_quota"),
        ({"status": 429, "code": "insufficient_quota"}, openai.RateLimitError, "insufficient_quota"),
        ({"status": 500}, openai.InternalServerError, "server_error"),
        ({"status": 503}, openai.InternalServerError, "overloaded"),
        ({"status": 529}, openai.InternalServerError, "http_529"),
        ({"kind": "connection_reset"}, openai.APIConnectionError, "connection_reset"),
        ({"kind": "broken_stream"}, openai.APIConnectionError, "broken_stream"),
        ({"kind": "stream_error"}, openai.InternalServerError, "stream_error"),
        ({"kind": "malformed_json"}, ValueError, "malformed_json"),
    ],
    ids=str,
)
async def test_failure_comes_once_and_is_listed(
    client: AsyncOpenAI,
    control: Control,
    failure: dict[str, Any],
    raised: type[Exception],
    outcome: str,
) -> None:
    await control.plan(fail=[failure])
    with pytest.raises(raised):
        await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert await control.only_outcome() == outcome
    await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert [call["outcome"] for call in await control.calls()] == [outcome, "ok"]


@pytest.mark.parametrize(("retry_after", "header"), [(None, None), (7, "7"), (0.5, "0.5")])
async def test_rate_limit_comes_with_and_without_retry_after(
    client: AsyncOpenAI, control: Control, retry_after: float | None, header: str | None
) -> None:
    await control.plan(fail=[{"status": 429, "retry_after": retry_after}])
    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert caught.value.response.headers.get("retry-after") == header


async def test_quota_error_has_the_code_of_the_real_provider(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(fail=[{"kind": "insufficient_quota"}])
    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert caught.value.code == "insufficient_quota"


async def test_time_out_never_answers_until_the_client_goes(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(fail=[{"kind": "timeout"}])
    with pytest.raises(openai.APITimeoutError):
        await client.chat.completions.create(model="m", messages=said(PROMPT), timeout=0.3)
    assert await control.only_outcome() == "timeout"


async def _drained(chunks: AsyncIterator[ChatCompletionChunk]) -> int:
    return len([chunk async for chunk in chunks])


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("broken_stream", (openai.APIConnectionError,)),
        ("stream_error", (openai.APIError,)),
        ("malformed_json", (ValueError,)),
    ],
)
async def test_stream_fails_half_way(
    client: AsyncOpenAI, control: Control, kind: str, raised: tuple[type[Exception], ...]
) -> None:
    await control.plan(fail=[{"kind": kind}])
    stream = await client.chat.completions.create(model="m", messages=said(PROMPT), stream=True)
    chunks = aiter(stream)
    for _ in range(10):
        await anext(chunks)
    with pytest.raises(raised):
        await _drained(chunks)
    assert await control.only_outcome() == kind


async def test_failure_meets_only_the_calls_that_match(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(fail=[{"status": 500, "match": "kettle", "times": None}, {"status": 503, "times": 2}])
    for prompt, raised in (("kettle", 500), ("bottle", 503), ("kettle", 500), ("bottle", 503)):
        with pytest.raises(openai.InternalServerError) as caught:
            await client.chat.completions.create(model="m", messages=said(prompt))
        assert caught.value.status_code == raised
    await client.chat.completions.create(model="m", messages=said("bottle"))


async def test_wrong_key_is_refused(origin: str) -> None:
    async with AsyncOpenAI(api_key="sk-wrong", base_url=f"{origin}/v1", max_retries=0) as sdk:
        with pytest.raises(openai.AuthenticationError):
            await sdk.chat.completions.create(model="m", messages=said(PROMPT))


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"model": "m", "messages": []}', b'{"messages": [{"role": "user"}]}'])
async def test_request_that_cannot_be_read_is_refused(control: Control, body: bytes) -> None:
    async with control.http.post("/v1/chat/completions", data=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]["type"] == "invalid_request_error"
    assert await control.only_outcome() == "invalid_request"
