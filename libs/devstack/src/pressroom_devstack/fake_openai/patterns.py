"""A string that matches a regular expression, for schemas with a `pattern`: short, and the same for the same dice."""

import random
import re
import string
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

# The parser behind `re` has no public name since Python 3.11; it saves this file a parser of its own.
_parse: Callable[[str], Sequence[Any]] = import_module("re._parser").parse

_PRINTABLE = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_ " + string.punctuation
_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_NOT_DIGIT": string.ascii_lowercase,
    "CATEGORY_WORD": string.ascii_lowercase,
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": string.ascii_lowercase,
}
_NOTHING = {"AT", "ASSERT", "ASSERT_NOT"}
_EXTRA = 3  # repetitions beyond the least


def matching(pattern: str, dice: random.Random) -> str | None:
    """None where the pattern has what this does not know (look-around, back references) and the dice did not hit."""
    try:
        text = _sequence(_parse(pattern), dice)
        return text if re.search(pattern, text) else None
    except (re.error, KeyError, IndexError):
        return None


def _sequence(nodes: Sequence[Any], dice: random.Random) -> str:
    return "".join(_node(str(op), argument, dice) for op, argument in nodes)


def _node(op: str, argument: Any, dice: random.Random) -> str:
    if op in _NOTHING:
        return ""
    if op == "IN":
        return dice.choice(_members(argument))
    if op == "BRANCH":
        return _sequence(dice.choice(argument[1]), dice)
    if op == "SUBPATTERN":
        return _sequence(argument[-1], dice)
    if op.endswith("_REPEAT"):
        least, most, nodes = argument
        return _repeated(least, most, nodes, dice)
    return dice.choice(_single(op, argument))


def _repeated(least: int, most: Any, nodes: Sequence[Any], dice: random.Random) -> str:
    times = dice.randint(least, min(int(most), least + _EXTRA))
    return "".join(_sequence(nodes, dice) for _ in range(times))


def _members(items: Sequence[Any]) -> list[str]:
    """The characters of a class; of a negated one, the printable rest."""
    negated = str(items[0][0]) == "NEGATE"
    named = [character for op, argument in items[negated:] for character in _single(str(op), argument)]
    return [character for character in _PRINTABLE if character not in named] if negated else named


def _single(op: str, argument: Any) -> str:
    """The characters that one node stands for."""
    if op == "LITERAL":
        return chr(argument)
    if op == "NOT_LITERAL":
        return _PRINTABLE.replace(chr(argument), "")
    if op == "RANGE":
        low, high = argument
        return "".join(map(chr, range(low, high + 1)))
    if op == "ANY":
        return string.ascii_lowercase
    return {"CATEGORY": _CATEGORIES}[op][str(argument)]
