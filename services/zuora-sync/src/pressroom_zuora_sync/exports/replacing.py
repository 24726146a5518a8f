"""Replaces in very long texts without keeping the interpreter to itself.

`Pattern.sub` on 30 MB is one call of several seconds, in which no other thread runs: neither the event loop nor the
heartbeat. Here each call looks at a window.
"""

import re
from collections.abc import Callable

WINDOW = 100_000
"""Characters that are searched in one call."""
OVERLAP = 3_000
"""Longer than the part of any pattern by which it is recognised; what follows that part may be of any length."""
_MOST_PIECES = 10_000

Replace = Callable[[re.Match[str]], str]


def replaced(
    pattern: re.Pattern[str], replace: Replace, text: str, window: int = WINDOW, overlap: int = OVERLAP
) -> str:
    """As `pattern.sub(replace, text)`, for a pattern that matches nothing empty."""
    if len(text) <= window:
        return pattern.sub(replace, text)
    pieces: list[str] = []
    done = at = 0
    while at < len(text):
        end = min(at + window, len(text))
        found = pattern.search(text, at, end)
        if found is None:
            at = len(text) if end == len(text) else max(end - overlap, at + 1)
            continue
        whole = pattern.match(text, found.start())  # what was found may go on behind the window
        if whole is None:
            at = found.start() + 1
            continue
        pieces += (text[done : whole.start()], replace(whole))
        done = at = whole.end()
        if len(pieces) > _MOST_PIECES:  # a million small texts would take far more memory than one
            pieces = ["".join(pieces)]
    return "".join((*pieces, text[done:]))
