"""Schema, role and Alembic of a service: run by its `migrate` command with the owner's URL."""

from .runner import Schema, migrate

__all__ = ["Schema", "migrate"]
