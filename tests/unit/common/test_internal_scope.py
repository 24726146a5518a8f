"""Whose rows the bearer of a service token may see."""

from uuid import UUID

import pytest

from pressroom_common.internal_problems import Refused
from pressroom_common.internal_scope import tenant_of
from pressroom_common.service_tokens import ServiceToken

TENANT = "0198f000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("tenant", "role", "sees"),
    [(TENANT, "viewer", UUID(TENANT)), (TENANT, "super-admin", UUID(TENANT)), ("", "super-admin", None)],
)
def test_a_token_opens_its_tenant(tenant: str, role: str, sees: UUID | None) -> None:
    assert tenant_of(ServiceToken("gateway", "monitor", tenant, role)) == sees


@pytest.mark.parametrize(
    ("issuer", "tenant", "role"),
    [
        ("generator", TENANT, "super-admin"),
        ("gateway", "", "viewer"),
        ("gateway", "", ""),
        ("gateway", "acme", "viewer"),
    ],
)
def test_other_tokens_open_nothing(issuer: str, tenant: str, role: str) -> None:
    with pytest.raises(Refused, match=r"super-admin|gateway|tenant"):
        tenant_of(ServiceToken(issuer, "monitor", tenant, role))
