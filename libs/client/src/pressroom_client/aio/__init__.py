"""The client for asyncio."""

from .client import AsyncPressroom

__all__ = ["AsyncPressroom"]
