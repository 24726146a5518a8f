"""Secrets in XML and in Liquid."""

import re

from .replacing import replaced
from .secret_syntax import LITERAL, NAME, NAMES, QUOTED, REDACTED, WHOLE_NAME, Step, after_its_name

_ATTRIBUTES = r"(?:\s(?>\"[^\"<]{0,300}\"|'[^'<]{0,300}'|[^<>]){0,300})?"
_ELEMENT = re.compile(
    rf"(<(?:[\w.-]{{1,60}}:)?(?:[\w.-]{{0,60}}?{NAME}[\w.-]{{0,60}}|{WHOLE_NAME}){_ATTRIBUTES}>)"
    r"(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|[^<]+)++",
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNED = re.compile(
    rf"(\bassign\s{{1,5}}(?:\w{{0,40}}_)?{WHOLE_NAME}\s{{0,5}}=\s{{0,5}})(?:{QUOTED})", re.IGNORECASE
)
"""Those of other names are found without `assign`."""
_CAPTURED = re.compile(
    rf"(\bcapture\s{{1,5}}[\"']?(?:[\w.-]{{0,60}}?{NAME}[\w.-]{{0,60}}|{WHOLE_NAME})[\"']?\s{{0,5}}-?%\}})"
    r".+?(?=\{%-?\s{0,5}endcapture|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_CODED = re.compile(rf"{LITERAL}(?=\s{{0,5}}\|\s{{0,5}}(?:base64_(?:url_safe_)?encode|hmac_))", re.IGNORECASE)
"""Who writes out what is coded for a header, or signed, writes out a secret."""
_SIGNED = re.compile(rf"(\bhmac_\w{{1,20}}\s{{0,5}}:\s{{0,5}})(?:{QUOTED})", re.IGNORECASE)


def _elements(text: str) -> str:
    return replaced(_ELEMENT, after_its_name, text) if "<" in text else text


def _captures(text: str) -> str:
    return replaced(_CAPTURED, after_its_name, text)


def _assigned(text: str) -> str:
    return replaced(_ASSIGNED, after_its_name, text)


def _coded(text: str) -> str:
    return replaced(_SIGNED, after_its_name, replaced(_CODED, lambda _: f"'{REDACTED}'", text))


STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    ((*NAMES, "<pin", "<pw", ":pin", ":pw"), _elements),
    (("capture",), _captures),
    (("assign",), _assigned),
    (("base64_", "hmac_"), _coded),
)
"""Each with what has to be in the text, in small letters, for the step to be worth its time."""
