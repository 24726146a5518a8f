"""What the handlers share: accounts, tokens, limits, the behaviour in force, and the list of calls."""

from collections.abc import Iterable
from copy import deepcopy

from aiohttp import web

from . import demo
from .account import Account, AccountSpec
from .calls import CallLog
from .generated import account_of
from .limits import Concurrency, Window
from .scenario import Behaviour
from .tokens import Tokens


class Server:
    """`accounts`, those of the demo, and `behaviour` are what it starts with, and what a reset brings back."""

    def __init__(self, accounts: Iterable[AccountSpec], behaviour: Behaviour, *, demo: bool) -> None:
        self._accounts = tuple(accounts)
        self._behaviour = behaviour
        self._demo = demo
        self.concurrency = Concurrency()
        self.reset()

    def reset(self) -> None:
        """As at the start; only calls under way stay counted."""
        self.behaviour = deepcopy(self._behaviour)
        self.accounts: dict[str, Account] = {}
        self.tokens = Tokens()
        self.rates = Window()
        self.token_rates = Window()
        self.concurrency.forget()
        self.log = CallLog()
        self.seed(self._accounts)
        if self._demo:
            self.seed(demo.ACCOUNTS)
            demo.drift(self.accounts)

    def forget_calls(self) -> None:
        """An empty list of calls; accounts and tokens stay."""
        self.concurrency.forget()
        self.log = CallLog()

    def seed(self, specs: Iterable[AccountSpec]) -> None:
        """Accounts beside those that there are; one that is seeded again begins anew."""
        for spec in specs:
            self.accounts[spec.client_id] = account_of(spec)


SERVER = web.AppKey("server", Server)
