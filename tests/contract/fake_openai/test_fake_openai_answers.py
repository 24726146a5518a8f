"""Answers in one piece, as the SDK sees them."""

import pytest
from openai import AsyncOpenAI

from contract.fake_openai.control import PROMPT, Control, said


async def test_answer_shows_the_subject_of_the_prompt_and_carries_usage(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="gpt-5.4-mini", messages=said(PROMPT))
    assert "steel water bottle" in (answer.choices[0].message.content or "").lower()
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (9, 40, 49)


async def test_same_prompt_gives_same_text_and_another_prompt_another(client: AsyncOpenAI) -> None:
    texts = [
        (await client.chat.completions.create(model="m", messages=said(prompt))).choices[0].message.content
        for prompt in (PROMPT, PROMPT, f"{PROMPT}, please")
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("Write an article about the history of tea in Japan.", "history of tea"),
        ("Topic: garden benches\nLanguage: en", "garden benches"),
        ('Write the section "Cleaning and care" of an article.', "Cleaning and care"),
        ("Summarise our returns policy", "returns policy"),
        ("Write 3 headlines for running shoes in English", "running shoes"),
        ("", "the subject"),
    ],
)
async def test_subject_is_found(client: AsyncOpenAI, prompt: str, subject: str) -> None:
    answer = await client.chat.completions.create(model="m", messages=said(prompt))
    assert subject.lower() in (answer.choices[0].message.content or "").lower()


async def test_text_is_cut_at_the_limit_of_the_request(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="m", messages=said(PROMPT), max_completion_tokens=7)
    assert answer.usage is not None
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("length", 7)


async def test_text_can_be_long(client: AsyncOpenAI, control: Control) -> None:
    await control.plan(tokens=30_000)
    answer = await client.chat.completions.create(model="m", messages=said(PROMPT))
    assert len(answer.choices[0].message.content or "") > 100 * 1024


async def test_raw_response_carries_the_provider_headers(client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(model="m", messages=said(PROMPT))
    assert raw.headers["x-request-id"].startswith("req_")
    assert int(raw.headers["x-ratelimit-remaining-requests"]) > 0
    assert raw.parse().usage is not None


async def test_models_are_listed(client: AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert "gpt-5.4-mini" in names
    assert (await client.models.retrieve("gpt-4o")).id == "gpt-4o"
