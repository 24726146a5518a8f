"""Which way a language is written."""

from pressroom_common.contracts import Direction

_NAMES = (
    "ae aeb aii ajp apc apd ar arc ary arz azb bal bgn bqi ckb dv fa glk he iw ji khw ks lki lrc luz mzn nqo pnb ps "
    "sd sdh skr syr ug ur yi"
)
_RIGHT_TO_LEFT = frozenset(_NAMES.split())
_SCRIPTS = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
"""ISO 15924, written from right to left."""


def direction_of(language: str) -> Direction:
    """`language`: BCP 47. A script in it decides; else the one that the language is usually written in."""
    first, *others = language.lower().split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in _SCRIPTS else "ltr"
    return "rtl" if first in _RIGHT_TO_LEFT else "ltr"
