"""Tables on terminals of any width: what is to be copied stays in one piece, and a pipe gets all of it."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pressroom_client.cli import screen
from pressroom_client.cli.columns import Column, fitted, lines, parted

ID, URL = str(UUID(int=7)), "https://rest.sandbox.na.zuora.com/of-a-very-long-name"
HEADS = ("id", "environment", "state", "at", "created", "deleted", "missing", "error")
ROWS = (
    (ID, "Globex Corporation/production", "completed", "2026-01-01 00:00:00Z", "25", "0", "", ""),
    (ID, "Acme/sandbox", "failed", "2026-01-01 00:00:00Z", "0", "0", "", "bad_credentials: The secret is wrong."),
)
SPARE = ("deleted", "created", "at")


def shown(room: int | None, heads: Sequence[str] = HEADS, rows: Sequence[Sequence[str]] = ROWS) -> list[str] | None:
    columns = [Column(head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    widths = fitted(columns, SPARE, room)
    return None if widths is None else list(lines(widths))


def test_with_room_every_row_is_one_line() -> None:
    for room in (None, 200):
        told = shown(room)
        assert told is not None
        assert len(told) == 3
        assert [word in told[0] for word in HEADS] == [True] * len(HEADS)
        assert told[2].endswith("bad_credentials: The secret is wrong.")


def test_texts_go_on_below_and_times_stay_whole() -> None:
    assert shown(112) == [
        "id                                    environment    state      at                    created  error",
        f"{ID}  Globex         completed  2026-01-01 00:00:00Z  25",
        "                                      Corporation/",
        "                                      production",
        f"{ID}  Acme/sandbox   failed     2026-01-01 00:00:00Z  0        bad_credentials:",
        "                                                                                               The secret is",
        "                                                                                               wrong.",
    ]


def test_of_what_is_spare_the_last_has_its_place_first() -> None:
    told = {room: shown(room) for room in (104, 100, 92, 80, 60)}
    heads = {room: None if each is None else each[0].split() for room, each in told.items()}
    assert heads[104] == ["id", "environment", "state", "at", "error"]
    assert heads[100] == ["id", "environment", "state", "created", "deleted", "error"]
    assert heads[92] == ["id", "environment", "state", "created", "error"]
    assert heads[80] == ["id", "environment", "state", "error"]
    assert heads[60] is None


@given(
    st.lists(st.tuples(st.sampled_from([ID, URL, ""]), st.text(max_size=60), st.text(max_size=60)), max_size=5),
    st.integers(60, 200),
)
def test_at_every_width_ids_and_addresses_stay_whole_and_no_line_is_too_long(
    rows: list[tuple[str, str, str]], room: int
) -> None:
    plain = [(name, *(" ".join(text.split()) for text in texts)) for name, *texts in rows]
    told = shown(room, ("name", "text", "more"), plain)
    if told is None:  # which words that stay whole can make it
        return
    everything = "\n".join(told)
    assert all(everything.count(each) >= sum(row[0] == each for row in plain) for each in (ID, URL))
    assert all(cell_len(line) <= room for line in told)


@pytest.mark.parametrize(
    ("text", "width", "into"),
    [
        ("The secret is wrong.", 10, ["The secret", "is wrong."]),
        ("Acme/production", 12, ["Acme/", "production"]),
        (f"see {URL}", len(URL), ["see", URL]),
        ("x" * 30, 12, ["x" * 12, "x" * 12, "x" * 6]),
        ("茶" * 8, 10, ["茶" * 5, "茶" * 3]),
        ("", 10, [""]),
    ],
)
def test_texts_are_parted_at_spaces_and_behind_strokes(text: str, width: int, into: list[str]) -> None:
    assert parted(text, width) == into


def test_what_is_no_text_is_not_parted() -> None:
    cron = Column("cron", ["*/15 8-18 * * 1-5"], whole=True)
    assert (cron.least, Column("cron", cron.cells).least) == (17, 10)


def test_what_a_narrow_terminal_does_without_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 80)
    screen.table(HEADS, ROWS, spare=SPARE)
    told = capsys.readouterr()
    assert "created" not in told.out
    assert told.err == "0 everywhere: deleted.\nThe terminal is too narrow for: at, created. --json has all.\n"


def test_what_is_said_of_a_narrow_terminal_fits_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 40)
    names = [f"column_{number}" for number in range(12)]
    screen.table(("id", *names), [(ID, *("word" * 4 for _ in names))], spare=names)
    told = capsys.readouterr().err.splitlines()
    assert max(map(len, told)) <= 40
    assert " ".join(told) == f"The terminal is too narrow for: {', '.join(names)}. --json has all."


def test_a_list_of_nothing_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 40)
    screen.table(HEADS, [], spare=SPARE)
    told = capsys.readouterr()
    assert told.err.startswith("There are none.\n")
    assert told.out.split()[:2] == ["id", "environment"]


def test_where_nothing_more_may_go_rows_stand_one_below_the_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "_room", lambda: 50)
    screen.table(("id", "job", "error"), [(ID, ID, "gone"), (ID, ID, "The secret is wrong, or the id of the client.")])
    first, second = capsys.readouterr().out.split("\n\n")
    assert first.splitlines() == [f"id     {ID}", f"job    {ID}", "error  gone"]
    assert second.splitlines()[2:] == ["error  The secret is wrong, or the id of the", "       client."]


def test_a_pipe_gets_all_in_one_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    long = "word " * 200 + URL
    screen.table(("id", "detail"), [(ID, f"{long}\nand more\t\x1b[31m"), (ID, None)])
    assert capsys.readouterr().out.splitlines()[1:] == [f"{ID}  {long} and more [31m", ID]
    screen.pairs([("id", ID), ("detail", f"{long}\nand more"), ("not known", None)])
    assert capsys.readouterr().out.splitlines() == [f"id      {ID}", f"detail  {long} and more"]
