"""The command line's environment, with a gateway of the test's own."""

from dataclasses import dataclass

from pressroom_client import Pressroom, RetryPolicy
from pressroom_client.cli.session import Environment, TellsRetries
from unit.client.gateways import Gateway


@dataclass(frozen=True)
class Desk(Environment):
    gateway: Gateway | None = None

    def client(self, retries: RetryPolicy | None = None, within: float | None = None) -> Pressroom:
        assert self.gateway is not None
        return self.gateway.client(within, TellsRetries(), tries=retries.tries if retries else 5)

    def operator(self, retries: RetryPolicy | None = None) -> Pressroom:
        return self.client(retries)


def desk(gateway: Gateway) -> Desk:
    return Desk(variables={}, gateway=gateway)
