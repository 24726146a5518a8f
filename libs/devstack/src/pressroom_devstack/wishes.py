"""What the person at the keyboard asks for: options of the command line, and the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

# Read by the services: each gets what has its own prefix, and nobody gets another's.
PREFIXES = {
    "gateway": ("GATEWAY_",),
    "generator": ("GENERATOR_", "OPENAI_"),
    "zuora-sync": ("ZUORA_SYNC_",),
    "monitor": ("MONITOR_",),
}
_PRIVATE = ("PRESSROOM_", "MAKE", "MFLAGS", *(prefix for prefixes in PREFIXES.values() for prefix in prefixes))


@dataclass(frozen=True)
class Wishes:
    """How large the stack is, and what of it is the user's own."""

    gateways: int = 1
    generators: int = 2
    drain_seconds: float | None = None
    supervise: bool = True
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def database_url(self) -> str | None:
        """The owner's URL of the user's own PostgreSQL."""
        return self.environment.get("PRESSROOM_DATABASE_URL") or None

    @property
    def amqp_url(self) -> str | None:
        """The URL of the user's own RabbitMQ."""
        return self.environment.get("PRESSROOM_AMQP_URL") or None

    def drain(self, service: str) -> float:
        """Seconds that running jobs may take when the stack stops; the option, else the service's own variable."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return float(self.environment.get(f"{PREFIXES[service][0]}DRAIN_SECONDS") or 10)

    @property
    def brings_provider(self) -> bool:
        """Whether the user has a provider of their own."""
        return bool(self.environment.get("OPENAI_API_KEY") or self.environment.get("OPENAI_BASE_URL"))

    @property
    def gateway_port(self) -> int | None:
        """The port that the first gateway should have."""
        return int(self.environment.get("GATEWAY_PORT") or 0) or None

    def environment_of(self, service: str) -> dict[str, str]:
        """The user's environment as a service may see it: without the variables of the others."""
        own = PREFIXES[service]
        return {
            name: value
            for name, value in self.environment.items()
            if name.startswith(own) or not name.startswith(_PRIVATE)
        }
