"""RabbitMQ's packages, programs and URLs are told from what apt, the system and the user say."""

from pathlib import Path

import pytest

from pressroom_devstack import rabbitmq_packages
from pressroom_devstack.external import ExternalRabbitMQ
from pressroom_devstack.rabbitmq_binaries import installed_binaries
from pressroom_devstack.rabbitmq_node import with_vhost


@pytest.mark.parametrize(
    ("name", "is_needed"),
    [
        ("rabbitmq-server", True),
        ("erlang-base", True),  # although it is installed: it may go
        ("libsystemd0", True),
        ("libc6", False),  # installed
        ("logrotate", False),  # serves the system's node only
        ("python3", False),
    ],
)
def test_only_what_a_private_node_needs_is_fetched(name: str, *, is_needed: bool) -> None:
    assert rabbitmq_packages.is_needed(name, installed={"libc6", "erlang-base"}) is is_needed


def test_the_cache_is_where_the_user_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))

    assert rabbitmq_packages.cache_folder(tmp_path / "fallback") == tmp_path / "caches" / "pressroom"


def test_without_a_home_the_cache_is_the_stacks_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/dev/null/nowhere")

    assert rabbitmq_packages.cache_folder(tmp_path / "fallback") == tmp_path / "fallback"


def test_the_newest_installed_version_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("3.9.10", "3.10.8", "3.9.27"):
        server = tmp_path / f"rabbitmq_server-{version}" / "sbin" / "rabbitmq-server"
        server.parent.mkdir(parents=True)
        server.touch()
    epmd = tmp_path / "bin" / "epmd"
    epmd.parent.mkdir()
    epmd.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(epmd.parent))

    found = installed_binaries(tmp_path)

    assert found
    assert found.server.parent.parent.name == "rabbitmq_server-3.10.8"
    assert found.erlang == epmd.parent


@pytest.mark.parametrize(
    ("amqp_url", "management_url", "expected"),
    [
        ("amqp://ann:s%40fe@rabbit:5672/", None, ("http://rabbit:15672", "ann", "s@fe")),
        ("amqp://rabbit/", None, ("http://rabbit:15672", "guest", "guest")),
        ("amqp://ann:safe@rabbit/", "https://rabbit/api-here/", ("https://rabbit/api-here", "ann", "safe")),
        ("amqp://ann:safe@rabbit/", "http://root:toor@admin:15000", ("http://admin:15000", "root", "toor")),
    ],
)
def test_the_management_api_is_derived_from_the_brokers_url(
    amqp_url: str, management_url: str | None, expected: tuple[str, str, str]
) -> None:
    management = ExternalRabbitMQ(amqp_url, "run", management_url).management

    assert (management.url, management.user, management.password) == expected


def test_a_virtual_host_is_quoted_in_its_url() -> None:
    assert with_vhost("amqp://ann:safe@rabbit:5672/old", "a/b") == "amqp://ann:safe@rabbit:5672/a%2Fb"
