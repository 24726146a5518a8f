"""What a backup leaves in a folder, and what it never touches."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pressroom_client import PressroomError, backup
from pressroom_client.backup import NOTES, Backup
from pressroom_client.backup_names import file_name, folders, safe_name
from unit.client.backups import ENVIRONMENT, PLACE, TENANT, backed_up, environment, export, files, open_to_others


def test_an_export_that_cannot_be_read_stops_no_other_and_keeps_its_file(tmp_path: Path) -> None:
    backed_up(tmp_path, export(1), export(12), export(3))
    before = (tmp_path / PLACE / "Dunning-12.json").read_bytes()
    odd = export(12, "Renamed").model_copy(update={"export": {}, "error": "Version 2 cannot be read."})
    changes = backed_up(tmp_path, export(1), odd, export(3, note="new")).changes
    assert (changes.failed, changes.unchanged, len(changes.written)) == (["Version 2 cannot be read."], 1, 1)
    assert (tmp_path / PLACE / "Dunning-12.json").read_bytes() == before
    assert changes.removed == []
    assert len(backed_up(tmp_path, export(1), export(3)).changes.removed) == 1


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Dunning", "Dunning"),
        ("Größe (neu) \u2013 2", "Größe (neu) - 2"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d*e?f", "a-b-c-d-e-f"),
        (".git", "git"),
        ("-rf", "rf"),
        ("nul", "nul-"),
        ("COM1.txt", "COM1.txt-"),
        ("line\nbreak\0", "line-break"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("ä" * 90, "ä" * 50),
    ],
)
def test_every_name_is_one_that_file_systems_take(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_names_that_would_share_a_folder_are_told_apart_by_their_ids() -> None:
    known = [environment("A/B", "x"), environment("A:B", "x"), environment("a-b", "x"), environment("Other", "x")]
    places = folders(known)
    assert len({str(place).casefold() for place in places.values()}) == 4
    assert str(places[known[3].id]) == "Other/x"
    one = uuid4()
    twins = folders([environment("A", "x!", one), environment("A", "x?", one)])
    assert len(set(twins.values())) == 2


def test_workflows_of_one_name_have_files_of_their_own() -> None:
    assert file_name(export(1)) != file_name(export(2))


def test_each_workflow_is_one_file_that_zuora_can_import(tmp_path: Path) -> None:
    changes = backed_up(tmp_path, export(1), export(2, "Größe/neu")).changes
    assert files(tmp_path) == {"Acme/production/Dunning-1.json", "Acme/production/Größe-neu-2.json"}
    assert sorted(changes.written) == sorted(files(tmp_path))
    assert set(json.loads((tmp_path / "Acme/production/Dunning-1.json").read_text())) == {
        "workflow",
        "tasks",
        "linkages",
    }


def test_what_is_as_it_was_is_not_touched_and_what_is_gone_is_removed(tmp_path: Path) -> None:
    backed_up(tmp_path, export(1), export(2), export(3))
    kept = tmp_path / "Acme/production/Dunning-1.json"
    before = kept.stat().st_mtime_ns
    changes = backed_up(tmp_path, export(1), export(2, tasks=[{"id": 7}])).changes
    assert kept.stat().st_mtime_ns == before
    assert changes.written == ["Acme/production/Dunning-2.json"]
    assert (changes.removed, changes.unchanged) == (["Acme/production/Dunning-3.json"], 1)


def test_files_of_others_stay(tmp_path: Path) -> None:
    backed_up(tmp_path, export(1))
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "Acme/production/mine-9.json").write_text("{}")
    backed_up(tmp_path)
    assert files(tmp_path) == {"README.md", "Acme/production/mine-9.json"}


def test_nothing_is_removed_where_the_exports_broke_off(tmp_path: Path) -> None:
    backed_up(tmp_path, export(1), export(2))

    def broken() -> Any:
        yield export(1)
        raise PressroomError(503, "unavailable", "away")

    with pytest.raises(PressroomError):
        Backup(tmp_path, TENANT).keep(ENVIRONMENT, PLACE, broken())
    assert len(files(tmp_path)) == 2


def test_what_an_interrupted_backup_wrote_is_removed_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_MOST_TOGETHER", 2)
    backed_up(tmp_path, export(1))

    def interrupted() -> Any:
        yield from (export(2), export(3), export(4))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Backup(tmp_path, TENANT).keep(ENVIRONMENT, PLACE, interrupted())
    assert len(files(tmp_path)) == 3
    assert backed_up(tmp_path, export(3)).changes.unchanged == 1
    assert files(tmp_path) == {"Acme/production/Dunning-3.json"}


def test_a_backup_that_dies_while_it_writes_has_noted_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(self: Backup, path: str, text: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Backup, "_write", dies)
        with pytest.raises(KeyboardInterrupt):
            backed_up(tmp_path, export(1))
    assert Backup(tmp_path, TENANT).paths == [NOTES, "Acme/production/Dunning-1.json"]


def test_environments_that_are_gone_go_and_a_swapped_name_takes_the_file_over(tmp_path: Path) -> None:
    other = uuid4()
    kept = Backup(tmp_path, TENANT)
    kept.keep(ENVIRONMENT, PLACE, [export(1)])
    kept.keep(other, PLACE.with_name("sandbox"), [export(1)])
    again = Backup(tmp_path, TENANT)
    again.keep(other, PLACE, [export(1)])
    again.keep(ENVIRONMENT, PLACE.with_name("sandbox"), [export(1)])
    assert len(files(tmp_path)) == 2
    again.forget_others([other])
    assert files(tmp_path) == {"Acme/production/Dunning-1.json"}
    assert not (tmp_path / "Acme/sandbox").exists()


def test_the_folder_of_another_tenant_is_refused(tmp_path: Path) -> None:
    backed_up(tmp_path, export(1))
    with pytest.raises(PressroomError, match="another tenant"):
        Backup(tmp_path, uuid4())


@pytest.mark.parametrize("path", ["../outside/x.json", "/etc/x/y.json", "README.md", "a/b/c.txt", "a/../b.json"])
def test_notes_that_somebody_wrote_to_remove_nothing_else(tmp_path: Path, path: str) -> None:
    folder, outside = tmp_path / "backup", tmp_path / "outside"
    outside.mkdir()
    (outside / "x.json").write_text("{}")
    backed_up(folder, export(1))
    (folder / "README.md").write_text("mine")
    told = json.loads((folder / NOTES).read_text())
    told["environments"][str(ENVIRONMENT)].append(path)
    (folder / NOTES).write_text(json.dumps(told))
    assert backed_up(folder).changes.removed == ["Acme/production/Dunning-1.json"]
    assert (outside / "x.json").exists()
    assert (folder / "README.md").exists()


def test_files_with_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    backed_up(folder, export(1), private=True)
    assert open_to_others(folder) == []


@pytest.mark.parametrize("environments", [5, {"x": 5}, {"x": [{}]}, {"x": "abc"}, None])
def test_broken_notes_are_told_in_words(tmp_path: Path, environments: Any) -> None:
    (tmp_path / NOTES).write_text(json.dumps({"tenant_id": str(TENANT), "environments": environments}))
    with pytest.raises(PressroomError, match="is broken: take it from a copy, or delete it"):
        Backup(tmp_path, TENANT)


@pytest.mark.parametrize("linked", ["Acme", "Acme/production"])
def test_links_are_not_followed(tmp_path: Path, linked: str) -> None:
    folder, outside = tmp_path / "backup", tmp_path / "outside"
    backed_up(folder, export(1))
    (folder / linked).rename(outside)
    (folder / linked).symlink_to(outside)
    for exports in ([export(1), export(2)], []):
        with pytest.raises(PressroomError, match=rf"{linked} is a symbolic link"):
            backed_up(folder, *exports)
    assert len(list(outside.rglob("*.json"))) == 1
    (folder / NOTES).unlink()
    with pytest.raises(PressroomError, match=rf"{linked} is a symbolic link"):
        backed_up(folder, export(2))
    assert len(list(outside.rglob("*.json"))) == 1


def test_what_a_killed_backup_was_writing_is_removed_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(tmp_path, export(1))

    def killed(self: Path, target: Path) -> Path:
        raise SystemExit

    with monkeypatch.context() as killing:
        killing.setattr(Path, "replace", killed)
        killing.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            Backup(tmp_path, TENANT)._write("Acme/production/Dunning-1.json", "CANARY")
    (left,) = tmp_path.rglob(".pressroom-????????")
    mine = left.with_name(".pressroom-mine")
    mine.write_text("mine")
    backed_up(tmp_path, export(1))
    assert (left.exists(), mine.exists()) == (False, True)


def test_a_backup_that_is_interrupted_while_it_writes_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def interrupted(self: Path, target: Path) -> Path:
        seen.append(self.stat().st_mode & 0o777)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        backed_up(tmp_path, export(1), private=True)
    assert (seen, list(tmp_path.iterdir())) == ([0o600], [])


def test_a_workflow_renamed_in_case_alone_is_kept_where_case_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_MOST_TOGETHER", 1)
    backed_up(tmp_path, export(1))
    old, new = (tmp_path / "Acme/production" / name for name in ("Dunning-1.json", "dunning-1.json"))

    def renamed() -> Any:
        yield export(1, "dunning")
        old.unlink()
        old.hardlink_to(new)  # one file by two names

    kept = Backup(tmp_path, TENANT)
    kept.keep(ENVIRONMENT, PLACE, renamed())
    assert (kept.changes.removed, old.exists(), new.exists()) == ([], True, True)
    backed_up(tmp_path, export(2))
    assert files(tmp_path) == {"Acme/production/Dunning-1.json", "Acme/production/Dunning-2.json"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "Acme").write_text("a file")
    with pytest.raises(PressroomError, match="cannot be written"):
        backed_up(tmp_path, export(1))
