"""What the patterns of secrets are made of: names, quotes, and what stands in a secret's place."""

import re
from collections.abc import Callable

REDACTED = "[redacted]"

NAME = (
    r"(?:pass(?:word|wd|phrase|code|wort)|kennwort|pwd|secret|token|credential|authorization|cookie|signature|"
    r"session[-_]?id|"
    r"(?:api|access|private|client|signing|encryption|consumer|shared|master|auth|functions)[-_ ]?key|"
    r"basic[-_]?auth)"
)
WHOLE_NAME = r"(?:pass|auth|session|pin|pw)"
"""A secret's name where it stands alone: of an element, or of a variable in Liquid."""

QUOTED = (
    r'\[redacted\]|\\{1,3}".{0,4000}?\\{1,3}"|"(?:[^"\\]++|\\.)*+"?|\'(?:[^\'\\]++|\\.)*+\'?|'
    r"&quot;.{0,4000}?&quot;|&#3[49];.{0,4000}?&#3[49];"
)
LITERAL = r"(?:\"[^\"\r\n]{0,2000}+\"|'[^'\r\n]{0,2000}+')"
"""A short one: what comes after it decides."""

NAMES = (
    *("pass", "pwd", "kennwort", "secret", "token", "key", "credential", "authorization", "cookie", "signature"),
    *("session", "auth"),
)
"""One of them is in every text, in small letters, in which a name may be found."""

Step = Callable[[str], str]
"""Takes secrets of one sort out of a text."""


def after_its_name(match: re.Match[str]) -> str:
    """What was matched last stays, the rest is the secret."""
    return f"{match[match.lastindex or 0]}{REDACTED}"
