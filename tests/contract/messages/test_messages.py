"""What travels between the services stays as the golden files have it: readers and writers of two versions meet."""

from contextlib import suppress
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import NODEFAULT, Struct

from contract.messages.samples import FILES, FULL, GOLDEN, LEAST, readable
from pressroom_common.contracts import (
    CancelJob,
    Command,
    Control,
    Directive,
    Event,
    ForgetRuns,
    JobMeasures,
    JobSnapshots,
    JobTransitions,
    Live,
    RunJob,
    WorkerHeartbeat,
    decoder,
    encode,
)
from pressroom_common.errors import Undecodable
from protocol.profile import examples

UNIONS: tuple[Any, ...] = (Command, *get_args(Live), *get_args(Directive), *get_args(Control), *get_args(Event))
AS_READ: dict[str, Any] = {
    "the ledger": JobSnapshots | WorkerHeartbeat,
    "the monitor": JobMeasures | JobTransitions | WorkerHeartbeat,
    "a worker's commands": RunJob,
    "a worker process": Control,
    "a worker's directives": CancelJob | ForgetRuns,
}


def golden(name: str) -> bytes:
    """As it travels, without the spaces for readers."""
    return msgspec.json.format((GOLDEN / name).read_bytes(), indent=-1)


def fields(struct: Struct) -> dict[str, Any]:
    return {field: getattr(struct, field) for field in struct.__struct_fields__}


def test_every_message_has_its_golden_files() -> None:
    tags = {str(message.__struct_config__.tag) for message in UNIONS}
    assert tags <= set(FULL)
    assert tags <= set(LEAST)
    assert {path.name for path in GOLDEN.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_message_is_written_as_its_golden_file_has_it(name: str) -> None:
    assert readable(encode(FILES[name])) == (GOLDEN / name).read_bytes(), "contract.messages.samples writes it anew"


@pytest.mark.parametrize("name", FILES)
def test_a_golden_file_is_read_as_the_message_that_it_is(name: str) -> None:
    message = FILES[name]
    assert encode(decoder(type(message))(golden(name))) == encode(message)


@pytest.mark.parametrize("name", FULL)
def test_the_sample_of_a_message_sets_every_field(name: str) -> None:
    """A field that is added gets its place in the golden file, or this fails."""
    for field in msgspec.structs.fields(FULL[name]):
        if field.default is not NODEFAULT:
            assert getattr(FULL[name], field.name) != field.default, field.name
    for part in _parts(FULL[name]):
        for field in msgspec.structs.fields(part):
            assert field.default is NODEFAULT or getattr(part, field.name) != field.default, field.name


def _parts(message: Struct) -> list[Struct]:
    """The first of each sort of struct that stands in it."""
    found: list[Struct] = []
    for value in fields(message).values():
        for part in value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else (value,):
            if isinstance(part, Struct) and type(part) not in {type(known) for known in found}:
                found += [part, *_parts(part)]
    return found


@pytest.mark.parametrize("name", LEAST)
def test_what_is_not_said_is_not_written(name: str) -> None:
    written = msgspec.json.decode(encode(LEAST[name]))
    silent = {
        field.name
        for field in msgspec.structs.fields(LEAST[name])
        if field.default is not NODEFAULT and getattr(LEAST[name], field.name) == field.default
    }
    assert silent & set(written) == set()


@pytest.mark.parametrize("name", FILES)
def test_what_a_newer_sender_adds_is_passed_over(name: str) -> None:
    message = FILES[name]
    newer = _with_more(message, msgspec.json.decode(golden(name)))
    assert "added_later" in newer
    assert encode(decoder(type(message))(msgspec.json.encode(newer))) == encode(message)


def _with_more(value: Any, sent: Any) -> Any:
    """What is sent, with something new in every struct."""
    if isinstance(value, Struct):
        known = {key: _with_more(getattr(value, key, None), inner) for key, inner in sent.items()}
        return {**known, "added_later": {"a": [1, None]}}
    if isinstance(value, dict):
        return {key: _with_more(value[key], inner) for key, inner in sent.items()}
    if isinstance(value, tuple):
        return [_with_more(one, inner) for one, inner in zip(value, sent, strict=True)]
    return sent


@pytest.mark.parametrize("reader", AS_READ)
def test_a_reader_reads_each_message_that_it_takes_and_refuses_others(reader: str) -> None:
    read = decoder(AS_READ[reader])
    takes = get_args(AS_READ[reader]) or (AS_READ[reader],)
    for name, message in FILES.items():
        if type(message) in takes:
            assert encode(read(golden(name))) == encode(message)
        else:
            with pytest.raises(Undecodable):
                read(golden(name))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'{"type":"job.run.v2"}',
        b'{"type":7}',
        b"\xff",
        b"[" * 100_000,
        b'{"type":"job',
    ],
)
@pytest.mark.parametrize("reader", AS_READ)
def test_what_nobody_can_read_is_undecodable(reader: str, body: bytes) -> None:
    with pytest.raises(Undecodable):
        decoder(AS_READ[reader])(body)


@pytest.mark.parametrize("where", ["input", "added_later"])
def test_a_nesting_that_no_recursion_survives_is_undecodable(where: str) -> None:
    body = encode(LEAST["job.run.v1"]).replace(
        b'"input":{"prompt":"Write."}', b'"%s":' % where.encode() + b"[" * 100_000
    )
    with pytest.raises(Undecodable):
        decoder(RunJob)(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("job_id", "7"),
        ("job_id", None),
        ("attempt", "1"),
        ("attempt", 1.5),
        ("not_after", "tomorrow"),
        ("not_after", 0),
        ("tenant_id", {}),
    ],
)
def test_a_field_of_another_type_is_undecodable_and_says_which(field: str, value: Any) -> None:
    sent = {**msgspec.json.decode(encode(LEAST["job.run.v1"])), field: value}
    with pytest.raises(Undecodable, match=field):
        decoder(RunJob)(msgspec.json.encode(sent))


@examples(200)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2000), st.binary(max_size=3))
def test_a_message_that_was_damaged_is_read_or_undecodable_and_nothing_else(name: str, at: int, damage: bytes) -> None:
    body = encode(FILES[name])
    damaged = body[: at % len(body)] + damage + body[at % len(body) + len(damage) :]
    for union in AS_READ.values():
        with suppress(Undecodable):
            decoder(union)(damaged)
