"""Schema, role and Alembic of a service: run by its `migrate` command with the owner's URL.

`runner` is imported by that command alone: Alembic and SQLAlchemy's ORM cost a serving process 0.8 s and 30 MB.
"""

from .schema import Schema

__all__ = ["Schema"]
