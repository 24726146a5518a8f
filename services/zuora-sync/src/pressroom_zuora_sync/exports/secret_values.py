"""What stands among secrets and is none: which method, which address, how long."""

import re

CHOICES = frozenset(
    (
        *("true", "false", "none", "null", "0", "1", "basic", "basic_auth", "bearer", "digest", "oauth", "oauth1"),
        *("oauth2", "hmac", "cert", "netsuite_tba", "header", "query"),
    )
)
_SETTING = re.compile(
    r"(?:^|[._\s-])(?:type|method|mode|enabled|algorithm|scopes?|version|encoding|position|placement|header|prefix|"
    r"format|expires_in|ttl|policy)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:^|[._\s-])(?:url|uri)$", re.IGNORECASE)
_MOST = 60
"""Characters of a setting's value."""
_PLAIN = re.compile(
    r"(?:[A-Z]{2,8}\d{0,4}|[A-Za-z][a-z]{0,14}\d{0,4}|Hmac[A-Z]{2,4}\d{0,3}|\d{1,6})"
    r"(?:[ _./:,-]{1,3}(?:[A-Z]{2,8}\d{0,4}|[A-Za-z][a-z]{0,14}\d{0,4}|\d{1,6})){0,9}"
)
"""Words and numbers: what somebody chose, rather than what was drawn by lot."""
_URL = re.compile(r"(?:https?://|/)[\w.~:/?#@!$&'()*+,;=%{}|\s-]{1,500}", re.IGNORECASE)
_SWITCH = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_MOST_LOOKED_AT = 200
"""Characters of a text that tell what the rest looks like."""
_HEX = re.compile(r"(?=[0-9-]*[a-fA-F])(?=[a-fA-F-]*[0-9])(?:[0-9a-f-]+|[0-9A-F-]+)")


def is_drawn(text: str, least: int = 12) -> bool:
    """Whether a text of at least so many characters was drawn by lot, by its look: neither words nor a number."""
    if len(text) < least:
        return False
    text = text[:_MOST_LOOKED_AT]
    return _HEX.fullmatch(text) is not None or len(_SWITCH.findall(text)) * 5 >= len(text)


def is_setting(name: str, value: object) -> bool:
    """Whether a value within a block of secrets, of this name, is none."""
    if isinstance(value, str):
        if value.lower() in CHOICES:
            return True
        if _SETTING.search(name):
            return len(value) <= _MOST and _PLAIN.fullmatch(value) is not None
        return _ADDRESS.search(name) is not None and _URL.fullmatch(value) is not None
    return isinstance(value, int) and _SETTING.search(name) is not None
