"""How exports come to the database where it is slow, or they are large."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, cast
from uuid import uuid4

import msgspec
import pytest

from pressroom_common.errors import SlowStatement
from pressroom_common.telemetry import Metrics
from pressroom_common.worker.feed import Feed
from pressroom_common.worker.records import Fence as RunFence
from pressroom_zuora_sync.syncing import exporting
from pressroom_zuora_sync.syncing.exporting import Exporting, Tools
from pressroom_zuora_sync.syncing.measures import SyncMetrics
from pressroom_zuora_sync.syncing.ports import Syncs
from pressroom_zuora_sync.syncing.preparing import prepared
from pressroom_zuora_sync.syncing.progress import SyncProgress
from pressroom_zuora_sync.syncing.records import Failure, Fence, Prepared, SyncRow, Waiting
from pressroom_zuora_sync.syncing.troubles import Troubles
from pressroom_zuora_sync.syncing.workshop import Workshop
from pressroom_zuora_sync.vault import Vault
from pressroom_zuora_sync.zuora.ports import Zuora
from pressroom_zuora_sync.zuora.records import Exported, ListedWorkflow
from unit.worker.workshop import JOB

LARGE = 1_200_000


class Account:
    """The port `Zuora`: exports of so many bytes, by id."""

    def __init__(self, sizes: dict[int, int]) -> None:
        self._sizes = sizes

    async def export(self, zuora_id: int, *_: Any) -> Exported:
        return Exported(export_of(self._sizes[zuora_id]))


def export_of(size: int) -> bytes:
    task = {"id": 1, "name": "t", "action_type": "Callout", "parameters": {"raw": "x" * size}}
    return msgspec.json.encode({"workflow": {"id": 7}, "tasks": [task], "linkages": []})


class Rows:
    """Of the port `Syncs`, what writes. Exports of `slow` ids take too long; `late`: seconds of the others."""

    def __init__(self, *slow: int, late: float = 0.0) -> None:
        self.slow = set(slow)
        self.late = late
        self.batches: list[set[int]] = []
        self.written: set[int] = set()
        self.failures: list[Failure] = []
        self.at_once = self.most_at_once = 0

    async def write(self, _fence: Fence, batch: Sequence[Prepared]) -> None:
        ids = {each.written.zuora_id for each in batch}
        self.batches.append(ids)
        if ids & self.slow:
            raise SlowStatement
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.late)
        self.at_once -= 1
        self.written |= ids

    async def fail(self, _fence: Fence, failures: Sequence[Failure]) -> None:
        self.failures += failures


async def exported(rows: Rows, sizes: dict[int, int]) -> None:
    vault, metrics = Vault({"key": b"k" * 32}, "key"), SyncMetrics(Metrics())
    tools = Tools(syncs=cast("Syncs", rows), vault=vault, metrics=metrics, workshop=Workshop(), most=8)
    fence = Fence(job_id=uuid4(), environment_id=uuid4(), claim=1)
    sync = SyncRow(fence=fence, full=True, dry_run=False, pages=0, listed=False, result=None)
    progress = SyncProgress(Feed(RunFence(job_id=JOB, attempt=1, claim=1), lambda _: None))

    async def source() -> AsyncIterator[Sequence[Waiting]]:
        yield [Waiting(listed=ListedWorkflow(zuora_id=id_), id=uuid4()) for id_ in sizes]

    sync_exports = Exporting(tools, cast("Zuora", Account(sizes)), sync, progress, Troubles(answered=False))
    async with asyncio.timeout(60):
        await sync_exports.export(source())


@pytest.mark.parametrize("size", [10, LARGE])
async def test_an_export_that_the_database_never_comes_to_an_end_with_fails_alone(size: int) -> None:
    """However small: it may have a great many tasks."""
    rows = Rows(1)
    await exported(rows, {1: size, 2: LARGE, 3: 10})
    assert (rows.batches.count({1}), rows.written) == (3, {2, 3})
    [failure] = rows.failures
    assert (failure.zuora_id, failure.error.code) == (1, "malformed")
    assert "too long" in failure.error.detail


async def test_large_exports_are_prepared_while_others_are_written() -> None:
    rows = Rows(late=1.0)
    await exported(rows, dict.fromkeys(range(4), LARGE))
    assert rows.most_at_once > 1


async def test_a_batch_that_takes_too_long_is_written_in_halves() -> None:
    class ManyAreSlow(Rows):
        async def write(self, fence: Fence, batch: Sequence[Prepared]) -> None:
            self.slow = set(range(20)) if len(batch) > 1 else set()
            await super().write(fence, batch)

    rows = ManyAreSlow(late=0.01)
    await exported(rows, dict.fromkeys(range(8), 10))
    assert (rows.written, rows.failures) == (set(range(8)), [])


async def test_the_event_loop_goes_on_while_exports_are_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that are taken apart where they come, each takes a few milliseconds."""
    loop, here = threading.current_thread(), dict[int, bool]()

    def prepare(waiting: Waiting, exported: Exported, vault: Vault, *, dry_run: bool) -> Prepared:
        here[exported.size // 1000] = threading.current_thread() is loop
        return prepared(waiting, exported, vault, dry_run=dry_run)

    monkeypatch.setattr(exporting, "prepared", prepare)
    await exported(Rows(), {1: 10_000, 2: 70_000, 3: 900_000, 4: LARGE})
    assert here == {10: True, 70: False, 900: False, 1200: False}


async def test_small_exports_go_on_beside_a_large_one_and_large_ones_one_by_one() -> None:
    workshop, log = Workshop(), list[str]()

    def work(name: str, seconds: float) -> None:
        log.append(f"{name} begins")
        time.sleep(seconds)
        log.append(f"{name} ends")

    await asyncio.gather(
        workshop.made(LARGE, partial(work, "large", 0.3)),
        workshop.made(LARGE, partial(work, "other", 0.0)),
        workshop.made(100_000, partial(work, "small", 0.0)),
    )
    assert log == ["large begins", "small begins", "small ends", "large ends", "other begins", "other ends"]
