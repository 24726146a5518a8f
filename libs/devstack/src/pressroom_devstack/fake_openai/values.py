"""Single values for a JSON schema: strings about the subject, and numbers, within the schema's bounds."""

import random
import re
import uuid
from math import ceil, floor, inf
from typing import Any

from .patterns import matching
from .phrases import phrase_for
from .texts import bare, sentence_on

Schema = dict[str, Any]

TRIES = 50
_SPAN = 99  # of a number that the schema leaves open on one side
_TITLES = re.compile(r"title|name|label|subject|topic")
_SLUGS = re.compile(r"slug|path|^id$|_id$")
_ADJECTIVES = (
    "Everyday",
    "Durable",
    "Simple",
    "Trusted",
    "Modern",
    "Careful",
    "Honest",
    "Essential",
    "Better",
    "Practical",
)


class UnsupportedSchemaError(ValueError):
    """Nothing that this provider can make satisfies the schema."""


def string(schema: Schema, name: str, subject: str, dice: random.Random) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", inf)
    if pattern := schema.get("pattern"):
        return _by_pattern(pattern, least, most, dice)
    if text := _by_format(schema.get("format", ""), subject, dice):
        return text
    text = _by_name(name.lower(), subject, dice)
    while len(text) < least:
        text += " " + sentence_on(subject, dice)
    return text if len(text) <= most else text[: int(most)]


def _by_pattern(pattern: str, least: int, most: float, dice: random.Random) -> str:
    for _ in range(TRIES):
        text = matching(pattern, dice)
        if text is not None and least <= len(text) <= most:
            return text
    raise UnsupportedSchemaError(f"no string was found for the pattern {pattern!r}")


def _by_format(kind: str, subject: str, dice: random.Random) -> str | None:
    slug = slug_of(subject)
    day = f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    time = f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00Z"
    values = {
        "date": day,
        "time": time,
        "date-time": f"{day}T{time}",
        "duration": f"P{dice.randint(1, 30)}D",
        "email": f"{slug}@example.com",
        "hostname": f"{slug[:60]}.example.com",
        "ipv4": f"192.0.2.{dice.randint(1, 254)}",
        "ipv6": f"2001:db8::{dice.randint(1, 9999)}",
        "uri": f"https://example.com/{slug}",
        "uuid": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
    }
    return values.get(kind)


def _by_name(name: str, subject: str, dice: random.Random) -> str:
    if _SLUGS.search(name):
        return slug_of(subject)
    if "email" in name or "url" in name:
        return str(_by_format("email" if "email" in name else "uri", subject, dice))
    if phrase := phrase_for(name, subject, dice):
        return phrase
    if _TITLES.search(name):
        return f"{dice.choice(_ADJECTIVES)} {bare(subject)}"
    return sentence_on(subject, dice)


def slug_of(subject: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", bare(subject).lower()).strip("-") or "subject"


def integer(schema: Schema, dice: random.Random) -> int:
    low, high = _bounds(schema)
    step = _whole_step(schema.get("multipleOf", 1))
    first, last = ceil(low / step), floor(high / step)
    first += _excluded(first * step, schema, "exclusiveMinimum")
    last -= _excluded(last * step, schema, "exclusiveMaximum")
    if first > last:
        raise UnsupportedSchemaError("no integer lies within the bounds")
    return dice.randint(first, last) * step


def _whole_step(step: float) -> int:
    """The least whole number that is a multiple of the step: 1 for 0.5, 3 for 1.5."""
    for whole in range(1, 1001):
        if _is_multiple(whole, step):
            return whole
    return ceil(step)


def number(schema: Schema, dice: random.Random) -> float:
    low, high = _bounds(schema)
    step = schema.get("multipleOf")
    for _ in range(TRIES):
        value = _on_step(dice.uniform(low, high), step)
        excluded = _excluded(value, schema, "exclusiveMinimum") or _excluded(value, schema, "exclusiveMaximum")
        if low <= value <= high and not excluded and _is_multiple(value, step):
            return value
    raise UnsupportedSchemaError("no number was found within the bounds")


def _on_step(value: float, step: float | None) -> float:
    if step is None:
        return round(value, 2) if abs(value) >= 1 else value
    return round(round(value / step) * step, 10)


def _is_multiple(value: float, step: float | None) -> bool:
    """As a validator sees it, which divides binary fractions: 29.08 is no multiple of 0.01 to it."""
    return step is None or (value / step).is_integer()


def _bounds(schema: Schema) -> tuple[float, float]:
    """Of both kinds of minimum and maximum; an open side lies `_SPAN` steps away."""
    lows = [schema[key] for key in ("minimum", "exclusiveMinimum") if key in schema]
    highs = [schema[key] for key in ("maximum", "exclusiveMaximum") if key in schema]
    span = _SPAN * schema.get("multipleOf", 1)
    if not lows:
        return (min(highs) - span if highs else 1, min(highs, default=1 + span))
    return max(lows), min(highs, default=max(lows) + span)


def _excluded(value: float, schema: Schema, key: str) -> bool:
    return key in schema and value == schema[key]
