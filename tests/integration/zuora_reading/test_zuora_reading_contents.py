"""What is told of the contents of exports: differences, drift, findings, pictures, and the exports themselves."""

import asyncio
import time
from typing import Any
from uuid import UUID

import msgspec
import pytest

from integration.zuora_reading.shelf import VAULT, Reader, Shelf, call, drifted, two_versions
from pressroom_common.database import Database
from pressroom_common.internal_scope import Caller
from pressroom_common.zuora_reads import Diff, Drift, Export, Exports, Findings
from pressroom_zuora_sync.reading import comparing, contents, drifting, linting
from pressroom_zuora_sync.reading.contents import Contents
from pressroom_zuora_sync.reading.drifting import Drifting
from pressroom_zuora_sync.reading.repository import PostgresStored
from unit.zuora_exports.specimens import Json, link, start, task


async def test_a_diff_is_of_the_newest_and_the_one_before_unless_told_otherwise(shelf: Shelf, reader: Reader):
    id_ = await two_versions(shelf, call(url="https://a.com"), call(url="https://b.com"))
    await shelf.version(id_, "Bills", [call(url="https://c.com")], [start(1)])
    newest = await reader.ask(Diff, f"/workflows/{id_}/diff")
    assert (newest.left, newest.right, newest.equal) == ("version 2", "version 3", False)
    assert [(field.before, field.after) for field in newest.changes[0].fields] == [("https://b.com", "https://c.com")]
    all_ = await reader.ask(Diff, f"/workflows/{id_}/diff", from_=1, to=3)
    assert [(field.before, field.after) for field in all_.changes[0].fields] == [("https://a.com", "https://c.com")]
    assert (await reader.ask(Diff, f"/workflows/{id_}/diff", from_=2, to=2)).equal
    assert await reader.refusal(f"/workflows/{id_}/diff", from_=1, to=4) == (404, "not_found")


async def test_a_changed_secret_is_told_and_not_shown(shelf: Shelf, reader: Reader):
    id_ = await two_versions(shelf, call("CANARY1"), call("CANARY2"))
    found = await reader.get(f"/workflows/{id_}/diff")
    assert "CANARY" not in found.text
    (field,) = Diff.model_validate_json(found.content).changes[0].fields
    assert (field.path, field.before, field.after) == ("parameters.basic_auth.password", "[redacted]", "[redacted]")


async def test_the_first_version_has_none_before_it(shelf: Shelf, reader: Reader):
    id_ = await shelf.workflow(await shelf.environment(), "Bills", [])
    found = await reader.get(f"/workflows/{id_}/diff")
    assert (found.status_code, found.json()["code"]) == (404, "not_found")
    assert "no version before version 1" in found.json()["detail"]
    assert await reader.refusal(f"/workflows/{id_}/diff", to=1) == (404, "not_found")
    never = await shelf.workflow(await shelf.environment(), "Never")
    for path in ("diff", "export", "graph.svg"):
        found = await reader.get(f"/workflows/{never}/{path}")
        assert (found.status_code, "could be exported yet" in found.json()["detail"]) == (404, True)


async def test_a_diff_of_very_many_changes_says_that_it_is_cut(
    shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparing, "MOST_CHANGES", 3)
    id_ = await shelf.workflow(await shelf.environment(), "Bills", [])
    await shelf.version(id_, "Bills", [task(number, str(number)) for number in range(1, 5)])
    found = await reader.ask(Diff, f"/workflows/{id_}/diff")
    assert (len(found.changes), found.truncated) == (3, True)


def much(seed: str) -> list[Json]:
    return [task(number, f"T{number}", **{f"f{n}": f"{seed}{n} " * 500 for n in range(50)}) for number in range(1, 60)]


async def test_a_diff_of_very_much_is_cut_at_a_number_of_bytes(shelf: Shelf, reader: Reader):
    id_ = await shelf.workflow(await shelf.environment(), "Bills", much("a"))
    await shelf.version(id_, "Bills", much("b"))
    found = await reader.get(f"/workflows/{id_}/diff")
    diff = Diff.model_validate_json(found.content)
    assert diff.truncated
    assert diff.changes
    assert len(found.content) < comparing.MOST_BYTES * 1.5


async def test_one_change_of_very_much_is_cut_and_says_so(
    shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparing, "MOST_BYTES", 20_000)
    id_ = await shelf.workflow(await shelf.environment(), "Bills", much("ä")[:1])
    await shelf.version(id_, "Bills", much("ö")[:1])
    found = await reader.get(f"/workflows/{id_}/diff")
    diff = Diff.model_validate_json(found.content)
    (change,) = diff.changes
    assert (diff.truncated, change.truncated) == (True, True)
    assert 1 <= len(change.fields) < 50
    assert len(found.content) < 21_000


