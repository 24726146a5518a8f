"""The colours of a picture can be told from its ground, the light one and the dark one."""

import re

import pytest

from pressroom_zuora_sync.pictures.styling import STYLE

LIGHT, DARK = STYLE.split("@media", 1)
WORDS = r"\.(?:name|kind|note|type)[^{}]*{[^}]*fill:(#[0-9a-f]{3,6})"
LINES = r"\.(?:arrow|box)[^{}]*{[^}]*stroke:(#[0-9a-f]{3,6})"


def brightness(colour: str) -> float:
    """Relative luminance, as WCAG 2 has it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("style", "grounds"), [(LIGHT, ("#fff", "#f4f6fa")), (DARK, ("#15181f", "#232834"))])
def test_words_and_lines_stand_out(style: str, grounds: tuple[str, str]):
    assert all(ground in style for ground in grounds)
    words, lines = re.findall(WORDS, style), re.findall(LINES, style)
    assert len(words) >= 6
    assert len(lines) >= 6
    assert min(contrast(colour, ground) for colour in words for ground in grounds) >= 4.5
    assert min(contrast(colour, grounds[0]) for colour in lines) >= 3
