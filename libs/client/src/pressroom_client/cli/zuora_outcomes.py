"""What became of a sync, in few words."""

from collections.abc import Mapping, Sequence
from typing import Any

from pressroom_client.zuora_models import Sync


def faults_of(result: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """What a sync that was completed could not do."""
    return (result or {}).get("errors") or ()


def codes_of(result: Mapping[str, Any] | None) -> str:
    """Of its faults, each once."""
    return ", ".join(dict.fromkeys(str(fault.get("code")) for fault in faults_of(result)))


def error_of(sync: Sync) -> str:
    """The code of what ended it, or those of what it could not do."""
    return str((sync.error or {}).get("code") or codes_of(sync.result))


def state_of(state: str, *, dry_run: bool) -> str:
    """`completed (dry run)`: its counts are of what would have changed."""
    return f"{state} (dry run)" if dry_run else state


def outcome_of(sync: Sync | None) -> str | None:
    """`failed: bad_credentials`."""
    if sync is None:
        return None
    error, state = error_of(sync), state_of(sync.state, dry_run=sync.dry_run)
    return f"{state}: {error}" if error else state
