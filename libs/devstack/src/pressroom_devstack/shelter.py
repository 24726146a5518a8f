"""A place that an unprivileged account reaches, for a checkout that it does not (one under a private home, say)."""

import hashlib
from pathlib import Path

BASE = Path("/var/lib/pressroom")


def shelter_of(checkout: Path) -> Path:
    """The checkout's folder below `/var/lib/pressroom`, by a hash of its path."""
    return BASE / hashlib.sha256(str(checkout.resolve()).encode()).hexdigest()[:12]


def shelter(checkout: Path) -> Path:
    """The same, made where it is missing; only root comes here."""
    place = shelter_of(checkout)
    for folder in (BASE, place):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    return place
