"""An export as it is stored: compared, taken apart, redacted and sealed. Nothing of it waits for anybody."""

import zlib
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Raw

from pressroom_common.contracts import SyncFault
from pressroom_zuora_sync.exports import Export, canonical_hash, linkages_of, parsed, redacted, tasks_of
from pressroom_zuora_sync.exports.redaction import clean_name, clean_text
from pressroom_zuora_sync.vault import Sealed, Vault, version_of
from pressroom_zuora_sync.zuora.records import Exported

from .records import Extracted, Outcome, Prepared, StoredExport, Waiting, Written

_LEVEL = 3
"""Of zlib: of JSON it leaves a tenth more than level 6, in a third of the time."""
_encode = msgspec.json.Encoder().encode


def prepared(waiting: Waiting, exported: Exported, vault: Vault, *, dry_run: bool) -> Prepared:
    """Raises Malformed. What is stored and cannot be opened any more is replaced, though it be the same."""
    export = parsed(exported.raw)
    hash_ = canonical_hash(export)
    changed = waiting.version == 0 or hash_ != waiting.hash or not vault.knows(waiting.key_id)
    listed = waiting.listed
    written = Written(
        zuora_id=listed.zuora_id,
        id=waiting.id,
        item=listed,
        signature=listed.signature(),
        outcome=_outcome(waiting, changed=changed),
        version=waiting.version + int(changed),
        changed=changed,
        task_count=len(export.tasks) if changed else 0,
        fault=_fault(waiting, export.faults),
        zuora_version_id=listed.draft_version_id if listed.draft else listed.active_version_id,
        zuora_version=listed.active_version,
        draft=listed.draft,
    )
    if not changed or dry_run:
        return Prepared(written=written)
    sealed = vault.seal(zlib.compress(exported.raw, _LEVEL), version_of(waiting.id, written.version))
    rows = _rows(export)
    stored = msgspec.structs.replace(
        written,
        hash=hash_,
        key_id=sealed.key_id,
        size=exported.size,
        tasks=rows.tasks,
        linkages=rows.linkages,
    )
    return Prepared(written=stored, raw=sealed.data, redacted=bytes(rows.redacted))


def extracted(stored: StoredExport, vault: Vault) -> Extracted:
    """Rows of a stored export. Raises Malformed, UnknownKey, Damaged."""
    compressed = vault.open(Sealed(stored.key_id, stored.raw), version_of(stored.id, stored.version))
    rows = _rows(parsed(zlib.decompress(compressed)))
    return Extracted(
        id=stored.id,
        version=stored.version,
        name=_anew(stored.name, clean_name),
        description=_anew(stored.description, clean_text),
        redacted=rows.redacted,
        tasks=rows.tasks,
        linkages=rows.linkages,
    )


def _anew(text: str, clean: Callable[[str], str]) -> str | None:
    """None where nothing is to be taken out: then what is stored stays, also where it is newer than this text."""
    cleaned = clean(text)
    return None if cleaned == text else cleaned


class _Rows(msgspec.Struct, frozen=True):
    redacted: Raw
    tasks: Raw
    linkages: Raw


def _rows(export: Export) -> _Rows:
    shown = redacted(export)
    return _Rows(
        redacted=Raw(_encode(shown)),
        tasks=Raw(_encode(tasks_of(export, shown))),
        linkages=Raw(_encode(linkages_of(export))),
    )


def _outcome(waiting: Waiting, *, changed: bool) -> Outcome:
    if waiting.version == 0:
        return "created"
    if waiting.deleted:
        return "restored"
    return "updated" if changed else "unchanged"


def _fault(waiting: Waiting, faults: Sequence[str]) -> SyncFault | None:
    if not faults:
        return None
    listed = waiting.listed
    detail = "; ".join(faults)[:500]
    return SyncFault(zuora_id=listed.zuora_id, name=listed.name, code="odd_export", detail=detail)
