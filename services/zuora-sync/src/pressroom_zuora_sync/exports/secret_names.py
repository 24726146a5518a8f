"""Which names stand for a secret: of fields, headers and parameters. Rather one too many than one too few."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")

_WITHIN = re.compile(
    "password|passwd|passphrase|passcode|passwort|kennwort|secret|token|credential|authorization|authentication|oauth|bearer|"
    "basicauth|digestauth|hmac|jwt|netsuite(?:tba)?auth|netsuitetba|certificate|keystore|cookie|signature|sessionid|"
    "rawbody|"
    "(?:api|app|access|private|secret|client|signing|encryption|consumer|shared|master|license|storage|auth|session|"
    "service|functions|security|webhook)keys?"
)
"""Looked for in a name without its blanks, dashes and capitals: `polling_basic_auth`, `X-Api-Key`, `clientSecret`."""

_WORDS = frozenset(
    [
        "auth",
        "authn",
        "authz",
        "cert",
        "certs",
        "pass",
        "pwd",
        "pw",
        "pin",
        "pincode",
        "psw",
        "creds",
        "otp",
        "totp",
        "tok",
        "cvv",
        "cvc",
        "tba",
        "pem",
        "pfx",
        "pkcs12",
        "psk",
        "ssh",
        "salt",
        "nonce",
    ]
)
"""Too short to be looked for within a word: `certain` is no certificate."""

_AROUND = re.compile(
    r"(?:^next|(?<=[a-z])Next|(?<![a-z])next)[-_A-Z]|[-_ ](?:ttl|url|uri|policy)$|(?:Ttl|TTL|Url|URL|Policy)$"
)
"""`token_ttl`, `cookie_policy`, `next_token`: what is said of a secret, or leads to the next page."""

_LAST_OF_HEADER = frozenset(["key", "keys", "sig", "sid", "session", "signature", "auth"])
_PARAMETERS = frozenset(["key", "sig", "sas", "sid", "code", "auth", "session", "assertion"])
_EITHER = frozenset(["p", "s", "t", "k", "h", "ak", "sk", "st", "hash", "sign", "ticket", "invite"])


@lru_cache(maxsize=10_000)
def is_secret(name: str) -> bool:
    """Of a field anywhere."""
    if len(name) > 300:
        return True
    plain = unicodedata.normalize("NFKC", name)
    if _AROUND.search(plain):
        return False
    return bool(_WITHIN.search(_NOT_LETTERS.sub("", plain.lower()))) or not _WORDS.isdisjoint(words_of(plain))


@lru_cache(maxsize=10_000)
def is_secret_header(name: str) -> bool:
    """`X-Functions-Key` is a secret among headers, where `primary_key` among fields is none."""
    words = words_of(name)
    return is_secret(name) or (bool(words) and words[-1] in _LAST_OF_HEADER)


@lru_cache(maxsize=10_000)
def is_secret_parameter(name: str) -> bool:
    """Of a URL's query: `?key=…`, `?sig=…`."""
    return is_secret_header(name) or not _PARAMETERS.isdisjoint(words_of(name))


def is_either_parameter(name: str) -> bool:
    """`?p=` may be a password or a page: its value tells."""
    return name.lower() in _EITHER


def words_of(name: str) -> list[str]:
    """In small letters: `clientSecret` has two."""
    return [word.lower() for word in _WORD.findall(name)]
