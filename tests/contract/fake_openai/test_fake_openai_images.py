"""Images, as the SDK sees them."""

import base64
import struct
import zlib

from openai import AsyncOpenAI

from contract.fake_openai.control import Control


def checked_png(body: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose checksums and pixels are right."""
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    position, chunks = 8, {}
    while position < len(body):
        length, name = struct.unpack(">I4s", body[position : position + 8])
        data = body[position + 8 : position + 8 + length]
        assert zlib.crc32(name + data) == int.from_bytes(body[position + 8 + length : position + 12 + length])
        chunks[name] = data
        position += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + 3 * width)
    return width, height


async def test_image_is_a_deterministic_png(client: AsyncOpenAI) -> None:
    first = await client.images.generate(model="gpt-image-1", prompt="a teapot", n=2, size="1536x1024")
    again = await client.images.generate(model="gpt-image-1", prompt="a teapot", n=2, size="1536x1024")
    assert first.data == again.data
    assert first.data is not None
    assert [checked_png(base64.b64decode(image.b64_json or "")) for image in first.data] == [(96, 64), (96, 64)]
    assert first.data[0].b64_json != first.data[1].b64_json
    assert first.usage is not None
    assert first.usage.total_tokens == 2 + 2 * 272


async def test_image_by_url_can_be_fetched(client: AsyncOpenAI, control: Control) -> None:
    answer = await client.images.generate(model="dall-e-3", prompt="a teapot", response_format="url")
    assert answer.data is not None
    async with control.http.get(answer.data[0].url or "") as response:
        assert response.content_type == "image/png"
        assert checked_png(await response.read()) == (96, 96)
