"""A place that an unprivileged account reaches, for a checkout that it does not (one under a private home, say)."""

import hashlib
from pathlib import Path

BASE = Path("/var/lib/pressroom")


def shelter(checkout: Path) -> Path:
    """The checkout's folder below `/var/lib/pressroom`, by a hash of its path; only root comes here."""
    name = hashlib.sha256(str(checkout.resolve()).encode()).hexdigest()[:12]
    place = BASE / name
    for folder in (BASE, place):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    return place
