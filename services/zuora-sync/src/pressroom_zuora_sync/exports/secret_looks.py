"""Secrets whose place alone is no proof, and whose look tells: `/token/…`, `pin: …`, `user:…@host`, `password is …`."""

import re

from .replacing import replaced
from .secret_syntax import NAME, NAMES, REDACTED, Step
from .secret_values import is_drawn

_PATH = re.compile(
    r"(/(?:[\w-]{0,30}[-_])?(?:token|key|apikey|secret|password|auth|session|sig|signature|hook|webhook|invite|reset|"
    r"verify|confirm)s?/)([\w.~%+=-]{16,}+)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?<![\w.@:/%+-])(?P<user>[A-Za-z_][\w.+-]{0,60}):(?P<password>[^\s@:/\"'<>{}()\[\],;|]{3,200})"
    r"@(?P<host>[A-Za-z0-9.-]{1,253})(?P<port>:\d{2,5}(?!\w))?"
)
_PERSON = frozenset(("mailto", "cc", "bcc", "to", "from", "reply-to", "mail", "email", "e-mail", "sip", "sips", "acct"))
"""Before the address of somebody."""
_USERS = frozenset(("user", "username", "usr", "login", "admin", "root", "postgres", "sftp", "ftp"))
_NO_ADDRESS = re.compile(r"[!#$%^&*?=]")
_CODE = re.compile(
    r"(?<![\w-])((pin|pass|pw|psw|t?otp|tok|creds?|[2m]fa|cv[vc]2?)(?:[-_ ]?code)?"
    r"\\{0,3}[\"']?[ \t]{0,3}[:=][ \t]{0,3}\\{0,3}[\"']?)"
    r"([^\s\\\"'<>,;&(){}\[\]]{3,}+)(\(?)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    rf"(?<![^\W_])({NAME}[ \t]{{1,3}}((?:is|was|ist|war|lautet)[ \t]{{1,3}})?[\"']?)([^\s\\\"'<>,;&(){{}}\[\]]{{6,}}+)",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"[\d!#$%^*]")
_LETTER = re.compile(r"[A-Za-z]")


def _paths(text: str) -> str:
    return replaced(_PATH, lambda match: f"{match[1]}{REDACTED}" if is_drawn(match[2]) else match[0], text)


def _accounts(text: str) -> str:
    return replaced(_ACCOUNT, _account, text) if ":" in text else text


def _account(match: re.Match[str]) -> str:
    """`note:jane@a.com` is a person."""
    user, password, host = match["user"].lower(), match["password"], match["host"]
    if user in _PERSON or not (
        match["port"]
        or _NO_ADDRESS.search(password)
        or is_drawn(password, least=8)
        or (user in _USERS and "." not in host)
    ):
        return match[0]
    return f"{match['user']}:{REDACTED}@{host}{match['port'] or ''}"


def _codes(text: str) -> str:
    return replaced(_CODE, _code, text) if ":" in text or "=" in text else text


def _code(match: re.Match[str]) -> str:
    """`pin: all` and `pass: 1200, fail: 3` are none, nor is `tok = next2(…)`."""
    before, name, value, call = match.groups()
    plain = not _NO_WORD.search(value) or (len(value) < 4 and name[:2].lower() != "cv")
    counted = name.lower() == "pass" and (len(value) < 6 or not _LETTER.search(value))
    return match[0] if plain or counted or call else f"{before}{REDACTED}"


def _sentences(text: str) -> str:
    return replaced(_TOLD, _told, text)


def _told(match: re.Match[str]) -> str:
    before, is_, value = match.groups()
    return f"{before}{REDACTED}" if (_NO_WORD.search(value) if is_ else is_drawn(value, least=8)) else match[0]


STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    ((*NAMES, "sig/", "hook", "invite", "reset/", "verify/", "confirm/"), _paths),
    (("@",), _accounts),
    (("pin", "pass", "pw", "psw", "otp", "tok", "cred", "2fa", "mfa", "cvv", "cvc"), _codes),
    (NAMES, _sentences),
)
"""Each with what has to be in the text, in small letters, for the step to be worth its time."""
