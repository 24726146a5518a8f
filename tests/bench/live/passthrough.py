"""What Pressroom is compared with: one process that hands on what the SDK streams. Nothing is stored, nothing heals.

`python -m bench.live.passthrough`: its port stands in PASSTHROUGH_PORT.
"""

import os
from collections.abc import AsyncIterator

import msgspec
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI
from pydantic import BaseModel

MODEL = "gpt-5.4-mini"


class Wish(BaseModel):
    prompt: str
    execution_mode: str


app = FastAPI(openapi_url=None)
client = AsyncOpenAI()


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    return {"status": "ready"}


@app.post("/v1/generations")
async def generate(wish: Wish) -> StreamingResponse:
    return StreamingResponse(_events(wish.prompt), media_type="text/event-stream")


async def _events(prompt: str) -> AsyncIterator[bytes]:
    offset = 0
    stream = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": prompt}], stream=True
    )
    async for chunk in stream:
        text = chunk.choices[0].delta.content if chunk.choices else None
        if text:
            yield _event(b"delta", {"offset": offset, "text": text})
            offset += len(text)
    yield _event(b"result", {"status": "completed"})


def _event(name: bytes, data: dict[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, msgspec.json.encode(data))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PASSTHROUGH_PORT"]), log_level="warning")
