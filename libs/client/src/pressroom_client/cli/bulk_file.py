"""What a file wants of `pressroom bulk`: JSON, JSON Lines, or a prompt per line."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pressroom_client.errors import PressroomError

from . import screen

_JSON = frozenset({".json", ".jsonl", ".ndjson"})
_STANDARD_INPUT = Path("-")


def wish_of(file: Path, *, skip_errors: bool = False) -> dict[str, Any]:
    """Of `generations.bulk`. `skip_errors`: a line that is no JSON is told, and left to the gateway to refuse.

    Raises PressroomError for a file that is none of the three.
    """
    text = _text(file)
    if file.suffix.lower() not in _JSON and text.lstrip()[:1] not in {"{", "["}:
        return {"items": [{"prompt": line} for _, line in _lines(text)]}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {"items": [_item(line, number, file, keep=skip_errors) for number, line in _lines(text)]}
    if isinstance(found, list):
        return {"items": found}
    if not isinstance(found, dict):
        raise _bad(f"{file} holds neither items nor an object with items.")
    return found if "items" in found else {"items": [found]}


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if file == _STANDARD_INPUT else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(f"{file} cannot be read: {error}") from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Those that are not blank, by their numbers; other breaks than these may stand in a text of JSON."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _item(line: str, number: int, file: Path, *, keep: bool) -> Any:
    """With `keep` what is no JSON stays as it is, in its place: the items behind it keep their numbers."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        told = f"{file}, line {number} is not valid JSON: {error}"
        if not keep:
            raise _bad(told) from error
        screen.note(told)
        return line


def _bad(detail: str) -> PressroomError:
    return PressroomError(0, "bad_file", detail)
