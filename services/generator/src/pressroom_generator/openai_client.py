"""The OpenAI SDK, on its cheap path: its aiohttp transport and its errors, but the bytes parsed by msgspec.

The SDK's Pydantic models and default transport are two thirds of a call's CPU. It never retries: the ledger does.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx2
import msgspec
from msgspec import Struct
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, DefaultAioHttpClient

from pressroom_common.contracts import Usage
from pressroom_common.worker import Call

from .classification import connection_lost, refused, timed_out, unreadable
from .ports import Completion, ProviderError
from .tokens import estimate

_CONNECTIONS = 200
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""aiohttp's own errors: what the SDK's transport calls a ConnectTimeout may be a connection that broke afterwards."""


class _Message(Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(Struct):
    message: _Message
    finish_reason: str | None = None


class _PromptDetails(Struct):
    cached_tokens: int | None = None


class _CompletionDetails(Struct):
    reasoning_tokens: int | None = None


class _Usage(Struct):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None


class _Answer(Struct):
    choices: list[_Choice]
    model: str = ""
    usage: _Usage | None = None


_decoder = msgspec.json.Decoder(_Answer)


class OpenAIModel:
    """`deadline` in seconds, over all of a call."""

    def __init__(self, api_key: str, base_url: str, deadline: float) -> None:
        self._deadline = deadline
        limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        self._client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=deadline,
            http_client=DefaultAioHttpClient(limits=limits, timeout=deadline),
        )

    async def complete(self, call: Call, model: str, prompt: str, schema: dict[str, Any] | None) -> Completion:
        body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt}]}
        if schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "response", "schema": schema, "strict": False},
            }
        answer = await self._post(body, str(call.id))
        return _completion(answer, model, prompt)

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, body: dict[str, Any], call_id: str) -> bytes:
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._client.post(
                    "/chat/completions",
                    cast_to=httpx2.Response,
                    body=body,
                    options={"headers": {"X-Client-Request-Id": call_id}},
                )
                return response.content
        except APIStatusError as error:
            raise refused(error) from error
        except (APIConnectionError, aiohttp.ClientError, TimeoutError) as error:
            raise self._unanswered(error) from error

    def _unanswered(self, error: Exception) -> ProviderError:
        causes = tuple(_causes(error))
        sent = not any(isinstance(cause, _NOT_SENT) for cause in causes)
        if any(isinstance(cause, TimeoutError) for cause in causes):
            return timed_out(self._deadline, sent=sent)
        return connection_lost(sent=sent)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__


def _completion(body: bytes, model: str, prompt: str) -> Completion:
    try:
        answer = _decoder.decode(body)
        choice = answer.choices[0]
    except (msgspec.DecodeError, UnicodeDecodeError, IndexError) as error:
        raise unreadable() from error
    content = (choice.message.content or "").replace("\x00", "")  # PostgreSQL's text has no NUL
    return Completion(
        content=content,
        model=answer.model or model,
        refusal=choice.message.refusal or "",
        finish_reason=choice.finish_reason or "",
        usage=_usage(answer.usage) if answer.usage else estimate(prompt, content),
    )


def _usage(told: _Usage) -> Usage:
    prompt, completion = told.prompt_tokens_details, told.completion_tokens_details
    return Usage(
        calls=1,
        input_tokens=told.prompt_tokens,
        output_tokens=told.completion_tokens,
        cached_input_tokens=(prompt.cached_tokens or 0) if prompt else 0,
        reasoning_tokens=(completion.reasoning_tokens or 0) if completion else 0,
    )