async def test_a_page_of_findings_ends_where_much_was_told(
    shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(linting, "MOST_BYTES", 1_500)
    environment = await shelf.environment()
    for name in "AB":
        await shelf.workflow(environment, name * 300, [task(number, f"{number}") for number in range(3)])
    await shelf.workflow(environment, "Sound", [task(1, "x", "If")], [start(1)])
    pages = await reader.all_pages("/lint", environment_id=environment)
    assert all(len(msgspec.json.encode(page)) < 1_600 for page in pages)
    assert sum(map(len, pages)) == 12
    assert len({(item["workflow"], item["rule"], item["task"]) for page in pages for item in page}) == 12


async def test_a_page_of_drift_ends_where_much_was_shown(shelf: Shelf, reader: Reader):
    left, right = await shelf.environment(), await shelf.environment()
    for name in "ABC":
        await shelf.workflow(left, name, much("a"))
        await shelf.workflow(right, name, much("b"))
    pages = await reader.all_pages("/drift", left=left, right=right)
    assert [[item["name"] for item in page] for page in pages] == [["A"], ["B"], ["C"]]


async def test_drift_tells_what_is_different_by_name_and_not_by_id(shelf: Shelf, reader: Reader):
    left, right = await drifted(shelf)
    found = await reader.ask(Drift, "/drift", left=left, right=right)
    assert (found.equal, found.different, found.left_only, found.right_only, found.ambiguous) == (2, 3, 1, 1, 1)
    assert [(item.name, item.state) for item in found.items] == [
        ("C", "different"),
        ("D", "different"),
        ("E", "left_only"),
        ("F", "right_only"),
        ("G", "ambiguous"),
        ("N", "different"),
    ]
    secret, kind, *_, never = (item.changes for item in found.items)
    assert [(field.before, field.after) for field in secret[0].fields] == [("[redacted]", "[redacted]")]
    assert [(field.path, field.before, field.after) for field in kind[0].fields] == [
        ("action_type", "Callout", "Email")
    ]
    assert [field.after for field in never[0].fields] == ["none could be stored yet"]
    assert "CANARY" not in found.model_dump_json()


async def test_pages_of_drift_tell_each_once_and_the_same_counts(shelf: Shelf, reader: Reader):
    left, right = await drifted(shelf)
    pages = await reader.all_pages("/drift", left=left, right=right, limit=4)
    assert ["".join(item["name"] for item in page) for page in pages] == ["CDEF", "GN"]


async def test_a_page_of_drift_ends_where_much_was_told(shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drifting, "MOST_CHANGES", 1)
    left, right = await drifted(shelf)
    pages = await reader.all_pages("/drift", left=left, right=right)
    assert ["".join(item["name"] for item in page) for page in pages] == ["C", "D", "EFGN"]


async def test_drift_is_of_two_environments(shelf: Shelf, reader: Reader):
    left = await shelf.environment()
    assert await reader.refusal("/drift", left=left, right=left) == (422, "invalid_request")
    assert await reader.refusal("/drift", left=left, right=UUID(int=5)) == (404, "not_found")


async def test_a_second_look_at_drift_opens_no_export_that_it_does_not_show(shelf: Shelf, shelves: Database):
    left, right = await drifted(shelf)
    opened: list[int] = []

    class Counted(PostgresStored):
        async def sealed(self, tenant_id: Any, keys: Any) -> Any:
            opened.append(len(keys))
            return await super().sealed(tenant_id, keys)

    stored = Counted(shelves)
    looked = Contents(stored, VAULT)
    drift = Drifting(stored, looked, comparing.Comparing(stored, looked))
    caller = Caller(shelf.tenant_id, "viewer")
    await drift.drift(caller, left, right, 2, None)
    assert opened == [9, 4]
    await drift.drift(caller, left, right, 2, None)
    assert opened == [9, 4, 4]


async def test_names_longer_than_a_cursor_are_names(shelf: Shelf, reader: Reader):
    left, right = await shelf.environment(), await shelf.environment()
    names = sorted("\u0001x€" * 700 + str(number) for number in range(5))
    for name in names:
        await shelf.workflow(left, name, [])
    pages = await reader.all_pages("/drift", left=left, right=right, limit=2)
    assert sorted(item["name"] for page in pages for item in page) == names


async def test_findings_tell_the_workflow_the_task_and_the_rule(shelf: Shelf, reader: Reader):
    id_ = await shelf.workflow(await shelf.environment(), "Bills", [call(), task(2, "Lost", "Delay")], [start(1)])
    found = await reader.ask(Findings, "/lint", workflow_id=id_)
    assert (found.workflows, found.next_cursor) == (1, None)
    assert [(item.workflow_id, item.workflow, item.rule, item.severity, item.task) for item in found.items] == [
        (id_, "Bills", "plaintext_secret", "error", "Call"),
        (id_, "Bills", "orphan", "warning", "Lost"),
        (id_, "Bills", "no_failure_branch", "info", "Call"),
    ]
    assert "CANARY" not in found.model_dump_json()


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 200])
async def test_pages_of_findings_tell_each_once(shelf: Shelf, reader: Reader, limit: int):
    environment = await shelf.environment()
    for name in "ABC":
        await shelf.workflow(environment, name, [task(number, f"{name}{number}") for number in range(1, 3)])
        await shelf.workflow(environment, "Sound", [task(1, "x", "If")], [start(1)])
    await shelf.workflow(environment, "Never")
    pages = await reader.all_pages("/lint", environment_id=environment, limit=limit)
    told = [(item["rule"], item["task"]) for page in pages for item in page]
    tasks = [(name, number) for name in "ABC" for number in (1, 2)]
    assert sorted(told) == sorted((rule, f"{name}{n}") for name, n in tasks for rule in ("orphan", "no_failure_branch"))
    assert all(len(page) <= limit for page in pages)


