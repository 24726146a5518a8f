"""What the provider refuses is tried again when the policy says so, or not at all."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from integration.delivery.rows import Rows
from integration.delivery.system import RETRY_BACKOFF, System
from pressroom_gateway.ledger.policy import Policy

POLICY = Policy(backoff=RETRY_BACKOFF)
LATE = timedelta(seconds=15)
"""Of a busy machine."""
TRANSIENT: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 503},
    {"status": 408},
    {"kind": "rate_limited"},  # without Retry-After
    {"kind": "connection_reset"},
    {"kind": "malformed_json"},
    {"kind": "broken_stream"},
]
PERMANENT: list[dict[str, Any]] = [
    {"status": 400},
    {"status": 401},
    {"status": 404},
    {"status": 422},
    {"kind": "insufficient_quota"},
]


async def test_transient_errors_are_retried_at_the_times_of_the_policy(system: System) -> None:
    await system.start_worker()
    ids = await _submit_against(system, TRANSIENT, times=2)
    rows = await system.check(ids)

    for id_ in ids:
        assert (rows.jobs[id_].status, rows.jobs[id_].attempt) == ("completed", 3)
        first, second, third = rows.calls[id_]
        _assert_retried_in_time(rows, id_, tried=1, sent_at=second.sent_at)
        _assert_retried_in_time(rows, id_, tried=2, sent_at=third.sent_at)
        assert (first.attempt, second.attempt, third.attempt) == (1, 2, 3)


async def test_the_last_transient_error_fails_the_job(system: System) -> None:
    await system.start_worker()
    [id_] = await _submit_against(system, [{"status": 500}], times=None)
    rows = await system.check([id_])

    assert (rows.jobs[id_].status, rows.jobs[id_].attempt) == ("failed", POLICY.max_attempts)
    assert [call.outcome for call in rows.calls[id_]] == ["refused"] * POLICY.max_attempts
    assert (await system.shown(id_))["error"]["code"] == "provider_failed"


async def test_permanent_errors_fail_at_once(system: System) -> None:
    await system.start_worker()
    ids = await _submit_against(system, PERMANENT, times=None)
    rows = await system.check(ids)

    for id_ in ids:
        assert [entry.status for entry in rows.log[id_]] == ["pending", "processing", "failed"]
        assert [call.outcome for call in rows.calls[id_]] == ["refused"]
        error = (await system.shown(id_))["error"]
        assert (error["code"], error["retryable"]) == ("provider_rejected", False)


async def test_retry_after_snoozes_without_using_an_attempt(system: System) -> None:
    seconds = 1.5
    times = POLICY.max_attempts + 1  # more often than there are attempts
    await system.start_worker()
    [id_] = await _submit_against(system, [{"kind": "rate_limited", "retry_after": seconds}], times=times)
    rows = await system.check([id_])

    assert (rows.jobs[id_].status, rows.jobs[id_].attempt, rows.runs[id_].claims) == ("completed", 1, 1)
    assert [entry.status for entry in rows.log[id_]].count("scheduled") == times
    refused, answered = rows.calls[id_][:-1], rows.calls[id_][-1]
    assert {call.outcome for call in refused} == {"refused"}
    for before, after in zip(refused, [*refused[1:], answered], strict=True):
        assert before.ended_at is not None
        pause = after.sent_at - before.ended_at
        assert timedelta(seconds=seconds) <= pause < timedelta(seconds=seconds) + LATE


async def _submit_against(system: System, failures: list[dict[str, Any]], times: int | None) -> list[UUID]:
    """A job for each of these failures, which it alone meets so many times (None: always)."""
    prompts = [f"Write about failure {n} of the list" for n in range(len(failures))]
    matched = zip(failures, prompts, strict=True)
    await system.provider.behaves(fail=[failure | {"match": prompt, "times": times} for failure, prompt in matched])
    return await system.submit(*prompts)


def _assert_retried_in_time(rows: Rows, id_: UUID, tried: int, sent_at: datetime) -> None:
    failed_at = next(entry.at for entry in rows.log[id_] if (entry.status, entry.attempt) == ("retrying", tried + 1))
    due = failed_at + POLICY.back_off(id_, tried)
    assert due <= sent_at < due + LATE
