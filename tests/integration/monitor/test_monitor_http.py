"""What the monitor tells others, and whom it tells."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from integration.monitor.database import HistoryDatabase
from integration.monitor.gateway import SECRET
from integration.monitor.process import RunningMonitor, eventually
from integration.monitor.test_monitor_events import KIND, shows
from pressroom_common.contracts import Transition
from pressroom_common.ids import uuid7
from pressroom_common.reads import Attempts, Stats, Workers
from pressroom_common.service_tokens import ServiceToken, sign
from pressroom_monitor.fold import fold
from unit.monitor.events import TENANT, at, heartbeat, snapshot, transition, usage_of

OTHER = UUID("0198f000-0000-7000-8000-000000000002")
PATHS = ("/internal/stats", "/internal/workers", f"/internal/jobs/{uuid7()}/attempts")


def bearer(token: ServiceToken, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(token, secret)}"}


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_is_told_without_a_valid_token(monitor: RunningMonitor, path: str) -> None:
    right = ServiceToken("gateway", "monitor", "", "super-admin")
    wrong = [
        {},
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer nonsense"},
        bearer(right, "another secret, also longer than 32 characters"),
        bearer(ServiceToken("gateway", "gateway", "", "super-admin")),
    ]
    assert [(await monitor.http.get(path, headers=headers)).status_code for headers in wrong] == [401] * 5


@pytest.mark.parametrize("path", PATHS)
async def test_only_the_gateway_and_only_super_admins_see_all(monitor: RunningMonitor, path: str) -> None:
    tokens = [ServiceToken("generator", "monitor", "", "super-admin"), ServiceToken("gateway", "monitor", "", "viewer")]
    assert [(await monitor.http.get(path, headers=bearer(token))).status_code for token in tokens] == [403, 403]


class TestReads:
    """Three ends of one tenant, one of another, now; and one of an hour ago."""

    @pytest.fixture
    async def told(self, monitor: RunningMonitor) -> RunningMonitor:
        history, now = monitor.tables, datetime.now(UTC)
        await fold_in(history, ended("completed", TENANT, seconds=2.0))
        await fold_in(history, ended("completed", TENANT, seconds=4.0, execution_mode="sync"))
        await fold_in(history, ended("failed", TENANT), ended("cancelled", OTHER))
        await fold_in(history, transition("processing", 1, job_id=uuid7()))
        old = transition("failed", 1, job_id=uuid7(), at=now.replace(year=now.year - 1), created_at=at(0))
        await fold_in(history, old)
        run = snapshot("completed", 2, job_id=uuid7(), usage=usage_of(70, 7), time=now)
        await history.history.fold(fold([run], (), [heartbeat(), heartbeat("generator-2", stopped=True)]))
        return monitor

    async def test_stats_of_all_tenants(self, told: RunningMonitor) -> None:
        stats = Stats.model_validate((await told.get("/internal/stats")).json())
        assert (stats.workers.alive, stats.workers.stopped, stats.workers.stale) == (1, 1, 0)
        assert stats.jobs.total == 6
        assert stats.jobs.by_status == {"completed": 2, "failed": 2, "cancelled": 1, "processing": 1}
        assert (stats.jobs.last_hour.completed, stats.jobs.last_hour.failed, stats.jobs.last_hour.cancelled) == (
            2,
            1,
            1,
        )
        assert stats.jobs.last_hour.failure_rate == pytest.approx(1 / 3)
        assert stats.jobs.last_day == stats.jobs.last_hour
        assert [(kind.kind, kind.p50_seconds, kind.completed) for kind in stats.metrics.durations] == [(KIND, 3.0, 2)]
        assert stats.metrics.durations[0].p95_seconds == pytest.approx(3.9)
        assert [(mode.execution_mode, mode.completed, mode.failed, mode.cancelled) for mode in stats.metrics.modes] == [
            ("async", 1, 1, 1),
            ("sync", 1, 0, 0),
        ]
        assert [(mode.p50_seconds, mode.failure_rate) for mode in stats.metrics.modes] == [(2.0, 0.5), (4.0, 0.0)]
        assert stats.metrics.tokens_last_day.total == 77
        assert stats.metrics.throughput_per_minute == 4 / 5

    async def test_stats_of_one_tenant(self, told: RunningMonitor) -> None:
        stats = Stats.model_validate((await told.get("/internal/stats", tenant=str(OTHER), role="viewer")).json())
        assert stats.jobs.by_status == {"cancelled": 1}
        assert (stats.jobs.last_hour.cancelled, stats.jobs.last_hour.failure_rate) == (1, None)
        assert stats.metrics.durations == ()
        assert [(mode.cancelled, mode.p50_seconds) for mode in stats.metrics.modes] == [(1, None)]
        assert stats.metrics.tokens_last_day.total == 0

    async def test_workers(self, told: RunningMonitor) -> None:
        found = Workers.model_validate((await told.get("/internal/workers")).json()).items
        assert [(worker.name, worker.state, worker.pid) for worker in found] == [
            ("generator-1", "alive", 7),
            ("generator-2", "stopped", 7),
        ]
        assert found[0].slots == {"high": 20, "default": 50, "low": 10}

    async def test_workers_belong_to_no_tenant(self, told: RunningMonitor) -> None:
        assert (await told.get("/internal/workers", tenant=str(TENANT))).status_code == 403


async def fold_in(history: HistoryDatabase, *log: Transition) -> None:
    await history.history.fold(fold(transitions=log))


def ended(status: str, tenant: UUID, seconds: float = 1.0, **fields: Any) -> Transition:
    now = datetime.now(UTC)
    created_at = now - (at(seconds) - at(0))
    return transition(status, 1, job_id=uuid7(), tenant_id=tenant, at=now, created_at=created_at, **fields)


async def test_attempts_of_a_job_are_told_to_its_tenant_alone(monitor: RunningMonitor) -> None:
    job = uuid7()
    run = [snapshot("failed", 2, job_id=job), snapshot("completed", 5, job_id=job, attempt=2, ended_at=at(3))]
    await monitor.tables.history.fold(fold(run))
    path = f"/internal/jobs/{job}/attempts"
    found = Attempts.model_validate((await monitor.get(path, tenant=str(TENANT), role="viewer")).json()).items
    assert [(tried.attempt, tried.state, tried.seconds) for tried in found] == [
        (1, "failed", None),
        (2, "completed", 3),
    ]
    assert (await monitor.get(path)).status_code == 200
    assert (await monitor.get(path, tenant=str(OTHER))).status_code == 404
    assert (await monitor.get(f"/internal/jobs/{uuid7()}/attempts")).status_code == 404


async def test_a_job_that_nobody_has_tried_yet_has_no_attempts(monitor: RunningMonitor) -> None:
    job = uuid7()
    await fold_in(monitor.tables, transition("pending", 1, job_id=job))
    assert (await monitor.get(f"/internal/jobs/{job}/attempts")).json() == {"items": []}


async def test_a_silent_worker_shows_as_stale(monitor: RunningMonitor) -> None:
    await monitor.tell(heartbeat("talks"), heartbeat("silent"))
    await monitor.folded("SELECT count(*) FROM workers", 2)
    await monitor.tables.execute("UPDATE workers SET heard_at = heard_at - interval '121 s' WHERE name = 'silent'")
    await eventually(lambda: shows(monitor, 1, "workers", state="stale"))
    assert await shows(monitor, 1, "workers", state="alive")
    assert await monitor.metric("worker_heartbeat_age_seconds", worker="silent", service="generator") > 121
    await monitor.tell(heartbeat("silent", at(10)))
    await eventually(lambda: shows(monitor, 2, "workers", state="alive"))
    assert await shows(monitor, 0, "workers", state="stale")
