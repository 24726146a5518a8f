"""How wide words are in a picture, measured generously: whoever looks has fonts of their own."""

import unicodedata
from html import escape

KIND_SIZE = 11
"""Of the font of words on arrows."""
_MOST_WORDS = 110
"""On an arrow, in pixels: half of a box."""
_UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
_MARKS = {"Mn", "Me"}
_MOST_MARKS = 3
"""On one letter: a heap of them grows over whatever is above."""
_NARROW, _WIDE = frozenset("fijlrtI.,:;'|!()[]-` "), frozenset("mwMW@%&")


def plain(text: str, most: int = 300) -> str:
    """Without the characters that XML does not have, and without those that turn the direction of writing; cut."""
    kept: list[str] = []
    marks = 0
    for letter in text[:most]:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in _MARKS else 0
        if category not in _UNSEEN and marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept) + ("…" if len(text) > most else "")


def safe(text: str, most: int = 300) -> str:
    """For text and attributes of XML."""
    return escape(plain(text, most))


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels, rather too many than too few."""
    return sum(map(_ems, text)) * size * (1.1 if bold else 1.0)


def fitted(text: str, size: float, most: float, *, bold: bool = False) -> str:
    """What of it is no wider than so many pixels; what had to be cut ends in an ellipsis."""
    text = plain(text)
    if width_of(text, size, bold=bold) <= most:
        return text
    room = most - width_of("…", size, bold=bold)
    for at, letter in enumerate(text):
        room -= width_of(letter, size, bold=bold)
        if room < 0:
            return f"{text[:at].rstrip(' .,')}…"
    return text


def worded(text: str) -> str:
    """What of it stands on an arrow."""
    return fitted(text, KIND_SIZE, _MOST_WORDS)


def measured(words: str) -> float:
    """The room that words on an arrow take."""
    return width_of(words, KIND_SIZE) + 6 if words else 0.0


def _ems(letter: str) -> float:
    if letter in _NARROW:
        return 0.42
    if letter in _WIDE:
        return 1.0
    if letter.isascii():
        return 0.76 if letter.isupper() else 0.64
    if unicodedata.category(letter) in _MARKS:
        return 0.0
    return 1.3 if unicodedata.east_asian_width(letter) in "WF" else 1.0
