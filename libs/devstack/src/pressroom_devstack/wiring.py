"""The environment of every service in a stack: which database, which broker, which neighbour at which port."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from . import sql
from .kept_secrets import KeptSecrets
from .ports import LOOPBACK, PortBook
from .wishes import Wishes

SERVICES = ("gateway", "generator", "zuora-sync", "monitor")

OPENAI = "https://api.openai.com/v1"
FAKE_PROVIDER = "fake-openai-1"
FAKE_ZUORA = "fake-zuora-1"

FIRST_PORT = 8000  # of the first gateway, where it is free


@dataclass(frozen=True)
class Wiring:
    """What the services of one stack are told."""

    wishes: Wishes
    secrets: KeptSecrets
    ports: dict[str, int]
    database_url: str
    amqp_url: str
    storage: Path
    """Where generators leave files for the gateways."""

    def gateway(self, name: str) -> dict[str, str]:
        """The environment of one gateway."""
        return (
            self._common("gateway", name)
            | self._files("gateway")
            | {
                "GATEWAY_PORT": str(self.ports[name]),
                "GATEWAY_KEY_PEPPER": self.key_pepper,
                "GATEWAY_SERVICE_TOKEN_SECRET": self.secrets.secret("service_token_secret"),
                "GATEWAY_MONITOR_URL": self.internal_url("monitor-1"),
                "GATEWAY_ZUORA_SYNC_URL": self.internal_url("zuora-sync-1"),
            }
        )

    def generator(self, name: str) -> dict[str, str]:
        """The environment of one generator."""
        own = {"GENERATOR_DRAIN_SECONDS": f"{self.wishes.drain('generator'):g}"}
        return self._common("generator", name) | self._files("generator") | own | self._provider()

    def monitor(self, name: str) -> dict[str, str]:
        """The environment of the monitor."""
        return self._common("monitor", name) | {
            "MONITOR_SERVICE_TOKEN_SECRET": self.secrets.secret("service_token_secret"),
            "MONITOR_GATEWAY_URL": self.internal_url("gateway-1"),
        }

    def zuora_sync(self, name: str) -> dict[str, str]:
        """The environment of zuora-sync; the fake Zuora is allowed beside Zuora itself, and what the user allows."""
        allowed = json.loads(self.wishes.environment.get("ZUORA_SYNC_ALLOWED_HOSTS") or "[]")
        own = {
            "ZUORA_SYNC_SERVICE_TOKEN_SECRET": self.secrets.secret("service_token_secret"),
            "ZUORA_SYNC_DRAIN_SECONDS": f"{self.wishes.drain('zuora-sync'):g}",
            "ZUORA_SYNC_ALLOWED_HOSTS": json.dumps([*allowed, self.url(FAKE_ZUORA)]),
        }
        return self._encryption() | self._common("zuora-sync", name) | own

    @property
    def key_pepper(self) -> str:
        """What the gateway's command for API keys needs besides the database."""
        return self.secrets.secret("key_pepper")

    def process(self, service: str, name: str) -> dict[str, str]:
        """The environment of one process of a service."""
        told = {
            "gateway": self.gateway,
            "generator": self.generator,
            "zuora-sync": self.zuora_sync,
            "monitor": self.monitor,
        }
        return told[service](name)

    def migration(self, service: str) -> dict[str, str]:
        """The environment of a service's `migrate`, which works as the database's owner."""
        return self.process(service, f"{service}-1") | {"PRESSROOM_DATABASE_URL": self.database_url}

    def role_url(self, service: str) -> str:
        """The database as the service's own role."""
        name = in_code(service)
        password = self.secrets.secret(f"{name}_database_password")
        return sql.with_role(self.database_url, f"pressroom_{name}", password)

    def url(self, gateway: str) -> str:
        """Where clients find a gateway."""
        return f"http://{LOOPBACK}:{self.ports[gateway]}"

    def internal_url(self, name: str) -> str:
        """Where operators and neighbours find a process."""
        return f"http://{LOOPBACK}:{self.ports[f'{name}-internal']}"

    @property
    def provider_url(self) -> str:
        """The model provider's origin."""
        if self.wishes.brings_provider:
            base = self.wishes.environment.get("OPENAI_BASE_URL") or OPENAI
            return base.rstrip("/").removesuffix("/v1")
        return self.url(FAKE_PROVIDER)

    def _provider(self) -> dict[str, str]:
        if not self.wishes.brings_provider:
            return {"OPENAI_BASE_URL": f"{self.provider_url}/v1", "OPENAI_API_KEY": "fake"}
        # A server of one's own often wants no key, but the SDK does.
        return {"OPENAI_API_KEY": self.wishes.environment.get("OPENAI_API_KEY") or "none"}

    def _files(self, service: str) -> dict[str, str]:
        """A folder, unless the user has a bucket."""
        prefix = service.upper()
        has_bucket = self.wishes.environment_of(service).get(f"{prefix}_S3_BUCKET")
        return {} if has_bucket else {f"{prefix}_STORAGE_DIR": str(self.storage)}

    def _encryption(self) -> dict[str, str]:
        """The key of customers' secrets. Keys of the user's own, while they are changed say, come before it."""
        key = base64.b64encode(bytes.fromhex(self.secrets.secret("zuora_sync_secret_key"))).decode()
        return {"ZUORA_SYNC_SECRET_KEYS": json.dumps({"kept": key}), "ZUORA_SYNC_SECRET_KEY": "kept"}

    def _common(self, service: str, name: str) -> dict[str, str]:
        prefix = in_code(service).upper()
        return self.wishes.environment_of(service) | {
            f"{prefix}_NAME": name,
            f"{prefix}_HOST": LOOPBACK,
            f"{prefix}_INTERNAL_PORT": str(self.ports[f"{name}-internal"]),
            f"{prefix}_AMQP_URL": self.amqp_url,
            f"{prefix}_DATABASE_URL": self.role_url(service),
        }


def in_code(service: str) -> str:
    """A service's name as modules, roles and variables have it."""
    return service.replace("-", "_")


def process_names(wishes: Wishes) -> dict[str, list[str]]:
    """The names of the processes of every service."""
    numbers = {"gateway": wishes.gateways, "generator": wishes.generators, "zuora-sync": 1, "monitor": 1}
    return {service: [f"{service}-{n}" for n in range(1, numbers[service] + 1)] for service in SERVICES}


def choose_ports(book: PortBook, wishes: Wishes) -> dict[str, int]:
    """A port for everything that answers over HTTP."""
    names = process_names(wishes)
    first, *others = names["gateway"]
    internal = [f"{name}-internal" for service in SERVICES for name in names[service]]
    port = book.port(first, wanted=wishes.gateway_port, preferred=FIRST_PORT)
    return {first: port} | {name: book.port(name) for name in (*others, FAKE_PROVIDER, FAKE_ZUORA, *internal)}
