"""The OpenAI SDK, on its cheap path: its aiohttp transport and its errors, but the bytes parsed by msgspec.

The SDK's Pydantic models and default transport are two thirds of a call's CPU. It never retries: the ledger does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Any

import aiohttp
import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, AsyncStream, DefaultAioHttpClient

from pressroom_common.worker import Call

from .answers import read_answer
from .classification import connection_lost, refused, timed_out, too_large
from .pictures import read_drawing
from .ports import Completion, Drawing, ProviderError
from .streaming import StreamedAnswer

_NO_LIMIT = 0
"""Of connections: each call has one to itself, and slots bound the calls."""
_TARRYING = 1.0
"""Seconds for the end of a stream after its last event."""
_GIVES_URLS = "dall-e"
"""Models that give an address unless they are asked for the picture itself; the others refuse to be asked."""
_WRITTEN = 4 / 3
"""Characters of base64 for a byte."""
_AROUND = 64 * 1024
"""Bytes of an answer around its picture."""
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""aiohttp's own errors: what the SDK's transport calls a ConnectTimeout may be a connection that broke afterwards."""


class OpenAIModel:
    """`deadline` in seconds, over all of a call."""

    def __init__(self, api_key: str, base_url: str, deadline: float) -> None:
        self._deadline = deadline
        timeout = httpx2.Timeout(deadline, read=None)  # one for each read is a tenth of a stream's CPU, and not needed
        limits = httpx2.Limits(max_connections=_NO_LIMIT)
        self._client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAioHttpClient(limits=limits, timeout=timeout),
        )

    async def complete(
        self,
        call: Call,
        model: str,
        prompt: str,
        schema: dict[str, Any] | None,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        body = _request(model, prompt, schema, stream=on_text is not None)
        with self._told():
            async with asyncio.timeout(self._deadline):
                response = await self._post(body, str(call.id), stream=on_text is not None)
                if on_text is None:
                    return read_answer(response.content, model, prompt)
                return await _streamed(response, StreamedAnswer(model, prompt, on_text))

    async def draw(self, call: Call, model: str, prompt: str, size: str, limit: int) -> Drawing:
        body = {"model": model, "prompt": prompt, "n": 1, "size": size}
        if model.startswith(_GIVES_URLS):
            body["response_format"] = "b64_json"
        with self._told():
            async with asyncio.timeout(self._deadline):
                response = await self._post(body, str(call.id), stream=True, path="/images/generations")
                return read_drawing(await _limited(response, limit))

    async def close(self) -> None:
        await self._client.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the SDK and its transport raise, as what it means for the job."""
        try:
            yield
        except APIStatusError as error:
            raise refused(error) from error
        except (APIConnectionError, aiohttp.ClientError, httpx2.HTTPError, TimeoutError) as error:
            raise self._unanswered(error) from error

    async def _post(
        self, body: dict[str, Any], call_id: str, *, stream: bool, path: str = "/chat/completions"
    ) -> httpx2.Response:
        """The response as it is: of a stream, only its head has been read."""
        response = await self._client.post(
            path,
            cast_to=httpx2.Response,
            body=body,
            options={"headers": {"X-Client-Request-Id": call_id}},
            stream=stream,
            stream_cls=AsyncStream[object],
        )
        assert isinstance(response, httpx2.Response)
        return response

    def _unanswered(self, error: Exception) -> ProviderError:
        causes = tuple(_causes(error))
        sent = not any(isinstance(cause, _NOT_SENT) for cause in causes)
        if any(isinstance(cause, TimeoutError) for cause in causes):
            return timed_out(self._deadline, sent=sent)
        return connection_lost(sent=sent)


def _request(model: str, prompt: str, schema: dict[str, Any] | None, *, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    if schema is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "response", "schema": schema, "strict": False},
        }
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__


async def _streamed(response: httpx2.Response, answer: StreamedAnswer) -> Completion:
    """Whatever ends this early, a cancel or an error, closes the connection: the provider writes no further."""
    async with aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            answer.feed(piece)
            if answer.done:
                await _until_the_end(pieces)
                break
    return answer.completion()


async def _until_the_end(pieces: AsyncIterator[bytes]) -> None:
    """A connection can serve the next call once this one's last bytes were read; if they tarry, it is given up."""
    with suppress(TimeoutError, aiohttp.ClientError, httpx2.HTTPError):
        async with asyncio.timeout(_TARRYING):
            async for _ in pieces:
                pass


async def _limited(response: httpx2.Response, limit: int) -> bytes:
    """The body, with a picture of so many bytes at most. Raises ProviderError."""
    body = bytearray()
    async with aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > limit * _WRITTEN + _AROUND:
                raise too_large(limit)
    return bytes(body)
