"""What is read of articles besides their jobs."""

from msgspec import Struct


class Brief(Struct, frozen=True, kw_only=True):
    """What an article is about, whatever became of it."""

    topic: str
    language: str
    title: str | None
    """Once it is completed."""
