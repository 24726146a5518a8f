"""The account that PostgreSQL runs as where we are root: its server refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import StackError

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user without privileges."""

    name: str
    uid: int
    gid: int

    def can(self, *test: str) -> bool:
        """Whether `test …` succeeds for this account: the kernel's answer, which knows modes, lists and mounts."""
        answer = subprocess.run(
            ["test", *test], cwd="/", check=False, user=self.uid, group=self.gid, extra_groups=[], timeout=10
        )
        return answer.returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether this account reaches the program."""
        return self.can("-x", str(program))

    def can_write(self, folder: Path) -> bool:
        """Whether this account may make files in the folder."""
        return self.can("-w", str(folder), "-a", "-x", str(folder))


def unprivileged_account() -> Account | None:
    """The account to use as root, or nothing where we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError(f"PostgreSQL refuses to run as root, and none of these users exists: {', '.join(CANDIDATES)}.")
