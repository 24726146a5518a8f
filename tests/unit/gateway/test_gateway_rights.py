"""Who may make which key."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from pressroom_gateway.accounts.contracts import WishedKey
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role, Scope, outranks
from pressroom_gateway.accounts.service import may_make
from pressroom_gateway.problems import Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def maker(role: Role, scopes: frozenset[Scope] | None = None) -> Principal:
    return Principal(uuid4(), uuid4(), "maker", role, SCOPES[role] if scopes is None else scopes, NOW)


def test_each_role_may_do_more_than_the_one_before() -> None:
    assert all(outranks(higher, lower) for lower, higher in pairwise(Role))


def test_every_scope_belongs_to_the_highest_role() -> None:
    assert set().union(*SCOPES.values()) == SCOPES[Role.SUPER_ADMIN]


@pytest.mark.parametrize(
    ("by", "role", "scopes", "code"),
    [
        (maker(Role.TENANT_ADMIN), Role.VIEWER, None, None),
        (maker(Role.TENANT_ADMIN), Role.TENANT_ADMIN, None, None),
        (maker(Role.TENANT_ADMIN), Role.SUPER_ADMIN, None, "forbidden"),
        (maker(Role.TENANT_ADMIN), Role.SUPER_ADMIN, {"jobs:read"}, "forbidden"),
        (maker(Role.SUPER_ADMIN), Role.SUPER_ADMIN, None, None),
        (maker(Role.SUPER_ADMIN), Role.VIEWER, {"jobs:write"}, "invalid_request"),
        (maker(Role.TENANT_ADMIN, frozenset({"keys:manage"})), Role.VIEWER, None, "forbidden"),
        (maker(Role.TENANT_ADMIN, frozenset({"keys:manage"})), Role.VIEWER, set(), None),
    ],
)
def test_a_key_never_gives_more_than_its_maker_has(
    by: Principal, role: Role, scopes: set[Scope] | None, code: str | None
) -> None:
    wish = WishedKey(name="new", role=role, scopes=None if scopes is None else frozenset(scopes))
    if code is None:
        may_make(by, wish, NOW)
        return
    with pytest.raises(Problem) as problem:
        may_make(by, wish, NOW)
    assert problem.value.code == code


@pytest.mark.parametrize(("ahead", "refused"), [(0, True), (-1, True), (1, False)])
def test_a_key_expires_in_the_future(ahead: int, refused: bool) -> None:
    wish = WishedKey(name="new", role=Role.VIEWER, expires_at=NOW + timedelta(seconds=ahead))
    if refused:
        with pytest.raises(Problem, match="expires_at"):
            may_make(maker(Role.TENANT_ADMIN), wish, NOW)
    else:
        may_make(maker(Role.TENANT_ADMIN), wish, NOW)
