"""What a backup leaves in a folder and in a repository, and what it never touches."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pressroom_client import PressroomError, backup
from pressroom_client.backup import NOTES, Backup
from pressroom_client.backup_git import GitFolder
from pressroom_client.backup_names import file_name, folders, safe_name
from pressroom_client.zuora_models import Environment, Export

TENANT, ENVIRONMENT = uuid4(), uuid4()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def environment(customer: str, name: str, customer_id: UUID | None = None) -> Environment:
    fields: dict[str, Any] = {"base_url": "https://rest.zuora.com", "client_id": "c"}
    ids = {"id": uuid4(), "customer_id": customer_id or uuid4()}
    return Environment(customer=customer, name=name, created_at=NOW, updated_at=NOW, **ids, **fields)


PLACE = folders([environment("Acme", "production")]).popitem()[1]


def export(zuora_id: int, name: str = "Dunning", **content: Any) -> Export:
    whole = {"workflow": {"name": name}, "tasks": [], "linkages": []} | content
    fields: dict[str, Any] = {"workflow_id": uuid4(), "version": 1, "redacted": True, "export": whole}
    return Export(zuora_id=zuora_id, name=name, **fields)


def backed_up(folder: Path, *exports: Export, private: bool = False) -> Backup:
    kept = Backup(folder, TENANT, private=private)
    kept.keep(ENVIRONMENT, PLACE, exports)
    return kept


def files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] not in {".git", NOTES}}


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
    backed_up(tmp_path, export(1), private=True)
    assert (tmp_path / "Acme/production/Dunning-1.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "Acme").write_text("a file")
    with pytest.raises(PressroomError, match="cannot be written"):
        backed_up(tmp_path, export(1))


@pytest.fixture
def without_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("EMAIL", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def committed(folder: Path, *exports: Export) -> str | None:
    kept = backed_up(folder, *exports)
    return GitFolder(folder).commit([*kept.paths, *kept.changes.removed], "Back up")


@pytest.mark.usefixtures("without_git_configuration")
def test_a_commit_is_made_where_something_changed_and_the_configuration_stays(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    first = committed(folder, export(1), export(2, "Größe"))
    assert first is not None
    configuration = (folder / ".git/config").read_text()
    assert committed(folder, export(1), export(2, "Größe")) is None
    second = committed(folder, export(1, tasks=[{"id": 1}]))
    assert second not in {None, first}
    assert git(folder, "show", "--name-status", "--format=", "-z").split("\0")[:6] == [
        *("M", NOTES, "M", "Acme/production/Dunning-1.json"),
        *("D", "Acme/production/Größe-2.json"),
    ]
    assert (folder / ".git/config").read_text() == configuration
    assert "user" not in configuration
    assert git(folder, "log", "-1", "--format=%an <%ae>") == "pressroom <pressroom@localhost>"


def repository_in(folder: Path, ignored: str = "*.log\n") -> Path:
    """Somebody's, in which something is staged."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "config", "user.name", "Somebody")
    git(folder, "config", "user.email", "somebody@example.com")
    (folder / ".gitignore").write_text(ignored)
    (folder / "mine.txt").write_text("mine")
    git(folder, "add", "mine.txt")
    return folder


@pytest.mark.usefixtures("without_git_configuration")
def test_what_the_user_has_staged_is_left_as_it_is(tmp_path: Path) -> None:
    repository = repository_in(tmp_path / "repository")
    folder = repository / "backups/zuora"
    assert committed(folder, export(1)) is not None
    assert git(repository, "status", "--porcelain") == "A  mine.txt\n?? .gitignore"
    assert git(repository, "log", "-1", "--format=%an") == "Somebody"
    assert "backups/zuora/Acme/production/Dunning-1.json" in git(repository, "ls-files")
    assert not (folder / ".git").exists()


@pytest.mark.usefixtures("without_git_configuration")
@pytest.mark.parametrize("ignored", ["backups/\n", "*.json\n", "production/\n"])
def test_what_a_repository_ignores_is_not_forced_into_it(tmp_path: Path, ignored: str) -> None:
    repository = repository_in(tmp_path / "repository", ignored)
    folder = repository / "backups/zuora"
    with pytest.raises(PressroomError, match=r"is ignored by git.*`git init`"):
        committed(folder, export(1))
    assert git(repository, "diff", "--cached", "--name-only") == "mine.txt"
    git(folder, "init", "--quiet")
    if ignored == "backups/\n":
        assert committed(folder, export(1)) is not None


@pytest.mark.usefixtures("without_git_configuration")
def test_files_that_a_repository_has_already_are_kept_up_to_date_though_it_ignores_new_ones(tmp_path: Path) -> None:
    repository = repository_in(tmp_path / "repository")
    folder = repository / "backups"
    committed(folder, export(1))
    (repository / ".gitignore").write_text("*.json\n")
    assert committed(folder, export(1, tasks=[{"id": 1}])) is not None
    with pytest.raises(PressroomError, match=r"Dunning-2\.json is ignored"):
        committed(folder, export(1), export(2))


@pytest.mark.usefixtures("without_git_configuration")
def test_secrets_are_committed_only_to_a_repository_of_their_own(tmp_path: Path) -> None:
    repository = repository_in(tmp_path / "repository")
    with pytest.raises(PressroomError, match="secrets must be in a repository of its own"):
        GitFolder(repository / "backups", private=True)
    git(repository / "backups", "init", "--quiet")
    for own in (repository / "backups", tmp_path / "new"):
        kept = backed_up(own, export(1), private=True)
        assert GitFolder(own, private=True).commit(kept.paths, "Back up") is not None


@pytest.mark.usefixtures("without_git_configuration")
def test_what_was_removed_before_it_was_ever_committed_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    backed_up(folder, export(1), export(2))
    assert committed(folder, export(1)) is not None


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(PressroomError, match="cannot be made"):
        GitFolder(tmp_path / "file/backup")


def test_without_git_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PressroomError, match="git cannot be run"):
        GitFolder(tmp_path)
