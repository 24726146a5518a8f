"""A streamed answer: its text as it comes, its end, and every way in which it may break."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.contracts import Usage
from pressroom_generator.ports import Completion, ProviderError
from pressroom_generator.streaming import StreamedAnswer
from protocol.profile import examples
from unit.generator.streams import cut

PROMPT = "Write a product text"
DONE = b"data: [DONE]\n\n"


def event(payload: Any, name: str = "") -> bytes:
    named = f"event: {name}\n".encode() if name else b""
    return named + b"data: " + msgspec.json.encode(payload) + b"\n\n"


def saying(content: str | None, **rest: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None, **rest}
    return event({"id": "x", "model": "gpt-x", "choices": [choice], "usage": None})


END = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
USED = event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 9}})


class Streamed:
    """An answer that these bytes make, and what was told of it meanwhile."""

    def __init__(self, *pieces: bytes) -> None:
        self.told: list[str] = []
        self.answer = StreamedAnswer("asked-for", PROMPT, self.told.append)
        for piece in pieces:
            self.answer.feed(piece)

    def completion(self) -> Completion:
        return self.answer.completion()


def error_of(*pieces: bytes) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        Streamed(*pieces).completion()
    return caught.value


@examples(200)
@given(st.lists(st.text(max_size=8), max_size=8), st.lists(st.integers(0, 5000), max_size=12))
def test_the_pieces_put_together_are_the_content_however_the_bytes_were_cut(
    texts: list[str], places: list[int]
) -> None:
    stream = b"".join(map(saying, texts)) + END + USED + DONE
    streamed = Streamed(*cut(stream, places))
    completion = streamed.completion()
    assert "".join(streamed.told) == completion.content == "".join(texts).replace("\x00", "")
    assert "" not in streamed.told
    assert completion.usage == Usage(calls=1, input_tokens=7, output_tokens=9)


def test_what_comes_together_is_told_together_and_at_once() -> None:
    streamed = Streamed(saying("A") + saying(" te"), saying("xt")[:-1])
    assert streamed.told == ["A te"]
    streamed.answer.feed(b"\n")
    assert streamed.told == ["A te", "xt"]


def test_the_answer_says_its_model_and_why_it_ended() -> None:
    completion = Streamed(saying("A"), saying("", finish_reason="length"), DONE).completion()
    assert (completion.model, completion.finish_reason, completion.refusal) == ("gpt-x", "length", "")
    unnamed = event({"choices": [{"delta": {"content": "A"}, "finish_reason": "stop"}]})
    assert Streamed(unnamed).completion().model == "asked-for"


def test_a_refusal_comes_in_pieces_too_and_is_no_text() -> None:
    pieces = [event({"choices": [{"delta": {"refusal": part}}]}) for part in ("I will\x00", " not.")]
    streamed = Streamed(*pieces, END, DONE)
    assert (streamed.completion().refusal, streamed.completion().content, streamed.told) == ("I will not.", "", [])


def test_without_usage_the_tokens_are_estimated() -> None:
    usage = Streamed(saying("12345678"), END, DONE).completion().usage
    assert (usage.estimated_calls, usage.input_tokens, usage.output_tokens) == (1, len(PROMPT) // 4, 2)


def test_the_last_usage_counts_where_every_chunk_has_one() -> None:
    growing = [
        event({"choices": [{"delta": {"content": "A"}}], "usage": {"prompt_tokens": 7, "completion_tokens": count}})
        for count in (1, 2)
    ]
    assert Streamed(*growing, END, DONE).completion().usage.output_tokens == 2


@pytest.mark.parametrize("end", [[END, DONE], [END], [DONE], [END, USED], [saying("", finish_reason="stop")]])
def test_an_end_is_a_reason_or_the_word(end: list[bytes]) -> None:
    assert Streamed(saying("A"), *end).completion().content == "A"


def test_nothing_counts_after_the_end() -> None:
    streamed = Streamed(saying("A"), END, DONE + saying("B"), b"data: {\n\n", event({"error": {}}))
    assert (streamed.completion().content, streamed.told, streamed.answer.done) == ("A", ["A"], True)


@pytest.mark.parametrize("pieces", [[], [saying("A")], [saying("A"), END[:-2]], [USED], [b": beat\n\n"]])
def test_a_stream_that_ends_before_its_answer_may_have_cost(pieces: list[bytes]) -> None:
    error = error_of(*pieces)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)
    assert "broke" in error.error.detail


@pytest.mark.parametrize(
    "piece",
    [
        b"data: {\n\n",
        b"data: null\n\n",
        b"data: []\n\n",
        b"data: <html>\n\n",
        b"data: \xff\n\n",
        b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\ud800"}}]}\n\n',
        b'data: {"x": ' + b"[" * 50_000 + b"\n\n",
        b"data: " + b"x" * 2_000_000,
        b"event: error\ndata: overloaded\n\n",
        DONE,
    ],
)
def test_a_stream_that_cannot_be_read_is_a_transient_failure(piece: bytes) -> None:
    error = error_of(piece)
    assert (error.error.code, error.error.error_class, error.sent) == ("provider_failed", "transient", True)
    assert "read" in error.error.detail


@pytest.mark.parametrize(
    ("fault", "code", "error_class"),
    [
        ({"code": "rate_limit_exceeded", "type": "requests"}, "provider_rate_limited", "transient"),
        ({"code": None, "type": "tokens"}, "provider_rate_limited", "transient"),
        ({"code": 429}, "provider_rate_limited", "transient"),
        ({"type": "rate_limit_error"}, "provider_rate_limited", "transient"),
        ({"code": "insufficient_quota", "type": "insufficient_quota"}, "provider_rejected", "permanent"),
        ({"type": "insufficient_quota"}, "provider_rejected", "permanent"),
        ({"code": None, "type": "server_error", "message": "The server had an error."}, "provider_failed", "transient"),
        ({}, "provider_failed", "transient"),
        ("overloaded", "provider_failed", "transient"),
    ],
)
@pytest.mark.parametrize("name", ["", "error"])
def test_an_error_in_the_stream_says_what_to_do_and_may_have_cost(
    fault: Any, code: str, error_class: str, name: str
) -> None:
    error = error_of(saying("A"), event({"error": fault}, name))
    assert (error.error.code, error.error.error_class, error.sent) == (code, error_class, True)
    assert error.error.retry_after is None


def test_an_event_named_error_is_one_whatever_it_holds() -> None:
    assert "broke off" in error_of(saying("A"), event({"message": "Overloaded."}, "error")).error.detail


def test_the_text_before_a_fault_is_told_even_if_both_come_together() -> None:
    streamed = Streamed()
    with pytest.raises(ProviderError):
        streamed.answer.feed(saying("A") + saying("B") + event({"error": {}}) + saying("C"))
    assert streamed.told == ["AB"]


def test_what_the_listener_raises_is_not_caught() -> None:
    def refuse(text: str) -> None:
        raise LookupError(text)

    with pytest.raises(LookupError, match="A"):
        StreamedAnswer("m", PROMPT, refuse).feed(saying("A"))