async def test_a_page_looks_at_a_bounded_number_of_bytes(shelf: Shelf, reader: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contents, "MOST_BYTES", 25_000)
    environment = await shelf.environment()
    for name in "ABCD":
        await shelf.workflow(environment, name, [task(1, name, note="x" * 10_000)])
    found = await reader.ask(Findings, "/lint")
    assert found.workflows == 2
    assert [len(page) for page in await reader.all_pages("/lint")] == [4, 4]
    assert [len(page) for page in await reader.all_pages("/exports")] == [2, 2]


async def test_a_picture_is_svg_that_runs_nothing(shelf: Shelf, reader: Reader):
    tasks = [task(1, "<script>"), task(2, "B")]
    id_ = await shelf.workflow(await shelf.environment(), "Bills & <b>", tasks, [start(1), link(1, 2), link(2, 1)])
    await shelf.version(id_, "Bills", [])
    newest = await reader.get(f"/workflows/{id_}/graph.svg")
    assert newest.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in newest.headers["content-security-policy"]
    assert 'class="box"' not in newest.text
    first = (await reader.get(f"/workflows/{id_}/graph.svg", version=1)).text
    assert (first.count('class="box"'), first.count('class="arrow loop"')) == (2, 2)
    assert "<script>" not in first
    assert "Bills &amp; &lt;b&gt;, version 1" in first
    assert await reader.refusal(f"/workflows/{id_}/graph.svg", version=3) == (404, "not_found")


async def test_an_export_is_redacted_unless_an_administrator_wants_it_whole(
    shelf: Shelf, reader: Reader, admin: Reader
):
    id_ = await two_versions(shelf, call("CANARY1", x="a\u0000b"), call("CANARY2"))
    path = f"/workflows/{id_}/export"
    found = await reader.get(path)
    assert "CANARY" not in found.text
    shown = Export.model_validate_json(found.content)
    assert (shown.version, shown.redacted, shown.workflow_id) == (2, True, id_)
    assert shown.export["tasks"][0]["parameters"]["basic_auth"] == {"password": "[redacted]"}
    assert await reader.refusal(path, secrets=True) == (403, "forbidden")
    whole = await admin.get(path, secrets=True, version=1)
    assert whole.headers["cache-control"] == "no-store"
    export = Export.model_validate_json(whole.content)
    assert (export.version, export.redacted) == (1, False)
    assert export.export["tasks"] == [call("CANARY1", x="a\u0000b")]
    assert await reader.refusal(path, version=3) == (404, "not_found")


@pytest.mark.parametrize("role", ["viewer", "editor", "service", ""])
async def test_no_lesser_role_gets_secrets(shelf: Shelf, app: Any, role: str):
    await shelf.workflow(await shelf.environment(), "Bills", [call()])
    assert await Reader(app, shelf.tenant_id, role).refusal("/exports", secrets=True) == (403, "forbidden")


async def test_exports_are_told_page_by_page_for_a_backup(shelf: Shelf, reader: Reader, admin: Reader):
    left, right = await shelf.environment(), await shelf.environment()
    made = [str(await shelf.workflow(left, f"W{number}", [call()])) for number in range(5)]
    await shelf.workflow(left, "Never")
    await shelf.workflow(left, "Old", [call()], deleted=True)
    await shelf.workflow(right, "Other", [call()])
    pages = await reader.all_pages("/exports", environment_id=left, limit=2)
    assert [item["workflow_id"] for page in pages for item in page] == made
    assert "CANARY" not in str(pages)
    whole = await admin.ask(Exports, "/exports", secrets=True)
    assert len(whole.items) == 6
    assert all(item.export["tasks"] == [call()] and not item.redacted for item in whole.items)


async def test_a_large_export_holds_nobody_up(shelf: Shelf, reader: Reader, admin: Reader):
    """8 MB, while another one asks for a small list again and again."""
    blob = "nothing: to = see here " * 350_000
    id_ = await shelf.workflow(await shelf.environment(), "Large", [call(script=blob)], [start(1)])
    await shelf.version(id_, "Large", [call(script=f"{blob}!")], [start(1)])
    done = asyncio.gather(
        reader.get(f"/workflows/{id_}/diff"),
        reader.get("/lint"),
        admin.get(f"/workflows/{id_}/export", secrets=True),
    )
    longest = 0.0
    while not done.done():
        began = time.monotonic()
        assert (await reader.get(f"/workflows/{id_}")).status_code == 200
        longest = max(longest, time.monotonic() - began)
    diff, lint, export = await done
    assert {answer.status_code for answer in (diff, lint, export)} == {200}
    assert len(diff.content) < 20_000
    assert msgspec.json.decode(export.content)["export"]["tasks"] == [call(script=f"{blob}!")]
    assert longest < 2
