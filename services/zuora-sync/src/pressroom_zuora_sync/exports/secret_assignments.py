"""Secrets that are given to a name: `password: …`, `"api_key": "…"`, `{"key": "Cookie", "value": "…"}`, YAML."""

import re

from .replacing import replaced
from .secret_names import is_secret_header, is_secret_parameter
from .secret_syntax import NAME, NAMES, QUOTED, REDACTED, Step, after_its_name

_END_OF_NAME = r"[\w.\-\]]{0,40}(?:\\{0,3}[\"']|&quot;|&#3[49];)?\s{0,5}\]?\s{0,5}"
_GIVEN = re.compile(
    rf"({NAME}{_END_OF_NAME})(?:((?:=>|:=|:)\s{{0,5}})(?:{QUOTED}|[^\r\n]+)"
    rf"|(={{1,3}}\s{{0,5}})(?:{QUOTED}|(?:[^\r\n&\"'<>]++|[\"'](?=[\w!#$%*+@^~-]))++))",
    re.IGNORECASE,
)
"""A value without quotes goes to the end of its line; one after `=` may also be in a URL or an attribute."""

_LISTED = re.compile(
    rf"({NAME}[\w.\-]{{0,40}}\\{{0,3}}[\"']\s{{0,5}},\s{{0,5}})(?:\[redacted\]|(?=\\{{0,3}}[\"'])(?:{QUOTED}))",
    re.IGNORECASE,
)
"""`setHeader('Authorization', '…')`."""

_QUOTE = r"\\{0,3}[\"']"
_IS = rf"(?:{_QUOTE})?\s{{0,5}}(?::|=>|=)\s{{0,5}}"
_KEY = r"(?<![a-z])(?:key|name|header|field|type|id|title|k)"
_NAMED = rf"{_KEY}{_IS}(?:{_QUOTE})?[^\"'\\\r\n,:=]{{0,60}}?{NAME}[^\"'\\\r\n,:=]{{0,60}}(?:{_QUOTE})?"
_VALUE = rf"(?<![a-z])(?:value|default|content|v){_IS}"
_PAIRED = re.compile(
    rf"({_NAMED}[^{{}}\[\]]{{0,200}}?{_VALUE})(?:{QUOTED}|[^\r\n,\"']+)"
    rf"|({_VALUE}){_QUOTE}[^\"']{{0,2000}}{_QUOTE}(?=[^{{}}\[\]]{{0,200}}?{_NAMED})",
    re.IGNORECASE,
)
"""Either way round: in JSON that a template broke, in attributes of XML, in YAML."""

_INDENTED = re.compile(
    rf"^(([ \t]{{0,200}})[\w.\- \"']{{0,40}}?{NAME}[\w.\-]{{0,40}}[\"']?[ \t]{{0,5}}:[ \t]{{0,5}}"
    r"(?:[|>][-+0-9]{0,2})?[ \t]{0,5}(?:#[^\r\n]{0,200})?\r?\n)"
    r"(?:\2(?:[ \t]{1,200}|-[ \t])[^\s][^\r\n]*+(?:\r?\n|\Z))"
    r"(?:\2(?:[ \t]{1,200}|-[ \t])[^\s][^\r\n]*+(?:\r?\n|\Z)|[ \t]{0,200}\r?\n)*+",
    re.IGNORECASE | re.MULTILINE,
)
"""A block of YAML, or a list: the lines below that are farther in."""

_SPACE = r"(?:%(?:25)*20|\+){0,3}"
_ENCODED_VALUE = r"(?:[^\s&\"'<>%]++|%(?!(?:25)*26))++"
_ENCODED = re.compile(
    rf"({NAME}[\w.\-]{{0,40}}(?:%(?:25)*(?:2[27]|5[CD])){{0,4}}{_SPACE}%(?:25)*3[AD]{_SPACE}){_ENCODED_VALUE}",
    re.IGNORECASE,
)
_ENCODED_PARAMETER = re.compile(
    rf"(%(?:25)*(?:3F|26))([\w.\-]{{1,60}})(%(?:25)*3D){_ENCODED_VALUE}",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^([ \t]{0,20}[\"']?([\w\-]{1,100})[\"']?[ \t]{0,5}[:=][ \t]{0,5})[^\s][^\r\n]*", re.MULTILINE)


def _given(text: str) -> str:
    if ":" in text or "=" in text:
        text = replaced(_GIVEN, _behind, text)
    return replaced(_LISTED, after_its_name, text) if "," in text else text


def _behind(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2] or match[3]}{REDACTED}"


def _pairs(text: str) -> str:
    return replaced(_PAIRED, after_its_name, text)


def _indented(text: str) -> str:
    return replaced(_INDENTED, lambda match: f"{match[1]}{match[2]}  {REDACTED}\n", text) if "\n" in text else text


def _encoded(text: str) -> str:
    return replaced(_ENCODED_PARAMETER, _encoded_parameter, replaced(_ENCODED, after_its_name, text))


def _encoded_parameter(match: re.Match[str]) -> str:
    before, name, is_ = match.groups()
    return f"{before}{name}{is_}{REDACTED}" if is_secret_parameter(name) else match[0]


def headers(text: str) -> str:
    """`X-Key: …` line by line: where a text is known to hold headers."""
    return replaced(_HEADER, _header, text) if ":" in text or "=" in text else text


def _header(match: re.Match[str]) -> str:
    return f"{match[1]}{REDACTED}" if is_secret_header(match[2]) else match[0]


STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    (NAMES, _indented),
    (("value", "default", "content", '"v', "'v"), _pairs),
    (NAMES, _given),
    (("%3", "%253"), _encoded),
)
"""Each with what has to be in the text, in small letters, for the step to be worth its time."""
