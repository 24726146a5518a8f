"""Knows the rules from memory, asks nobody while a request waits, and changes them for super-admins."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from prometheus_client import Counter

from pressroom_gateway import problems
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.problems import FieldError, Problem

from .availability import available
from .contracts import Flag, FlagChange
from .ports import Flags
from .records import DEFAULTS, FEATURES, Feature, Rule

_INSTEAD: Mapping[Feature, str] = {
    "sync": "Sync mode is not available to this API key. Send the request with `execution_mode` async, "
    "or ask an operator for it."
}


class FeatureFlags:
    """The rules are as old as the last `refresh`; while the database is away they stay as they were.

    A process that has never read them does so first: nobody is let in because it does not know yet.
    """

    def __init__(self, flags: Flags, refused: Counter) -> None:
        self._flags = flags
        self._refused = refused
        self._rules: Mapping[Feature, Rule] | None = None
        self._turn = asyncio.Lock()  # what was read before a change must not come after it

    async def refresh(self) -> None:
        """Raises Unavailable, and changes nothing then."""
        async with self._turn:
            stored = {each.flag.feature: each.rule for each in await self._flags.all()}
            self._rules = {**DEFAULTS, **stored}

    async def of(self, caller: Principal) -> dict[Feature, bool]:
        """Every feature, and whether the caller has it."""
        rules = await self._known()
        return {feature: available(rules[feature], caller, feature) for feature in FEATURES}

    async def require(self, caller: Principal, feature: Feature) -> None:
        """Raises Problem for a caller who does not have it."""
        rules = await self._known()
        if not available(rules[feature], caller, feature):
            self._refused.labels(feature).inc()
            raise Problem(403, "feature_unavailable", _INSTEAD[feature])

    async def flags(self) -> list[Flag]:
        """As they are stored now."""
        stored = {each.flag.feature: each.flag for each in await self._flags.all()}
        return [stored.get(feature) or _unset(feature) for feature in FEATURES]

    async def flag(self, name: str) -> Flag:
        feature = known(name)
        return next(flag for flag in await self.flags() if flag.feature == feature)

    async def change(self, changer: Principal, name: str, wish: FlagChange) -> Flag:
        """In effect here at once, elsewhere with the next refresh."""
        feature = known(name)
        rule = Rule(
            audience=wish.audience,
            percent=wish.percent,
            percent_of=wish.percent_of,
            tenants=await self._tenants(wish.tenants),
            new_since=wish.new_since,
        )
        async with self._turn:
            stored = await self._flags.set(feature, rule, changer.created_by)
            if self._rules is not None:
                self._rules = {**self._rules, feature: stored.rule}
        return stored.flag

    async def _known(self) -> Mapping[Feature, Rule]:
        if self._rules is None:
            await self.refresh()
        assert self._rules is not None
        return self._rules

    async def _tenants(self, names: Sequence[str]) -> frozenset[UUID]:
        ids = await self._flags.tenant_ids(names) if names else {}
        unknown = [at for at, name in enumerate(names) if name not in ids]
        if unknown:
            raise problems.invalid(*(FieldError(f"tenants.{at}", "there is no such tenant") for at in unknown))
        return frozenset(ids.values())


def known(name: str) -> Feature:
    """Raises Problem 404."""
    for feature in FEATURES:
        if feature == name:
            return feature
    raise Problem(404, "not_found", f"There is no such feature. Take one of these: {', '.join(FEATURES)}.")


def _unset(feature: Feature) -> Flag:
    rule = DEFAULTS[feature]
    return Flag(
        feature=feature,
        audience=rule.audience,
        percent=rule.percent,
        percent_of=rule.percent_of,
        tenants=[],
        new_since=rule.new_since,
        changed_by=None,
        changed_at=None,
    )
