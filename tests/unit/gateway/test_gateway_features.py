"""Who has a feature, and how a process comes to know it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Counter

from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.features.availability import available, place
from pressroom_gateway.features.contracts import Flag, FlagChange
from pressroom_gateway.features.ports import StoredFlag
from pressroom_gateway.features.records import FEATURES, Audience, Feature, Rule, Share
from pressroom_gateway.features.service import FeatureFlags
from pressroom_gateway.problems import Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SPACE = UUID("0198f000-0000-7000-8000-000000000001")
OTHER = UUID("0198f000-0000-7000-8000-000000000002")
SHARES: list[Share] = ["tenants", "created_by"]


def caller(role: Role = Role.EDITOR, tenant: UUID = SPACE, name: str = "website", made: datetime = NOW) -> Principal:
    return Principal(tenant, uuid5(tenant, name), name, role, SCOPES[role], made)


SUPER = caller(Role.SUPER_ADMIN)
callers = st.builds(caller, st.sampled_from(Role), st.uuids(), st.text(max_size=20))


@pytest.mark.parametrize(
    ("rule", "who", "has_it"),
    [
        (Rule(audience="all"), caller(Role.VIEWER), True),
        (Rule(audience="all"), SUPER, True),
        (Rule(audience="nobody"), caller(), False),
        (Rule(audience="nobody"), SUPER, False),
        (Rule(audience="super-admins"), SUPER, True),
        (Rule(audience="super-admins"), caller(Role.TENANT_ADMIN), False),
        (Rule(audience="some"), SUPER, True),
        (Rule(audience="some"), caller(), False),
        (Rule(audience="some", percent=100), caller(), True),
        (Rule(audience="some", percent=100, percent_of="created_by"), caller(), True),
        (Rule(audience="some", tenants=frozenset({SPACE, OTHER})), caller(), True),
        (Rule(audience="some", tenants=frozenset({OTHER})), caller(), False),
        (Rule(audience="some", new_since=NOW), caller(made=NOW), True),
        (Rule(audience="some", new_since=NOW), caller(made=NOW - SECOND), False),
        (Rule(audience="some", new_since=NOW, tenants=frozenset({SPACE})), caller(made=NOW - SECOND), True),
        (Rule(audience="some", new_since=NOW, percent=100), caller(made=NOW - SECOND), True),
        # What belongs to `some` counts for `some` alone.
        (Rule(audience="super-admins", percent=100, tenants=frozenset({SPACE}), new_since=NOW), caller(), False),
        (Rule(audience="nobody", percent=100, tenants=frozenset({SPACE}), new_since=NOW), caller(), False),
    ],
)
def test_who_has_a_feature(rule: Rule, who: Principal, has_it: bool) -> None:
    assert available(rule, who, "sync") is has_it


@given(callers, st.sampled_from(SHARES), st.integers(0, 99))
def test_a_higher_percentage_takes_from_nobody(who: Principal, of: Share, percent: int) -> None:
    has_it = [available(Rule(audience="some", percent=p, percent_of=of), who, "sync") for p in (percent, percent + 1)]
    assert has_it in ([False, False], [False, True], [True, True])


@given(callers, st.integers(0, 100))
def test_a_tenants_keys_have_it_all_or_none(who: Principal, percent: int) -> None:
    rule = Rule(audience="some", percent=percent)
    assert available(rule, replace(who, role=Role.EDITOR), "sync") == available(
        rule, caller(Role.VIEWER, who.tenant_id, "another", NOW + SECOND), "sync"
    )


@pytest.mark.parametrize("percent", [0, 1, 10, 33, 50, 99, 100])
@pytest.mark.parametrize("of", SHARES)
def test_a_percentage_is_about_that_share(of: Share, percent: int) -> None:
    """Of 10,000 tenants, or of as many keys, half of them of one tenant and half of them with one name."""
    rule, numbers = Rule(audience="some", percent=percent, percent_of=of), range(5_000)
    crowd = [caller(tenant=uuid5(SPACE, str(number))) for number in numbers]
    more = (
        [caller(name=str(n)) for n in numbers]
        if of == "created_by"
        else [caller(tenant=uuid5(OTHER, str(n))) for n in numbers]
    )
    for part in (crowd, more):
        share = sum(available(rule, who, "sync") for who in part) / 50
        assert share == pytest.approx(percent, abs=2)
    if percent in {0, 100}:
        assert share == percent


def test_the_chosen_stay_the_chosen_from_release_to_release() -> None:
    """Written down once: another hash would take the feature from some and give it to others."""
    assert [place(caller(), "sync", of) for of in SHARES] == [30, 4]


def test_another_feature_begins_with_others() -> None:
    other: Any = "another"
    crowd = [caller(tenant=uuid5(SPACE, str(number))) for number in range(1_000)]
    both = [who for who in crowd if place(who, "sync", "tenants") < 20 and place(who, other, "tenants") < 20]
    assert len(both) == pytest.approx(40, abs=20)


@dataclass
class FlagsInMemory:
    """The port. `away`: it cannot be reached. `slow`: an answer is known, and arrives once this is set."""

    rules: dict[Feature, Rule] = field(default_factory=dict)
    away: bool = False
    slow: asyncio.Event | None = None
    asked: int = 0

    async def all(self) -> Sequence[StoredFlag]:
        self.asked += 1
        if self.away:
            raise Unavailable("away")
        found = [stored(feature, rule) for feature, rule in self.rules.items()]
        if self.slow is not None:
            await self.slow.wait()
        return found

    async def set(self, feature: Feature, rule: Rule, changed_by: str) -> StoredFlag:
        if self.away:
            raise Unavailable("away")
        self.rules[feature] = rule
        return stored(feature, rule, changed_by)

    async def tenant_ids(self, names: Sequence[str]) -> Mapping[str, UUID]:
        return {name: SPACE for name in names if name in {"acme", str(SPACE)}}


def stored(feature: Feature, rule: Rule, changed_by: str = "key:owner") -> StoredFlag:
    flag = Flag(
        feature=feature,
        audience=rule.audience,
        percent=rule.percent,
        percent_of=rule.percent_of,
        tenants=["acme" for _ in rule.tenants],
        new_since=rule.new_since,
        changed_by=changed_by,
        changed_at=NOW,
    )
    return StoredFlag(flag, rule)


def set_to(audience: Audience) -> FlagsInMemory:
    return FlagsInMemory({"sync": Rule(audience=audience)})


@pytest.fixture
def refused() -> Counter:
    return Metrics().counter("feature_refusals_total", "", "feature")


async def test_until_somebody_says_otherwise_sync_mode_is_for_all(refused: Counter) -> None:
    flags = FeatureFlags(FlagsInMemory(), refused)
    assert await flags.of(caller()) == {"sync": True}
    [flag] = await flags.flags()
    assert (flag.feature, flag.audience, flag.changed_by, flag.changed_at) == ("sync", "all", None, None)


async def test_requests_do_not_reach_the_database(refused: Counter) -> None:
    known = set_to("super-admins")
    flags = FeatureFlags(known, refused)
    await flags.refresh()
    for _ in range(100):
        await flags.require(SUPER, "sync")
        assert await flags.of(caller()) == {"sync": False}
    assert known.asked == 1


async def test_while_the_database_is_away_the_last_rules_hold(refused: Counter) -> None:
    known = set_to("nobody")
    flags = FeatureFlags(known, refused)
    await flags.refresh()
    known.away = True
    with pytest.raises(Unavailable):
        await flags.refresh()
    assert await flags.of(caller()) == {"sync": False}


async def test_nobody_is_let_in_by_a_process_that_does_not_know_the_rules_yet(refused: Counter) -> None:
    known = set_to("nobody")
    flags = FeatureFlags(known, refused)
    known.away = True
    with pytest.raises(Unavailable):
        await flags.require(caller(), "sync")
    known.away = False
    with pytest.raises(Problem):
        await flags.require(caller(), "sync")


async def test_who_does_not_have_it_is_told_what_to_do_and_counted(refused: Counter) -> None:
    flags = FeatureFlags(set_to("super-admins"), refused)
    with pytest.raises(Problem, match="async") as caught:
        await flags.require(caller(), "sync")
    assert (caught.value.status, caught.value.code) == (403, "feature_unavailable")
    await flags.require(SUPER, "sync")
    assert refused.labels("sync")._value.get() == 1


async def test_a_change_counts_at_once_also_beside_a_reading_that_began_before(refused: Counter) -> None:
    known = set_to("all")
    flags = FeatureFlags(known, refused)
    await flags.refresh()
    known.slow = asyncio.Event()
    reading = asyncio.create_task(flags.refresh())
    changing = asyncio.create_task(flags.change(SUPER, "sync", FlagChange(audience="nobody")))
    await asyncio.sleep(0.01)
    known.slow.set()
    await asyncio.gather(reading, changing)
    assert await flags.of(caller()) == {"sync": False}
    assert changing.result().changed_by == "key:website"


async def test_a_change_that_was_not_stored_is_none(refused: Counter) -> None:
    known = set_to("all")
    flags = FeatureFlags(known, refused)
    await flags.refresh()
    known.away = True
    with pytest.raises(Unavailable):
        await flags.change(SUPER, "sync", FlagChange(audience="nobody"))
    assert await flags.of(caller()) == {"sync": True}


async def test_unknown_tenants_are_named_and_nothing_is_stored(refused: Counter) -> None:
    known = FlagsInMemory()
    wish = FlagChange(audience="some", tenants=["acme", "nobody", str(SPACE), "none"])
    with pytest.raises(Problem) as caught:
        await FeatureFlags(known, refused).change(SUPER, "sync", wish)
    assert [error.field for error in caught.value.errors] == ["tenants.1", "tenants.3"]
    assert known.rules == {}


async def test_a_feature_that_does_not_exist_is_not_found(refused: Counter) -> None:
    flags = FeatureFlags(FlagsInMemory(), refused)
    for attempt in (flags.flag("telepathy"), flags.change(SUPER, "telepathy", FlagChange(audience="all"))):
        with pytest.raises(Problem, match=FEATURES[0]) as caught:
            await attempt
        assert caught.value.status == 404
