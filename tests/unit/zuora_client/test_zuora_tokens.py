"""Tokens are fetched once for all who need them, and used while they are good."""

import asyncio

import pytest

from pressroom_zuora_sync.zuora.tokens import Account, Granted, Tokens, life

ACCOUNT = Account.of("https://rest.zuora.com", "client", "secret")


class Source:
    """Gives tokens, and counts them."""

    def __init__(self, seconds: float = 3599) -> None:
        self.given = 0
        self.seconds = seconds
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> Granted:
        self.given += 1
        number = self.given
        await self.gate.wait()
        if self.fails:
            raise LookupError("no")
        return Granted(f"token-{number}", self.seconds)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(3599, 3539), (100, 50), (60, 30), (2, 1), (0, 1), (-5, 1), (1e12, 86_400)],
)
def test_a_token_is_used_a_minute_less_than_it_lives_or_half_of_a_short_life(expires_in: float, seconds: float) -> None:
    assert life(expires_in) == seconds


async def test_many_at_once_cost_one_call() -> None:
    tokens, source = Tokens(), Source()
    source.gate.clear()
    waiting = [asyncio.ensure_future(tokens.get(ACCOUNT, source)) for _ in range(20)]
    await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*waiting)) == {"token-1"}
    assert source.given == 1


async def test_a_token_is_kept_until_its_life_ends() -> None:
    clock = [0.0]
    tokens, source = Tokens(lambda: clock[0]), Source(seconds=3599)
    await tokens.get(ACCOUNT, source)
    clock[0] = 3538
    assert await tokens.get(ACCOUNT, source) == "token-1"
    clock[0] = 3540
    assert await tokens.get(ACCOUNT, source) == "token-2"


async def test_tokens_of_another_client_host_or_secret_are_never_used() -> None:
    tokens, source = Tokens(), Source()
    others = [
        Account.of("https://rest.eu.zuora.com", "client", "secret"),
        Account.of("https://rest.zuora.com", "other", "secret"),
        Account.of("https://rest.zuora.com", "client", "changed"),
    ]
    got = [await tokens.get(account, source) for account in (ACCOUNT, *others)]
    assert got == ["token-1", "token-2", "token-3", "token-4"]


async def test_a_refused_token_is_renewed_once_for_all_who_were_refused() -> None:
    tokens, source = Tokens(), Source()
    await tokens.get(ACCOUNT, source)
    again = await asyncio.gather(*(tokens.get(ACCOUNT, source, refused="token-1") for _ in range(10)))
    assert set(again) == {"token-2"}
    assert await tokens.get(ACCOUNT, source, refused="token-1") == "token-2"
    assert source.given == 2


async def test_all_who_wait_get_the_same_error_and_the_next_one_tries_again() -> None:
    tokens, source = Tokens(), Source()
    source.fails = True
    source.gate.clear()
    waiting = [asyncio.ensure_future(tokens.get(ACCOUNT, source)) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    got = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in got] == [LookupError] * 5
    assert source.given == 1
    source.fails = False
    assert await tokens.get(ACCOUNT, source) == "token-2"


async def test_when_the_one_who_fetches_is_cancelled_another_one_fetches() -> None:
    tokens, source = Tokens(), Source()
    source.gate.clear()
    first = asyncio.ensure_future(tokens.get(ACCOUNT, source))
    await asyncio.sleep(0)
    others = [asyncio.ensure_future(tokens.get(ACCOUNT, source)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*others) == ["token-2"] * 3
    assert first.cancelled()
