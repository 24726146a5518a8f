"""What a person sees meanwhile: the text, and below it a line of progress that leaves nothing behind."""

from io import StringIO

import pytest
from rich.console import Console

from pressroom_client import Progress, Status
from pressroom_client.cli.progress_line import ProgressLine, span, words
from pressroom_client.cli.sheet import Sheet
from unit.client.gateways import ID, Clock


def terminal(*, of_errors: bool = False) -> Console:
    return Console(file=StringIO(), stderr=of_errors, force_terminal=True, width=20, height=10, color_system=None)


def drawn(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def shown(console: Console, written: str) -> str:
    """What stands there in the end, as a terminal understands what is written."""
    lines, row = [""], 0
    pieces = iter(written)
    for letter in pieces:
        if letter == "\x1b":
            code = ""
            while not (code and code[-1].isalpha()):
                code += next(pieces)
            row -= 1 if code == "[1A" else 0
            if code == "[2K":
                lines[row] = ""
        elif letter == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif letter != "\r":
            lines[row] += letter
    return "\n".join(lines).rstrip("\n")


def test_a_line_says_how_far_it_is() -> None:
    progress = Progress(message="Calling the model", percent=40, tokens=123, elapsed_ms=12_000, eta_ms=8000)
    assert words(progress) == "Calling the model · 40 % · 123 tokens · 12 s · about 8 s left"
    assert words(progress, since_ms=3000) == "Calling the model · 40 % · 123 tokens · 15 s · about 5 s left"
    assert words(progress, since_ms=9000) == "Calling the model · 40 % · 123 tokens · 21 s"


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(), "working"),
        (Progress(step="saving"), "saving"),
        (Progress(message="Writing", completed=2, total=5), "Writing · 2 of 5"),
        (Progress(message="Writing", completed=0, total=1, tokens=0, eta_ms=400), "Writing"),
        (Progress(message="Writing", tokens=1), "Writing · 1 token"),
    ],
)
def test_what_is_not_known_is_left_out(progress: Progress, line: str) -> None:
    assert words(progress) == line


@pytest.mark.parametrize(
    ("milliseconds", "text"), [(0, "0 s"), (59_499, "59 s"), (65_000, "1 min 05 s"), (3_720_000, "1 h 02 min")]
)
def test_times_are_short(milliseconds: int, text: str) -> None:
    assert span(milliseconds) == text


def test_the_time_goes_on_between_two_events() -> None:
    clock = Clock()
    line = ProgressLine(clock)
    line.tell(Status.model_validate({"job_id": ID, "status": "pending"}))
    clock.sleep(2)
    assert line.__rich__().plain == "Pending · 2 s"
    line.tell(Progress(message="Writing", elapsed_ms=500))
    clock.sleep(3)
    assert line.__rich__().plain == "Writing · 4 s"


def test_on_a_terminal_lines_are_printed_and_the_last_one_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()
    with Sheet(console) as sheet:
        for piece in ("One ", "line.\nAnd ", "one", " more\x1b[2J.\n", "End"):
            sheet.write(piece)
        assert sheet._live is not None
        sheet._live.refresh()
        assert "End\n" in drawn(console)
        assert "Waiting" in drawn(console)
    assert shown(console, drawn(console)) == "One line.\nAnd one more[2J."
    assert capsys.readouterr().out == "End"


def test_a_long_line_leaves_room_on_the_screen() -> None:
    console = terminal()
    sheet = Sheet(console)
    sheet.write("茶" * 10_000)
    console.print(sheet)
    assert drawn(console).count("\n") <= 10
    assert "Waiting" in drawn(console)


def test_a_note_stands_beside_what_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()
    with Sheet(console) as sheet:
        sheet.write("One\nTw")
        sheet.note("The text begins again.")
        sheet.write("o\n")
    assert capsys.readouterr().err == "The text begins again.\n"
    assert shown(console, drawn(console)) == "One\nTwo"


def test_beside_a_pipe_the_progress_alone_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal(of_errors=True)
    with Sheet(console) as sheet:
        sheet.write("One\nTwo")
        assert capsys.readouterr().out == "One\nTwo"
    assert shown(console, drawn(console)) == ""
