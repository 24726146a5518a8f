"""What an operator does at the command line, before there is any key to call the API with."""

import asyncio
import sys
from argparse import Namespace
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from pressroom_common.database import Database

from .accounts.contracts import NewTenant, Tenant, WishedKey
from .accounts.repository import PostgresAccounts
from .accounts.roles import Role
from .accounts.service import AccountService
from .migrations import SCHEMA
from .problems import Problem
from .settings import KeySettings


def create_key(settings: KeySettings, wish: Namespace) -> str:
    """The key's text. Makes the tenant where it does not exist."""
    expires_at = None if wish.days is None else datetime.now(UTC) + timedelta(days=wish.days)
    try:
        tenant = NewTenant(slug=wish.tenant, name=wish.tenant_name or wish.tenant)
        key = WishedKey(name=wish.name, role=Role(wish.role), expires_at=expires_at)
    except ValidationError as error:
        sys.exit(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}")
    return asyncio.run(_create_key(settings, tenant, key))


async def _create_key(settings: KeySettings, tenant: NewTenant, wish: WishedKey) -> str:
    database = Database(settings, SCHEMA.name)
    try:
        service = AccountService(PostgresAccounts(database), settings.key_pepper.get_secret_value().encode())
        owner = await _tenant(service, tenant)
        created = await service.issue_key(owner.id, wish, created_by="operator")
        return created.key
    finally:
        await database.close()


async def _tenant(service: AccountService, wish: NewTenant) -> Tenant:
    try:
        return await service.add_tenant(wish)
    except Problem:
        return await service.tenant(wish.slug)
