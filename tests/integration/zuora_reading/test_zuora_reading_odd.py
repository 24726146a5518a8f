"""One export that cannot be read: it is told by itself, and stops nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from integration.zuora_reading.shelf import Reader, Shelf, call, drifted, two_versions
from pressroom_common.zuora_reads import Diff, Drift, Exports, Findings
from pressroom_zuora_sync.reading import comparing, contents, drifting, linting
from unit.zuora_exports.specimens import start

KEYS = "ZUORA_SYNC_SECRET_KEYS"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EventDict]]:
    """Of what is said there while the test runs."""
    monkeypatch.setattr(contents, "logger", structlog.get_logger())  # one that was used already keeps where it writes
    with capture_logs() as entries:
        yield entries


def _fails(*exports: Any) -> Any:
    raise TypeError("CANARY")


async def test_an_odd_export_is_no_trouble_of_the_others(
    shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch, log: list[EventDict]
):
    left, right = await drifted(shelf)
    real = linting.faults, drifting.meaning, comparing.difference

    def odd(nth: int) -> Any:
        return lambda *exports: (_fails if exports[0].workflow["name"] == "A" else real[nth])(*exports)

    monkeypatch.setattr(linting, "faults", odd(0))
    monkeypatch.setattr(drifting, "meaning", odd(1))
    monkeypatch.setattr(comparing, "difference", odd(2))
    findings = await reader.ask(Findings, "/lint", environment_id=left)
    assert [item.rule for item in findings.items if item.workflow == "A"] == ["unreadable"]
    assert {item.workflow for item in findings.items} > set("BCD")
    found = await reader.ask(Drift, "/drift", left=left, right=right)
    states = {item.name: item for item in found.items}
    assert (states["A"].state, states["C"].state, found.equal) == ("different", "different", 1)
    assert [field.path for field in states["A"].changes[0].fields] == ["export"]
    assert {entry["event"] for entry in log} == {"an export cannot be looked at"}
    assert "CANARY" not in str(log)


SPOILT = [None, b"CANARY", b'{"workflow": {"name": "CANARY"}}', b"[" * 200 + b"]" * 200]


@pytest.mark.parametrize("spoilt", SPOILT, ids=["locked", "no JSON", "no tasks", "too deep"])
async def test_lint_and_drift_tell_of_the_others_as_well(
    shelf: Shelf, reader: Reader, log: list[EventDict], spoilt: bytes | None
):
    left, right = await shelf.environment(), await shelf.environment()
    for name in "ABC":
        id_ = await shelf.workflow(left, name, [call()], [start(1)])
        await shelf.workflow(right, name, [call("OTHER" if name == "C" else "CANARY")], [start(1)])
        if name == "B":
            await (shelf.damage(id_) if spoilt is None else shelf.spoil(id_, spoilt))
    findings = await reader.ask(Findings, "/lint", environment_id=left)
    (odd,) = (item for item in findings.items if item.workflow == "B")
    assert (odd.rule, odd.severity) == ("unreadable", "error")
    assert "Version 1 of the workflow B cannot be read" in odd.detail
    assert (KEYS in odd.detail) == (spoilt is None)
    assert {item.workflow for item in findings.items} == set("ABC")
    for sides in ({"left": left, "right": right}, {"left": right, "right": left}):
        found = await reader.ask(Drift, "/drift", **sides)
        assert (found.equal, [(item.name, item.state) for item in found.items]) == (
            1,
            [("B", "different"), ("C", "different")],
        )
        (field,) = found.items[0].changes[0].fields
        broken, other = (field.before, field.after) if sides["left"] == left else (field.after, field.before)
        assert (field.path, other) == ("export", "cannot be compared")
        assert "Version 1 of the workflow B cannot be read" in broken
    assert {entry["event"] for entry in log} == {"an export cannot be looked at"}
    assert "CANARY" not in str(log)


@pytest.mark.parametrize("spoilt", SPOILT[:2], ids=["locked", "no JSON"])
async def test_a_backup_has_the_others_as_well(shelf: Shelf, admin: Reader, spoilt: bytes | None):
    environment = await shelf.environment()
    made = [await shelf.workflow(environment, name, [call()]) for name in "ABC"]
    await (shelf.damage(made[1]) if spoilt is None else shelf.spoil(made[1], spoilt))
    found = await admin.ask(Exports, "/exports", environment_id=environment, secrets=True)
    assert [(item.name, bool(item.export), item.error is None) for item in found.items] == [
        ("A", True, True),
        ("B", False, False),
        ("C", True, True),
    ]
    assert "Version 1 of the workflow B cannot be read" in (found.items[1].error or "")
    shown = await admin.ask(Exports, "/exports", environment_id=environment)
    assert all(item.export and item.error is None for item in shown.items)


async def test_a_single_one_whose_key_is_lost_is_told_with_what_to_do(shelf: Shelf, admin: Reader):
    id_ = await two_versions(shelf, call(), call())
    await shelf.damage(id_)
    for path, number in ((f"/workflows/{id_}/diff", 1), (f"/workflows/{id_}/export?secrets=true", 2)):
        found = await admin.get(path)
        assert (found.status_code, found.json()["code"]) == (409, "export_locked")
        assert f"Version {number} of the workflow Bills cannot be read" in found.json()["detail"]
        assert KEYS in found.json()["detail"]
    assert (await admin.get(f"/workflows/{id_}/export")).status_code == 200


async def test_a_diff_of_what_is_no_export_says_so(shelf: Shelf, admin: Reader):
    id_ = await two_versions(shelf, call(), call())
    await shelf.spoil(id_, b"CANARY")
    (change,) = (await admin.ask(Diff, f"/workflows/{id_}/diff")).changes
    assert [field.before for field in change.fields] == ["cannot be compared"]
    assert "Version 2 of the workflow Bills cannot be read" in change.fields[0].after
