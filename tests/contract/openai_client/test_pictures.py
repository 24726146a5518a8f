"""Pictures from the provider, over real HTTP."""

from uuid import UUID

import pytest

from contract.fake_openai.control import Control
from pressroom_common.contracts import Usage
from pressroom_common.ids import uuid7
from pressroom_common.worker import Call
from pressroom_common.worker.records import CallRecord
from pressroom_generator.openai_client import OpenAIModel
from pressroom_generator.ports import Drawing, ProviderError

LIMIT = 1_000_000


async def draw(
    model: OpenAIModel, prompt: str = "A cup of tea", limit: int = LIMIT, name: str = "gpt-image-1"
) -> Drawing:
    record = CallRecord(id=uuid7(), job_id=UUID(int=1), attempt=1, claim=1, step="image.1", model=name)
    return await model.draw(Call(record), name, prompt, "1536x1024", limit)


async def failed(model: OpenAIModel, limit: int = LIMIT) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await draw(model, limit=limit)
    return caught.value


@pytest.mark.parametrize("name", ["gpt-image-1", "dall-e-3"])
async def test_a_picture_comes_as_bytes_with_its_usage(model: OpenAIModel, name: str) -> None:
    drawing = await draw(model, name=name)
    assert drawing.content.startswith(b"\x89PNG")
    assert drawing.usage == Usage(calls=1, input_tokens=4, output_tokens=272)


async def test_a_call_carries_the_id_that_it_was_recorded_under(model: OpenAIModel, control: Control) -> None:
    await draw(model)
    [call] = await control.calls()
    assert call["kind"] == "image"
    assert UUID(call["client_request_id"])


async def test_a_picture_beyond_the_limit_is_not_read_to_its_end(
    model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pressroom_generator.openai_client._AROUND", 0)
    error = await failed(model, limit=10)
    assert (error.error.code, error.error.error_class, error.sent) == ("content_too_large", "permanent", True)


@pytest.mark.parametrize(
    ("failure", "code", "error_class", "sent"),
    [
        ({"status": 400}, "provider_rejected", "permanent", False),
        ({"status": 429, "retry_after": 3}, "provider_rate_limited", "transient", False),
        ({"status": 500}, "provider_failed", "transient", False),
        ({"kind": "malformed_json"}, "provider_failed", "transient", True),
        ({"kind": "broken_stream"}, "provider_failed", "transient", True),
    ],
)
async def test_failures_are_told_apart_as_those_of_texts_are(
    model: OpenAIModel, control: Control, failure: dict[str, object], code: str, error_class: str, sent: bool
) -> None:
    await control.plan(fail=[failure])
    error = await failed(model)
    assert (error.error.code, error.error.error_class, error.sent) == (code, error_class, sent)
    assert error.error.retry_after == failure.get("retry_after")
