"""Where credentials may go: Zuora's own hosts, by exact comparison of texts, so that no parser can be fooled."""

from collections.abc import Set as AbstractSet

from .errors import ZuoraError

_HOSTS = (
    "rest.zuora.com",
    "rest.na.zuora.com",
    "rest.apisandbox.zuora.com",
    "rest.sandbox.na.zuora.com",
    "rest.test.zuora.com",
    "rest.eu.zuora.com",
    "rest.sandbox.eu.zuora.com",
    "rest.test.eu.zuora.com",
    "rest.ap.zuora.com",
    "rest.test.ap.zuora.com",
)
ZUORA_ORIGINS = frozenset(f"https://{host}" for host in _HOSTS)


def allowed_origin(base_url: str, others: AbstractSet[str] = frozenset()) -> str:
    """The base URL as it is kept and called: `https://rest.zuora.com`. `others`: origins allowed by a setting.

    Small letters, `/` at the end and `:443` are put right; anything else has to be exact. Raises ZuoraError.
    """
    origin = normal_origin(base_url)
    named = {normal_origin(other) for other in others}
    if origin in ZUORA_ORIGINS or origin in named:
        return origin
    besides = f" and, by ZUORA_SYNC_ALLOWED_HOSTS, {', '.join(sorted(named))}" if named else ""
    raise ZuoraError(
        "host_not_allowed",
        "The base URL is none of Zuora's. Use the one of your tenant's data center, such as "
        f"https://{_HOSTS[0]}, without a path; allowed are: {', '.join(_HOSTS)}, by https{besides}.",
        "configuration",
    )


def normal_origin(url: str) -> str:
    """The same text for what is the same origin; it may be any text."""
    origin = url.lower().removesuffix("/")
    return origin.removesuffix(":443") if origin.startswith("https://") else origin
