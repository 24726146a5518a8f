"""Secrets within a text: in URLs, headers, code, XML, and values whose form gives them away.

Every pattern takes time in proportion to the text: a search starts again only behind what it has read, or reads no
more than a bounded piece.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote_plus

from .replacing import replaced
from .secret_names import is_secret_parameter

REDACTED = "[redacted]"

_NAME = (
    r"(?:pass(?:word|wd|phrase|code|wort)|pwd|secret|token|credential|authorization|cookie|signature|session[-_]?id|"
    r"(?:api|access|private|client|signing|encryption|consumer|shared|master|auth|functions)[-_ ]?key|"
    r"basic[-_]?auth)"
)
_QUOTED = r'\[redacted\]|\\{1,3}".{0,4000}?\\{1,3}"|"(?:[^"\\]|\\.)*+"?|\'(?:[^\'\\]|\\.)*+\'?'
_GIVEN = re.compile(
    rf"({_NAME}[\w.\-\]]{{0,40}}\\{{0,3}}[\"']?\s{{0,5}}(?:=>|:=|={{1,3}}|:)\s{{0,5}})"
    rf"(?:{_QUOTED}|[^\r\n&\"'<>]+)",
    re.IGNORECASE,
)
"""`password = "…"`, `"api_key": "…"`, `X-Api-Key: …`; a value without quotes goes to the end of its line."""

_QUOTE = r"\\{0,3}[\"']"
_IS = rf"{_QUOTE}\s{{0,5}}(?::|=>)\s{{0,5}}"
_NAMED = rf"{_QUOTE}(?:key|name|header|field){_IS}{_QUOTE}[^\"'\\]{{0,60}}{_NAME}[^\"'\\]{{0,60}}{_QUOTE}"
_VALUE = rf"{_QUOTE}(?:value|default|content){_IS}"
_PAIRED = re.compile(
    rf"({_NAMED}[^{{}}\[\]]{{0,200}}?{_VALUE})(?:{_QUOTED}|[^\r\n,&\"'<>]+)"
    rf"|({_VALUE}){_QUOTE}[^\"']{{0,2000}}{_QUOTE}(?=[^{{}}\[\]]{{0,200}}?{_NAMED})",
    re.IGNORECASE,
)
"""`{"key": "Cookie", "value": "…"}`, either way round: in JSON that a template broke."""

_ELEMENT = re.compile(
    rf"(<(?:[\w.-]{{1,60}}:)?[\w.-]{{0,60}}?{_NAME}[\w.-]{{0,60}}(?:\s[^<>]{{0,300}})?>)"
    r"(?:\s*<!\[CDATA\[.*?(?:\]\]>|\Z)|[^<]+)",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(
    r"\b(basic|bearer|digest|negotiate|ntlm|apikey|token)(\s{1,1000}|%20)([^\s\"'<>,;\\=:][^\s\"'<>,;\\]*)",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z]{0,14}[.:!?]?")
_USER = re.compile(
    r"(?<=//)[^/?#\s\"'<>@]{1,1000}@(?:[^/?#\s\"'<>@]{0,1000}@)*|(?<=//)[^/?#\s:@]{0,200}:(?!\d{1,5}[/?#])[^@\s]{1,200}@"
)
_PARAMETER = re.compile(r"((?<=[?&;#])|^)([^=&?#;\s]{1,200})=([^&#\s]*)")
_PARAMETER_OF_URL = re.compile(r"((?<=[?&;#])|^)([^=&?#;]{1,200})=([^&#]*)")
_URL = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]{0,30}:?//[^\r\n]*")
_JWT = re.compile(r"eyJ[\w-]{5,}(?:\.[\w.-]*)?")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,60}-----.*?(?:-----END [A-Z0-9 ]{1,60}-----|\Z)", re.DOTALL)
_KNOWN = re.compile(
    r"\b(?:(?:sk|rk)[-_](?:live|test|proj)?[-_]?[\w-]{16,200}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,200}|"
    r"github_pat_\w{20,200}|xox[abeprs]-[\w-]{10,200}|AIza[\w-]{30,200}|SG\.[\w-]{16,100}\.[\w-]{16,100})"
)

Step = Callable[[str], str]


def without_secrets(text: str) -> str:
    """The text, where each secret that is found became `[redacted]`."""
    low = text.lower()
    if len(low) <= _SHORT and not _SUSPICIOUS.search(low):
        return text
    for needles, step in _STEPS:
        if any(needle in low for needle in needles):
            text = step(text)
    return text


def _schemes(text: str) -> str:
    return replaced(_SCHEME, _scheme, text)


def _scheme(match: re.Match[str]) -> str:
    """`Bearer x` is a secret whatever x is; `basic` and `token` are also words of a sentence."""
    name, gap, value = match.groups()
    if name.lower() != "bearer" and _PLAIN_WORD.fullmatch(value):
        return match[0]
    return f"{name}{gap}{REDACTED}"


def _parameters(text: str) -> str:
    return replaced(_PARAMETER_OF_URL if _URL.fullmatch(text) else _PARAMETER, _parameter, text)


def _parameter(match: re.Match[str]) -> str:
    _, name, value = match.groups()
    if value and is_secret_parameter(unquote_plus(name)):
        return f"{name}={REDACTED}"
    return match[0]


def _users(text: str) -> str:
    return replaced(_USER, lambda _: f"{REDACTED}@", text) if "@" in text else text


def _elements(text: str) -> str:
    return replaced(_ELEMENT, _after_its_name, text) if "<" in text else text


def _given(text: str) -> str:
    return replaced(_GIVEN, _after_its_name, text) if ":" in text or "=" in text else text


def _pairs(text: str) -> str:
    return replaced(_PAIRED, _after_its_name, text) if '"' in text or "'" in text else text


def _after_its_name(match: re.Match[str]) -> str:
    return f"{match[match.lastindex or 0]}{REDACTED}"


def _everything(pattern: re.Pattern[str]) -> Step:
    return lambda text: replaced(pattern, lambda _: REDACTED, text)


_NAMES = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "authorization",
    "cookie",
    "signature",
    "session",
    "auth",
)

# What has to be in the text, in small letters, for a step to be worth its time.
_STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    (("-----begin ",), _everything(_PEM)),
    (("eyj",), _everything(_JWT)),
    (("basic", "bearer", "digest", "negotiate", "ntlm", "apikey", "token"), _schemes),
    (("//",), _users),
    (("=",), _parameters),
    (_NAMES, _elements),
    (("value", "default", "content"), _pairs),
    (_NAMES, _given),
    (("sk-", "sk_", "rk_", "rk-", "akia", "gh", "xox", "aiza", "sg."), _everything(_KNOWN)),
)

_SHORT = 1_000
_SUSPICIOUS = re.compile("|".join(re.escape(needle) for needles, _ in _STEPS for needle in needles))
"""Any of these: one search instead of sixty, for the short texts that most are."""
