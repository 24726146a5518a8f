"""What a private RabbitMQ node reads: its configuration file, its environment, and the files these name."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from .ports import LOOPBACK, PortBook
from .rabbitmq_binaries import RabbitMQBinaries

NODE = "pressroom@localhost"
PLUGINS = "[rabbitmq_management,rabbitmq_prometheus].\n"

CONFIG = """\
listeners.tcp.1 = {host}:{ports.amqp}
management.tcp.ip = {host}
management.tcp.port = {ports.management}
prometheus.tcp.ip = {host}
prometheus.tcp.port = {ports.prometheus}
distribution.listener.interface = {host}
default_vhost = {vhost}
default_user = {user}
default_pass = {password}
default_user_tags.administrator = true
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
"""


@dataclass(frozen=True)
class RabbitMQPorts:
    """Where a node listens; all on loopback."""

    amqp: int
    management: int
    prometheus: int
    distribution: int
    epmd: int

    @classmethod
    def from_book(cls, book: PortBook) -> "RabbitMQPorts":
        """The ports written down, or free ones."""
        names = ("amqp", "management", "prometheus", "distribution", "epmd")
        return cls(**{name: book.port(f"rabbitmq-{name}") for name in names})


def write(home: Path, ports: RabbitMQPorts, user: str, password: str, vhost: str) -> None:
    """Write the node's files below its home."""
    for folder in ("data", "logs", "schema"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    text = CONFIG.format(host=LOOPBACK, ports=ports, user=user, password=password, vhost=vhost)
    _write_private(home / "rabbitmq.conf", text, mode=0o600)
    (home / "enabled_plugins").write_text(PLUGINS)
    if not (home / ".erlang.cookie").exists():
        _write_private(home / ".erlang.cookie", secrets.token_hex(20), mode=0o400)


def environment(home: Path, ports: RabbitMQPorts, binaries: RabbitMQBinaries) -> dict[str, str]:
    """The whole environment of a node. Only PATH is inherited: a RABBITMQ_… of the user's is not meant for us."""
    return {
        "HOME": str(home),
        "PATH": f"{binaries.erlang}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LANG": "C.UTF-8",
        **({"LD_LIBRARY_PATH": os.pathsep.join(map(str, binaries.libraries))} if binaries.libraries else {}),
        "ERL_EPMD_PORT": str(ports.epmd),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_CRASH_DUMP": str(home / "logs" / "erl_crash.dump"),
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
        "RABBITMQ_NODE_PORT": str(ports.amqp),
        "RABBITMQ_DIST_PORT": str(ports.distribution),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(home / "data" / "feature_flags"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "schema"),
        "RABBITMQ_SCHEMA_DIR": str(home / "schema"),
        "RABBITMQ_PID_FILE": str(home / "node.pid"),
        "RABBITMQ_LOG_BASE": str(home / "logs"),
        "RABBITMQ_LOGS": "-",
        # The script then becomes the Erlang machine instead of waiting for it: our child is the node itself.
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_SERVER_START_ARGS": "-noinput +B i",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
    }


def _write_private(path: Path, text: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
