"""What keys of stored files look like. Nothing else is looked for in the storage: no way leads out of it."""

import re

_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/[a-z0-9-]{1,80}\.(png|jpg|gif|webp)", re.ASCII)
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def is_file_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def content_type_of(key: str) -> str:
    """Of a file's key, by its ending."""
    return _TYPES[key.rpartition(".")[2]]
