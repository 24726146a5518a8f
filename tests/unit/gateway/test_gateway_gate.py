"""Failed authentications of an address, and those who share it."""

import pytest

from pressroom_gateway.accounts.authentication import Authenticator
from pressroom_gateway.accounts.gate import Gate
from pressroom_gateway.accounts.keys import make_key
from pressroom_gateway.accounts.last_used import LastUsed
from pressroom_gateway.accounts.limits import Buckets
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.problems import Problem
from unit.gateway.accounts import PEPPER, KeysInMemory

HERE, THERE = "10.0.0.1", "10.0.0.2"


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


class Door:
    """A gate, and the authenticator behind it. Five failures at once, then one a second."""

    def __init__(self, keys: KeysInMemory, clock: Clock) -> None:
        self._authenticator = Authenticator(keys, PEPPER, LastUsed(keys, 60), seconds=3, size=100, clock=clock)
        self._gate = Gate(keys=None, failures=Buckets(1, 5, 100, clock))

    async def authenticate(self, authorization: str | None, address: str) -> Principal:
        return await self._gate.authenticate(self._authenticator, authorization, address)


@pytest.fixture
def gate(keys: KeysInMemory, clock: Clock) -> Door:
    return Door(keys, clock)


async def guess(gate: Door, address: str = HERE) -> int:
    """With a key that looks like one; the answer's status."""
    with pytest.raises(Problem) as refused:
        await gate.authenticate(f"Bearer {make_key(PEPPER).text}", address)
    return refused.value.status


async def test_wrong_keys_of_an_address_are_refused_without_a_question_after_some(
    gate: Door, keys: KeysInMemory, clock: Clock
) -> None:
    assert [await guess(gate) for _ in range(8)] == [401] * 5 + [429] * 3
    assert keys.questions == 5
    clock.now += 1
    assert [await guess(gate) for _ in range(2)] == [401, 429]
    assert await guess(gate, THERE) == 401


async def test_a_request_without_a_key_counts_too(gate: Door) -> None:
    for _ in range(5):
        with pytest.raises(Problem):
            await gate.authenticate(None, HERE)
    assert await guess(gate) == 429


async def test_the_refusal_says_when_to_come_back(gate: Door) -> None:
    for _ in range(5):
        await guess(gate)
    with pytest.raises(Problem) as refused:
        await gate.authenticate("Bearer nonsense", HERE)
    assert (refused.value.code, refused.value.headers) == ("rate_limited", {"Retry-After": "1"})


async def test_valid_keys_do_not_count(gate: Door, keys: KeysInMemory) -> None:
    key, principal = keys.add()
    for _ in range(100):
        assert await gate.authenticate(f"Bearer {key.text}", HERE) == principal
    assert await guess(gate) == 401


async def test_who_shares_the_address_of_a_guesser_goes_on(gate: Door, keys: KeysInMemory, clock: Clock) -> None:
    key, principal = keys.add()
    await gate.authenticate(f"Bearer {key.text}", HERE)
    for _ in range(10):
        await guess(gate)
        clock.now += 0.9  # longer than a verdict is trusted, over all: the database is asked again
        assert await gate.authenticate(f"Bearer {key.text}", HERE) == principal


async def test_a_revoked_key_becomes_a_guess(gate: Door, keys: KeysInMemory, clock: Clock) -> None:
    key, _ = keys.add()
    await gate.authenticate(f"Bearer {key.text}", HERE)
    keys.revoke(key)
    clock.now += 3
    statuses = []
    for _ in range(7):
        with pytest.raises(Problem) as refused:
            await gate.authenticate(f"Bearer {key.text}", HERE)
        statuses.append(refused.value.status)
    assert statuses == [401] * 5 + [429] * 2
