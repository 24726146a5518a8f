"""What becomes of an environment that a client sends: a host that is allowed, and a secret that only that host gets."""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from pressroom_common.internal_problems import Refused
from pressroom_common.zuora_reads import EnvironmentEdit, NewEnvironment
from pressroom_zuora_sync.customers.credentials import unlocked
from pressroom_zuora_sync.customers.records import StoredEnvironment
from pressroom_zuora_sync.customers.sealing import Sealing
from pressroom_zuora_sync.vault import Unreadable, Vault

HERE, THERE = "https://rest.zuora.com", "https://rest.eu.zuora.com"
ID, AT = uuid4(), datetime(2026, 1, 1, tzinfo=UTC)
VAULT = Vault({"k": os.urandom(32)}, "k")
SEALING = Sealing(VAULT, frozenset({"http://127.0.0.1:1234"}))


def wished(**changed: Any) -> NewEnvironment:
    given = {"name": "production", "base_url": HERE, "client_id": "id", "client_secret": "canary-secret", **changed}
    return NewEnvironment.model_validate(given)


def stored(**changed: Any) -> StoredEnvironment:
    row = SEALING.row(ID, wished(**changed))
    return StoredEnvironment(**vars(row), tenant_id=UUID(int=1), customer="Acme", epoch=1, updated_at=AT)


def after(**edit: Any) -> StoredEnvironment:
    row = SEALING.edited(stored(entity_id="e"), EnvironmentEdit.model_validate(edit))
    return StoredEnvironment(**vars(row), tenant_id=UUID(int=1), customer="Acme", epoch=1, updated_at=AT)


@pytest.mark.parametrize("base_url", [HERE, f"{HERE}/", "HTTPS://REST.ZUORA.COM:443", " https://rest.zuora.com "])
def test_a_host_of_zuora_is_kept_in_one_form(base_url: str) -> None:
    assert SEALING.row(ID, wished(base_url=base_url)).base_url == HERE


@pytest.mark.parametrize(
    "base_url",
    [
        "http://rest.zuora.com",
        "https://rest.zuora.com.evil.example",
        "https://evil.example/https://rest.zuora.com",
        "https://rest.zuora.com@evil.example",
        "https://rest.zuora.com:8443",
        "https://rest.zuora.com/v1",
        "http://127.0.0.1:1235",
        "http://169.254.169.254",
        "rest.zuora.com",
    ],
)
def test_any_other_host_is_refused_before_a_secret_is_kept_for_it(base_url: str) -> None:
    with pytest.raises(Refused) as raised:
        SEALING.row(ID, wished(base_url=base_url), "environments.0.base_url")
    problem = raised.value.problem
    assert (raised.value.status, problem.code, problem.errors[0].field) == (
        422,
        "host_not_allowed",
        "environments.0.base_url",
    )
    assert "rest.zuora.com" in problem.detail


def test_a_host_that_the_setting_names_is_allowed() -> None:
    assert SEALING.row(ID, wished(base_url="http://127.0.0.1:1234/")).base_url == "http://127.0.0.1:1234"


def test_credentials_come_back_as_they_were_given() -> None:
    credentials = unlocked(stored(entity_id="e-1"), VAULT)
    assert (credentials.secret.get_secret_value(), credentials.entity_id) == ("canary-secret", "e-1")
    assert "canary" not in repr(credentials) + repr(stored())


def test_another_host_needs_the_secret_again() -> None:
    with pytest.raises(Refused) as raised:
        after(base_url=THERE)
    assert (raised.value.status, raised.value.code) == (422, "secret_needed")
    moved = unlocked(after(base_url=THERE, client_secret="another"), VAULT)
    assert (moved.base_url, moved.secret.get_secret_value()) == (THERE, "another")


def test_the_same_host_in_another_form_does_not() -> None:
    assert unlocked(after(base_url=f"{HERE}/"), VAULT).secret.get_secret_value() == "canary-secret"


def test_what_is_left_out_of_an_edit_stays() -> None:
    edited = after(name="sandbox")
    assert (edited.name, edited.base_url, edited.client_id, edited.entity_id) == ("sandbox", HERE, "id", "e")
    assert unlocked(edited, VAULT).secret.get_secret_value() == "canary-secret"


def test_an_entity_is_taken_away_by_null_and_by_nothing_else() -> None:
    assert (after(entity_id=None).entity_id, after(client_id="x").entity_id) == (None, "e")


def test_a_row_whose_host_was_changed_by_hand_gives_no_credentials() -> None:
    row = stored()
    with pytest.raises(Unreadable):
        unlocked(StoredEnvironment(**{**vars(row), "base_url": THERE}), VAULT)


@pytest.mark.parametrize("secret", ["", "a\0b", "a\nb", "a\ud800b", "x" * 501])
def test_a_secret_that_no_header_could_carry_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError) as raised:
        wished(client_secret=secret)
    assert [error["loc"] for error in raised.value.errors()] == [("client_secret",)]


def test_an_environment_has_a_name_that_can_stand_behind_its_customers() -> None:
    """`a/b/prod` is the environment prod of a/b, and of nobody else."""
    for wish in (lambda: wished(name="b/prod"), lambda: after(name="b/prod")):
        with pytest.raises(ValidationError, match="customer/environment"):
            wish()
