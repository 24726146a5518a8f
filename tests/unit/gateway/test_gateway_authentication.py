"""What a replica remembers of API keys, and for how long."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pressroom_common.errors import Unavailable
from pressroom_gateway.accounts.authentication import Authenticator
from pressroom_gateway.accounts.key_cache import KeyCache, Verdict
from pressroom_gateway.accounts.keys import make_key
from pressroom_gateway.accounts.last_used import LastUsed
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.problems import Problem
from unit.gateway.accounts import PEPPER, KeysInMemory

PRINCIPAL = Principal(uuid4(), uuid4(), "website", Role.VIEWER, SCOPES[Role.VIEWER], datetime.now(UTC))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys() -> KeysInMemory:
    return KeysInMemory()


@pytest.fixture
def authenticator(keys: KeysInMemory, clock: Clock) -> Authenticator:
    return Authenticator(keys, PEPPER, LastUsed(keys, 60), seconds=3, size=4, clock=clock)


async def test_a_key_is_asked_for_once_within_its_time(
    authenticator: Authenticator, keys: KeysInMemory, clock: Clock
) -> None:
    key, principal = keys.add()
    for clock.now in (100, 101, 102.9):
        assert await authenticator.authenticate(f"Bearer {key.text}") == principal
    assert keys.questions == 1
    clock.now = 103
    await authenticator.authenticate(f"bearer {key.text}")
    assert keys.questions == 2


async def test_a_revoked_key_is_refused_when_its_time_is_over(
    authenticator: Authenticator, keys: KeysInMemory, clock: Clock
) -> None:
    key, principal = keys.add()
    await authenticator.authenticate(f"Bearer {key.text}")
    keys.revoke(key)
    assert await authenticator.authenticate(f"Bearer {key.text}") == principal
    clock.now += 3
    with pytest.raises(Problem, match="not valid"):
        await authenticator.authenticate(f"Bearer {key.text}")


async def test_a_key_revoked_here_is_refused_at_once(authenticator: Authenticator, keys: KeysInMemory) -> None:
    key, principal = keys.add()
    await authenticator.authenticate(f"Bearer {key.text}")
    keys.revoke(key)
    authenticator.forget(principal.key_id)
    with pytest.raises(Problem):
        await authenticator.authenticate(f"Bearer {key.text}")


async def test_a_key_is_trusted_no_longer_than_it_holds(
    authenticator: Authenticator, keys: KeysInMemory, clock: Clock
) -> None:
    key, _ = keys.add(expires_in=1)
    await authenticator.authenticate(f"Bearer {key.text}")
    clock.now += 1
    await authenticator.authenticate(f"Bearer {key.text}")
    assert keys.questions == 2


async def test_many_requests_with_a_new_key_ask_once(authenticator: Authenticator, keys: KeysInMemory) -> None:
    key, principal = keys.add()
    answers = await asyncio.gather(*(authenticator.authenticate(f"Bearer {key.text}") for _ in range(50)))
    assert answers == [principal] * 50
    assert keys.questions == 1


async def test_a_client_that_goes_away_does_not_disturb_the_others(
    authenticator: Authenticator, keys: KeysInMemory
) -> None:
    key, principal = keys.add()
    first, second = (asyncio.create_task(authenticator.authenticate(f"Bearer {key.text}")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == principal
    assert keys.questions == 1


async def test_a_wrong_key_is_remembered_too(authenticator: Authenticator, keys: KeysInMemory) -> None:
    wrong = make_key(PEPPER)
    for _ in range(3):
        with pytest.raises(Problem):
            await authenticator.authenticate(f"Bearer {wrong.text}")
    assert keys.questions == 1


async def test_what_is_no_key_costs_no_question(authenticator: Authenticator, keys: KeysInMemory) -> None:
    for header in (None, "", "Bearer", "Bearer x", "Basic abc", "pr_aaaaaaaa_"):
        with pytest.raises(Problem) as problem:
            await authenticator.authenticate(header)
        assert problem.value.status == 401
    assert keys.questions == 0


async def test_two_keys_with_one_prefix_are_told_apart(authenticator: Authenticator, keys: KeysInMemory) -> None:
    key, principal = keys.add()
    other, _ = keys.add()
    keys.stored[key.prefix] = keys.stored[other.prefix] + keys.stored[key.prefix]
    assert await authenticator.authenticate(f"Bearer {key.text}") == principal


async def test_an_unreachable_database_is_no_verdict(authenticator: Authenticator, keys: KeysInMemory) -> None:
    key, principal = keys.add()
    keys.away = True
    with pytest.raises(Unavailable):
        await authenticator.authenticate(f"Bearer {key.text}")
    keys.away = False
    assert await authenticator.authenticate(f"Bearer {key.text}") == principal


def test_a_flood_of_wrong_keys_drives_out_no_valid_one() -> None:
    cache = KeyCache(size=10)
    cache.remember(b"valid", Verdict(PRINCIPAL, until=float("inf")))
    for number in range(1000):
        cache.remember(b"%d" % number, Verdict(None, until=float("inf")))
    assert len(cache) == 11
    assert cache.find(b"valid") is not None


def test_the_oldest_verdict_leaves_a_full_cache() -> None:
    cache = KeyCache(size=3)
    for token in (b"1", b"2", b"3", b"1", b"4"):
        cache.remember(token, Verdict(PRINCIPAL, until=float("inf")))
    assert [token for token in (b"1", b"2", b"3", b"4") if cache.find(token)] == [b"1", b"3", b"4"]


def test_a_later_verdict_replaces_an_earlier_one() -> None:
    cache = KeyCache(size=3)
    cache.remember(b"1", Verdict(PRINCIPAL, until=float("inf")))
    cache.remember(b"1", Verdict(None, until=float("inf")))
    verdict = cache.find(b"1")
    assert verdict is not None
    assert verdict.principal is None
    assert len(cache) == 1


def test_forgetting_a_key_leaves_the_others() -> None:
    cache = KeyCache(size=3)
    cache.remember(b"1", Verdict(PRINCIPAL, until=float("inf")))
    cache.remember(b"2", Verdict(replace(PRINCIPAL, key_id=uuid4()), until=float("inf")))
    cache.forget_key(PRINCIPAL.key_id)
    assert cache.find(b"1") is None
    assert cache.find(b"2") is not None


async def test_uses_are_written_together_and_once(keys: KeysInMemory) -> None:
    used = LastUsed(keys, seconds=60)
    first, second = uuid4(), uuid4()
    for key_id in (first, second, first):
        used.mark(key_id)
    await used.write()
    await used.write()
    assert [set(written) for written in keys.touched] == [{first, second}]


async def test_uses_that_could_not_be_written_are_written_later(keys: KeysInMemory) -> None:
    used = LastUsed(keys, seconds=60)
    key_id = uuid4()
    used.mark(key_id)
    keys.away = True
    await used.write()
    keys.away = False
    await used.write()
    assert [set(written) for written in keys.touched] == [{key_id}]


async def test_uses_are_written_at_the_end(keys: KeysInMemory) -> None:
    used = LastUsed(keys, seconds=60)
    async with used.running():
        used.mark(uuid4())
    assert len(keys.touched) == 1
