"""Ids that sort by time (RFC 9562, 5.7), and ids of events that are the same however often they are told."""

import time
from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.ids import first_uuid7, snapshot_id, uuid7
from protocol.profile import examples


def milliseconds(id_: UUID) -> int:
    return id_.int >> 80


def test_an_id_bears_version_variant_and_time() -> None:
    before = time.time_ns() // 1_000_000
    id_ = uuid7()
    assert (id_.version, id_.variant) == (7, RFC_4122)
    assert before <= milliseconds(id_) <= time.time_ns() // 1_000_000


def test_ids_sort_by_the_millisecond_that_made_them() -> None:
    ids = []
    for _ in range(5):
        ids.append(uuid7())
        time.sleep(0.002)
    assert sorted(ids) == ids
    assert sorted(ids, key=str) == ids


def test_ids_of_the_same_millisecond_differ() -> None:
    ids = [uuid7() for _ in range(20_000)]
    assert len(set(ids)) == len(ids)
    assert all((id_.version, id_.variant) == (7, RFC_4122) for id_ in ids)


def test_the_first_id_of_a_time_stands_between_what_was_made_before_and_what_is_made_from_then_on() -> None:
    before = uuid7()
    time.sleep(0.002)
    now = datetime.now(UTC)
    assert before < first_uuid7(now) < uuid7()


@examples(50)
@given(st.uuids(), st.integers(1, 9), st.integers(1, 99))
def test_an_event_has_the_id_of_what_it_tells(job_id: UUID, attempt: int, n: int) -> None:
    told = snapshot_id(job_id, attempt, n)
    assert told == snapshot_id(UUID(str(job_id)), attempt, n)
    assert told.version == 5
    assert len({told, snapshot_id(job_id, attempt + 1, n), snapshot_id(job_id, attempt, n + 1)}) == 3


def test_attempt_and_n_do_not_run_into_each_other() -> None:
    assert snapshot_id(UUID(int=1), 1, 11) != snapshot_id(UUID(int=1), 11, 1)
