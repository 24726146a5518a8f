"""Servers that the environment names are used, and left as they were found."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pressroom_devstack import sql
from pressroom_devstack.errors import StackError
from pressroom_devstack.external import ExternalRabbitMQ
from pressroom_devstack.infrastructure import Infrastructure, infrastructure_for_tests


@pytest.fixture
def named(infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch) -> Infrastructure:
    """The run's own servers, named in the environment as if they were the user's."""
    management = infrastructure.rabbitmq.management
    address = management.url.partition("://")[2]
    monkeypatch.setenv("PRESSROOM_TEST_DATABASE_URL", infrastructure.database_url)
    monkeypatch.setenv("PRESSROOM_TEST_AMQP_URL", infrastructure.amqp_url)
    monkeypatch.setenv(
        "PRESSROOM_TEST_AMQP_MANAGEMENT_URL", f"http://{management.user}:{management.password}@{address}"
    )
    return infrastructure


def test_a_run_has_its_own_database_and_virtual_host_and_drops_them(named: Infrastructure, tmp_path: Path) -> None:
    with infrastructure_for_tests(tmp_path) as servers:
        urls = [servers.database_url, servers.fresh_database()]
        vhosts = [urlsplit(url).path[1:] for url in (servers.amqp_url, servers.fresh_vhost())]
        assert all(sql.answers(url) for url in urls)
        assert set(vhosts) <= set(_vhosts(named))

    assert not any(sql.answers(url) for url in urls)
    assert not set(vhosts) & set(_vhosts(named))
    assert sql.answers(named.database_url)


def test_what_is_not_ours_is_not_stopped(named: Infrastructure, tmp_path: Path) -> None:
    with infrastructure_for_tests(tmp_path) as servers, pytest.raises(StackError, match="restartable_infrastructure"):
        servers.rabbitmq.kill()


def test_without_the_management_api_the_error_says_what_to_do() -> None:
    broker = ExternalRabbitMQ("amqp://ann:safe@127.0.0.1:1/", "run", "http://127.0.0.1:1")

    with pytest.raises(StackError, match="PRESSROOM_TEST_AMQP_MANAGEMENT_URL"):
        broker.start()


def _vhosts(servers: Infrastructure) -> list[str]:
    return [vhost["name"] for vhost in servers.rabbitmq.management.get("vhosts")]
