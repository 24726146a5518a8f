"""Secrets in URLs: users with their passwords, parameters, and paths that are a secret as a whole."""

import re
from urllib.parse import unquote_plus

from .replacing import replaced
from .secret_names import is_either_parameter, is_secret_parameter
from .secret_syntax import REDACTED, Step, after_its_name
from .secret_values import is_drawn

_USER = re.compile(
    r"(?<=//)[^/?#\s\"'<>@]{1,1000}@(?:[^/?#\s\"'<>@]{0,1000}@)*|(?<=//)[^/?#\s:@]{0,200}:(?!\d{1,5}[/?#])[^@\s]{1,200}@"
)
_ORACLE = re.compile(r"(:thin:[^/\s@:]{0,100}/)[^@\s]{1,200}(?=@)", re.IGNORECASE)
_PARAMETER = re.compile(r"((?<=[?&;#])|^)([^=&?#;\s]{1,200})=([^&#\s]*)")
_PARAMETER_OF_URL = re.compile(r"((?<=[?&;#])|^)([^=&?#;]{1,200})=([^&#]*)")
_LOGIN = re.compile(r"([?&](?:u|usr|user|username|login|uid)=[^&#\s]{0,200}&(?:amp;)?p=)[^&#\s]+", re.IGNORECASE)
_URL = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]{0,30}:?//[^\r\n]*")
_HOOK = re.compile(
    r"(hooks\.slack\.com/[a-z]{1,20}/|discord(?:app)?\.com/api/webhooks/|office\.com/webhook\w{0,3}/|"
    r"hooks\.zapier\.com/hooks/|api\.telegram\.org/bot)[^\s\"'<>?]+",
    re.IGNORECASE,
)
"""Who knows the path may send."""


def _parameters(text: str) -> str:
    return replaced(_PARAMETER_OF_URL if _URL.fullmatch(text) else _PARAMETER, _parameter, text)


def _parameter(match: re.Match[str]) -> str:
    _, name, value = match.groups()
    if value and (is_secret_parameter(unquote_plus(name)) or (is_either_parameter(name) and is_drawn(value))):
        return f"{name}={REDACTED}"
    return match[0]


def _logins(text: str) -> str:
    return replaced(_LOGIN, after_its_name, text)


def _users(text: str) -> str:
    return replaced(_USER, lambda _: f"{REDACTED}@", text) if "@" in text else text


def _oracle(text: str) -> str:
    return replaced(_ORACLE, after_its_name, text)


def _hooks(text: str) -> str:
    return replaced(_HOOK, after_its_name, text)


STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    (("//",), _users),
    ((":thin:",), _oracle),
    (("=",), _parameters),
    (("p=",), _logins),
    (("hook", "telegram"), _hooks),
)
"""Each with what has to be in the text, in small letters, for the step to be worth its time."""
