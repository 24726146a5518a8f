"""Whom a feature is available to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Feature = Literal["sync"]
"""`sync`: generations in sync mode."""

Audience = Literal[
    "nobody",  # not even super-admins
    "super-admins",
    "some",  # super-admins, and whoever one of the rule's conditions names
    "all",
]

Share = Literal["tenants", "created_by"]
"""What a percentage is taken of. `created_by`: the makers of rows, that is, API keys by their names."""


class Rule(Struct, frozen=True, kw_only=True):
    """The rest counts for `some` alone; one condition that holds is enough."""

    audience: Audience
    percent: int = 0
    """From 0 to 100."""
    percent_of: Share = "tenants"
    tenants: frozenset[UUID] = frozenset()
    new_since: datetime | None = None
    """API keys that were made at this time or later."""


DEFAULTS: Mapping[Feature, Rule] = {"sync": Rule(audience="all")}
"""Every feature, with the rule that holds until somebody sets one."""

FEATURES = tuple(DEFAULTS)
