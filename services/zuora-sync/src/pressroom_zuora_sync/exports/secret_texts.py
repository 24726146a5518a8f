"""Secrets within a text: in URLs, headers, code, XML, and values whose form gives them away.

Every pattern takes time in proportion to the text: a search starts again only behind what it has read, or reads no
more than a bounded piece.
"""

import re

from . import secret_assignments, secret_code, secret_looks, secret_markup, secret_urls
from .replacing import replaced
from .secret_syntax import REDACTED, Step

_SCHEME = re.compile(
    r"\b(basic|bearer|digest|negotiate|ntlm|apikey|token)(\s{1,1000}|%20)([^\s\"'<>,;\\=:][^\s\"'<>,;\\]*)",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z]{0,14}[.:!?]?")
_JWT = re.compile(r"eyJ[\w-]{5,}(?:\.[\w.-]*)?")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,60}-----.*?(?:-----END [A-Z0-9 ]{1,60}-----|\Z)", re.DOTALL)
_KNOWN = re.compile(
    r"\b(?:(?:sk|rk)[-_](?:live|test|proj)?[-_]?[\w-]{16,200}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,200}|"
    r"github_pat_\w{20,200}|xox[abeprs]-[\w-]{10,200}|AIza[\w-]{30,200}|SG\.[\w-]{16,100}\.[\w-]{16,100})"
)
_WORD_OF_NAME = re.compile(r"\(?(?:[A-Z]?[a-z]{0,14}|[A-Z]{1,5}|\d{1,2}|[-/&+])[.,:!?)]?")


def without_secrets(text: str) -> str:
    """The text, where each secret that is found became `[redacted]`."""
    low = text.lower()
    if len(low) <= _SHORT and not _SUSPICIOUS.search(low):
        return text
    present = {needle for needle in _NEEDLES if needle in low}
    for needles, step in _STEPS:
        if not present.isdisjoint(needles):
            text = step(text)
    return text


def without_secrets_in_name(text: str) -> str:
    """Of a name that people gave something: `Password: reset mail` is none of a secret."""
    head, colon, rest = text.partition(":")
    words = rest.split()
    if colon and len(words) > 1 and all(_WORD_OF_NAME.fullmatch(word) for word in words):
        return text if without_secrets(head) == head else without_secrets(text)
    return without_secrets(text)


def _schemes(text: str) -> str:
    return replaced(_SCHEME, _scheme, text)


def _scheme(match: re.Match[str]) -> str:
    """`Bearer x` is a secret whatever x is; `basic` and `token` are also words of a sentence."""
    name, gap, value = match.groups()
    if name.lower() != "bearer" and _PLAIN_WORD.fullmatch(value):
        return match[0]
    return f"{name}{gap}{REDACTED}"


def _everything(pattern: re.Pattern[str]) -> Step:
    return lambda text: replaced(pattern, lambda _: REDACTED, text)


# What has to be in the text, in small letters, for a step to be worth its time. Steps that take a whole value come
# before those that may take its beginning: what is left of it would then look as if it stood behind a secret.
_STEPS: tuple[tuple[tuple[str, ...], Step], ...] = (
    (("-----begin ",), _everything(_PEM)),
    *secret_markup.STEPS,
    *secret_code.STEPS,
    *secret_assignments.STEPS,
    (("eyj",), _everything(_JWT)),
    (("basic", "bearer", "digest", "negotiate", "ntlm", "apikey", "token"), _schemes),
    *secret_urls.STEPS,
    *secret_looks.STEPS,
    (("sk-", "sk_", "rk_", "rk-", "akia", "gh", "xox", "aiza", "sg."), _everything(_KNOWN)),
)

_SHORT = 1_000
_NEEDLES = sorted({needle for needles, _ in _STEPS for needle in needles})
_SUSPICIOUS = re.compile(
    "|".join(re.escape(needle) for needle in _NEEDLES if not any(less in needle for less in _NEEDLES if less != needle))
)
"""Any of these: one search instead of sixty, for the short texts that most are. One that is in another is enough."""
