"""The client for time."""

# Written by libs/client/write_blocking.py: edit aio/__init__.py instead.

from .client import Pressroom

__all__ = ["Pressroom"]
