"""How much is shown of what people wrote: nothing of it has a length that anybody promises."""

from collections.abc import Iterable

MOST_SHOWN = 2_000
"""Characters of a value, or of what a finding says."""
MOST_NAME = 200
MOST_PATH = 500
_MOST_KEY = 100
"""Characters of one part of a path."""
_MARK = "…"


def shortened(text: str, most: int = _MOST_KEY) -> str:
    return text if len(text) <= most else f"{text[:most]}{_MARK}"


def shortened_path(keys: Iterable[str]) -> str:
    """With dots. Its end says more than its beginning: what goes stands between them."""
    path = ".".join(keys)
    half = MOST_PATH // 2
    return path if len(path) <= MOST_PATH else f"{path[:half]}{_MARK}{path[-half:]}"
