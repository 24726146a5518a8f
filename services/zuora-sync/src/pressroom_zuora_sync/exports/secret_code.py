"""Secrets in code and in commands: `auth=('user', '…')`, `btoa('user:…')`, `curl -u user:…`, `--password …`."""

import re

from .replacing import replaced
from .secret_names import is_secret_header
from .secret_syntax import LITERAL, NAME, NAMES, QUOTED, REDACTED, Step, after_its_name

_HEADER = re.compile(
    r"(header\w{0,20}(?:\.\w{1,20})?\s{0,5}[\[(]\s{0,5}[\"']([\w-]{1,100})[\"']\s{0,5}\]?\s{0,5}(?:=>|=|,|:)\s{0,5})"
    rf"{LITERAL}",
    re.IGNORECASE,
)
_TUPLE = re.compile(
    rf"(\bauth\s{{0,5}}[=:]\s{{0,5}}[(\[]\s{{0,5}}{LITERAL}\s{{0,5}},\s{{0,5}}){LITERAL}", re.IGNORECASE
)
_CODED = re.compile(
    rf"((?:\bbtoa|b64encode|base64[._]?encode\w{{0,10}}|encode64|encodebytes|buffer\.from)\s{{0,5}}\(\s{{0,5}}b?){LITERAL}",
    re.IGNORECASE,
)
_USER = re.compile(
    r"((?<![^\s\"'])(?:-u|--user|--proxy-user)(?:\s{1,5}|=))"
    r"(?:\"[^\"\r\n:]{0,200}:[^\"\r\n]*\"?|'[^'\r\n:]{0,200}:[^'\r\n]*'?|[^\s\"':]{0,200}:\S+)",
    re.IGNORECASE,
)
_OPTION = re.compile(
    rf"((?<![\w-])--?[\w-]{{0,30}}?{NAME}[\w-]{{0,30}}[ \t]{{1,5}})(?:{QUOTED}|[^\s\-]\S*)", re.IGNORECASE
)
_SQL = re.compile(rf"(\bidentified\s{{1,5}}by\s{{1,5}})(?:{QUOTED}|[^\s\[]\S*)", re.IGNORECASE)
_FORM = re.compile(
    rf"(\bname=[\"'][^\"'\r\n]{{0,60}}?{NAME}[^\"'\r\n]{{0,60}}[\"'][^\r\n]{{0,200}}(?:\r?\n[^\r\n]{{1,200}}){{0,3}}"
    r"\r?\n\r?\n)[^\r\n]+",
    re.IGNORECASE,
)
"""A part of `multipart/form-data`."""


def _headers(text: str) -> str:
    return replaced(_HEADER, _header, text)


def _header(match: re.Match[str]) -> str:
    return f"{match[1]}'{REDACTED}'" if is_secret_header(match[2]) else match[0]


def _simply(pattern: re.Pattern[str]) -> Step:
    return lambda text: replaced(pattern, after_its_name, text)


STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    (("header",), _headers),
    (("auth",), _simply(_TUPLE)),
    (("btoa", "b64encode", "base64", "encode64", "encodebytes", "buffer.from"), _simply(_CODED)),
    (("-u", "--user", "--proxy-user"), _simply(_USER)),
    ((*(f"-{name}" for name in NAMES), "--"), _simply(_OPTION)),
    (("identified",), _simply(_SQL)),
    (("name=",), _simply(_FORM)),
)
"""Each with what has to be in the text, in small letters, for the step to be worth its time."""
