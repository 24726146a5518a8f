"""`{{name}}` is replaced by a variable's value, in one pass: what a value contains is never looked at. No engine."""

import re
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | float | bool

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
"""A name is letters, digits, `_`, `.` and `-`. Any other braces are text like any other."""


class MissingVariables(Exception):
    """The template names variables that have no value."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class TooLong(Exception):
    """The text would pass the limit. It was not made: a short template can name a long value many times."""


def names(template: str) -> list[str]:
    """The variables that a template needs, each once, in the order of their first use."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(template)))


def substitute(template: str, variables: Mapping[str, Value], limit: int) -> str:
    """The text, of at most `limit` characters. Raises MissingVariables with all of them, or TooLong."""
    missing = [name for name in names(template) if name not in variables]
    if missing:
        raise MissingVariables(missing)
    values = {name: _written(value) for name, value in variables.items()}
    parts, length = [], 0
    for part in _parts(template, values):
        parts.append(part)
        length += len(part)
        if length > limit:
            raise TooLong
    return "".join(parts)


def _parts(template: str, values: Mapping[str, str]) -> Iterator[str]:
    end = 0
    for placeholder in _PLACEHOLDER.finditer(template):
        yield template[end : placeholder.start()]
        yield values[placeholder[1]]
        end = placeholder.end()
    yield template[end:]


def _written(value: Value) -> str:
    """As in JSON, strings without their quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
