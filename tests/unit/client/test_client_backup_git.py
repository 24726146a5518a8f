"""What a backup leaves in a repository, who can read that, and what it never touches."""

import subprocess
from pathlib import Path

import pytest

from pressroom_client import PressroomError
from pressroom_client.backup import NOTES
from pressroom_client.backup_git import GitFolder
from pressroom_client.zuora_models import Export
from unit.client.backups import backed_up, export, open_to_others


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
@pytest.mark.parametrize("shared", ["", "all"])
def test_nothing_of_a_repository_with_secrets_is_readable_by_others(tmp_path: Path, shared: str) -> None:
    folder = tmp_path / "backup"
    if shared:
        git(tmp_path, "config", "--global", "core.sharedRepository", shared)
    repository = GitFolder(folder, private=True)
    assert repository.commit(backed_up(folder, export(1), private=True).paths, "Back up") is not None
    assert (open_to_others(folder), repository.hidden) == ([], ())
    git(folder, "gc", "--quiet")
    assert open_to_others(folder) == []


@pytest.mark.usefixtures("without_git_configuration")
def test_a_repository_that_others_could_read_is_hidden_from_them(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    committed(folder, export(1))
    git(folder, "config", "core.sharedRepository", "all")
    configuration = (folder / ".git/config").read_text()
    before = set(open_to_others(folder / ".git"))
    repository = GitFolder(folder, private=True)
    assert repository.hidden == (folder, folder / ".git")
    kept = backed_up(folder, export(1, tasks=[{"id": 1}]), private=True)
    assert repository.commit(kept.paths, "Back up") is not None
    assert (folder.stat().st_mode & 0o777, (folder / ".git").stat().st_mode & 0o777) == (0o700, 0o700)
    assert set(open_to_others(folder / ".git")) < before
    assert (folder / ".git/config").read_text() == configuration


@pytest.mark.usefixtures("without_git_configuration")
def test_a_repository_elsewhere_that_others_can_read_is_refused(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    folder.mkdir()
    git(folder, "init", "--quiet", "--separate-git-dir", str(elsewhere))
    with pytest.raises(PressroomError, match=rf"Others can read the repository at {elsewhere}: chmod 700"):
        GitFolder(folder, private=True)
    assert elsewhere.stat().st_mode & 0o077
    elsewhere.chmod(0o700)
    assert GitFolder(folder, private=True).hidden == (folder,)


@pytest.mark.usefixtures("without_git_configuration")
def test_a_repository_that_cannot_be_hidden_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_the_owner(self: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    committed(tmp_path / "backup", export(1))
    monkeypatch.setattr(Path, "chmod", not_the_owner)
    with pytest.raises(PressroomError, match=r"Others can read .*, and it cannot be changed: Operation not permitted"):
        GitFolder(tmp_path / "backup", private=True)


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
