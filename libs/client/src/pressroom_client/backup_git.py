"""Commits a backup, and nothing else of its folder, under the user's own git configuration, which stays as it is."""

import os
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

from .backup import NOTES, make_folder
from .errors import PressroomError

_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_LITERAL_PATHSPECS")
"""Variables by which a hook, say, points git at another repository, or has it read paths otherwise."""
_OWN = "in a repository of its own: take a folder outside of this one, or run `git init` in it first."
_NOBODY = ("-c", "user.name=pressroom", "-c", "user.email=pressroom@localhost")


class GitFolder:
    """A folder in a repository; where there is none, it becomes one. Every method raises PressroomError."""

    def __init__(self, folder: Path, *, private: bool = False) -> None:
        """`private`: what is committed has secrets, and needs a repository of its own, which is the user's alone."""
        self._folder = folder
        self._private = private
        variables = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        self._environment: Mapping[str, str] = variables | {"GIT_TERMINAL_PROMPT": "0"}
        try:
            make_folder(folder, 0o700 if private else 0o777)
        except OSError as error:
            raise _refused(f"{folder} cannot be made: {error.strerror or error}") from error
        if self._try("rev-parse", "--is-inside-work-tree").stdout.strip() != b"true":
            self._run("init", "--quiet")
        if private and self._run("rev-parse", "--show-prefix").strip():
            raise _refused(f"{folder} is within another repository, and a backup with secrets must be {_OWN}")
        self.hidden = self._hide() if private else ()
        """Folders that others could read until now."""
        self._refuse_ignored([NOTES])

    def commit(self, paths: Collection[str], message: str) -> str | None:
        """These paths, written or removed; the commit's id, None where nothing has changed."""
        known = set(_split(self._run("ls-files", "-z")))
        ours = {path for path in paths if path in known or (self._folder / path).exists()}
        if not ours:
            return None
        self._refuse_ignored(ours)
        listed = "\0".join(sorted(ours)).encode()
        self._run("add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul", given=listed)
        staged = set(_split(self._run("diff", "--cached", "--name-only", "--relative", "--no-renames", "-z")))
        changed = "\0".join(sorted(staged & ours)).encode()
        if not changed:
            return None
        wish = ("commit", "--quiet", "--only", "-m", message, "--pathspec-from-file=-", "--pathspec-file-nul")
        self._run(*self._author(), *wish, given=changed)
        return self._run("rev-parse", "--short", "HEAD").decode().strip()

    def _hide(self) -> tuple[Path, ...]:
        """What stands in a folder that others cannot enter, they cannot read, whatever its own mode."""
        listed = self._run("rev-parse", "--absolute-git-dir", "--git-common-dir")
        folder = self._folder.resolve()
        known = {folder, *((folder / os.fsdecode(line)).resolve() for line in listed.splitlines())}
        readable = sorted(each for each in known if each.stat().st_mode & 0o077)
        for each in readable:
            if not each.is_relative_to(folder):
                raise _refused(f"Others can read the repository at {each}: chmod 700 {each}, or take another folder.")
        for each in readable:
            try:
                each.chmod(0o700)
            except OSError as error:
                told = error.strerror or error
                raise _refused(f"Others can read {each}, and it cannot be changed: {told}") from error
        return tuple(readable)

    def _refuse_ignored(self, paths: Collection[str]) -> None:
        """What the repository is told to ignore is not forced into it. Files that it has already are no matter."""
        told = self._try("check-ignore", "-z", "--stdin", given="\0".join(sorted(paths)).encode())
        for path in _split(told.stdout):
            raise _refused(f"{self._folder / path} is ignored by git: change .gitignore, or keep the backup {_OWN}")
        if told.returncode > 1:  # 1: none is ignored
            raise _failed(told)

    def _author(self) -> tuple[str, ...]:
        """Where the user has told git no name, the commit still needs one."""
        return () if self._try("var", "GIT_COMMITTER_IDENT").returncode == 0 and self._has_email() else _NOBODY

    def _has_email(self) -> bool:
        """Git makes one up of the machine's name, on some machines."""
        told = self._environment.get("GIT_AUTHOR_EMAIL") or self._environment.get("EMAIL")
        return bool(told) or self._try("config", "user.email").returncode == 0

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self._try(*arguments, given=given)
        if done.returncode:
            raise _failed(done)
        return done.stdout

    def _try(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        literal = () if arguments[0] == "check-ignore" else ("--literal-pathspecs",)  # which it does not know
        private = ("-c", "core.sharedRepository=0600") if self._private else ()
        command = ["git", "-C", str(self._folder), *literal, *private, *arguments]
        umask = 0o077 if self._private else -1
        try:
            return subprocess.run(  # noqa: S603 - git, with arguments of our own
                command, input=given, capture_output=True, check=False, env=dict(self._environment), umask=umask
            )
        except OSError as error:
            raise _refused(f"git cannot be run: {error.strerror or error}") from error


def _failed(done: subprocess.CompletedProcess[bytes]) -> PressroomError:
    told = " ".join(done.stderr.decode("utf-8", "replace").split())[:300]
    return _refused(f"git could not commit the backup: {told}")


def _refused(detail: str) -> PressroomError:
    return PressroomError(0, "settings", detail)


def _split(listed: bytes) -> list[str]:
    return [os.fsdecode(path) for path in listed.split(b"\0") if path]
