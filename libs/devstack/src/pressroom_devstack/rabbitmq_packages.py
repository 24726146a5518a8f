"""RabbitMQ and Erlang from the distribution's packages, unpacked into a private cache.

No root is needed and nothing on the system changes: apt works on lists, a cache and a state of our own, with the
system's sources and keys, and nothing is installed.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import StackError

PACKAGE = "rabbitmq-server"
TOOLS = ("apt-get", "dpkg-deb", "dpkg-query")

# In the order of the answers of `apt-get --simulate install`: "Inst erlang-base (1:25.2.3+dfsg-1 Debian:12/stable …"
_TO_INSTALL = re.compile(r"^Inst (?P<name>\S+) \((?P<version>\S+)", re.MULTILINE)


def is_possible() -> bool:
    """Whether this is a Debian or one of its children."""
    return all(shutil.which(tool) for tool in TOOLS)


def cache_folder(fallback: Path) -> Path:
    """`~/.cache/pressroom` (or below XDG_CACHE_HOME), so that the next clone starts at once; else the fallback."""
    home = Path(os.environ.get("HOME", "/nonexistent"))
    folder = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "pressroom"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return fallback
    return folder if os.access(folder, os.W_OK) else fallback


def fetch(cache: Path) -> Path:
    """The root of the unpacked packages, downloaded where the cache has none for this system.

    Raises:
        StackError: apt could not; with what it said.
    """
    target = _target(cache)
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as folder:
        work = Path(folder)
        _download(_Apt(work), work / "packages")
        _unpack(work / "packages", work / "root")
        _relocate_erlang(work / "root", target)
        return _publish(work / "root", target)


def is_fetched(cache: Path) -> bool:
    """Whether the cache has the packages for this system."""
    return _target(cache).exists()


def _target(cache: Path) -> Path:
    return cache / f"rabbitmq-{_system()}"


class _Apt:
    """apt on a state and a cache of its own."""

    def __init__(self, work: Path) -> None:
        self._empty_status = work / "status"
        self._empty_status.touch()
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (work / folder).mkdir(parents=True)
        options = {
            "Dir::State": work / "state",
            "Dir::Cache": work / "cache",
            "Dir::State::status": "/var/lib/dpkg/status",
            "Debug::NoLocking": 1,
            "Acquire::Languages": "none",
        }
        if os.geteuid() == 0:
            options["APT::Sandbox::User"] = "root"  # apt's own account does not reach a private home
        self._options = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]

    def update(self) -> None:
        self._run("update")

    def closure(self) -> dict[str, str]:
        """The package and all that it depends on, as if nothing were installed: name → version."""
        nothing_installed = ["-o", f"Dir::State::status={self._empty_status}"]
        answer = self._run(*nothing_installed, "--simulate", "--no-install-recommends", "install", PACKAGE)
        return {found["name"]: found["version"] for found in _TO_INSTALL.finditer(answer)}

    def download(self, packages: dict[str, str], folder: Path) -> None:
        folder.mkdir()
        self._run("download", *(f"{name}={version}" for name, version in packages.items()), cwd=folder)

    def _run(self, *arguments: str, cwd: Path | None = None) -> str:
        return _run("apt-get", "--quiet", *self._options, *arguments, cwd=cwd)


def _download(apt: _Apt, folder: Path) -> None:
    apt.update()
    installed = _installed()
    apt.download({name: v for name, v in apt.closure().items() if is_needed(name, installed)}, folder)


def is_needed(name: str, installed: set[str]) -> bool:
    """RabbitMQ, all of Erlang (an installed part may go or change), and the libraries missing on this system.

    The rest of what the package depends on (adduser, logrotate, …) serves a system's own node only.
    """
    return name == PACKAGE or name.startswith("erlang-") or (name.startswith("lib") and name not in installed)


def _installed() -> set[str]:
    lines = _run("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Package}\n").splitlines()
    return {line.split()[-1] for line in lines if line.startswith("ii")}


def _unpack(packages: Path, root: Path) -> None:
    for package in sorted(packages.glob("*.deb")):
        _run("dpkg-deb", "--extract", str(package), str(root))


def _relocate_erlang(root: Path, target: Path) -> None:
    """Debian's `erl` ignores ERL_ROOTDIR, so its scripts are told where they will be."""
    erlang = root / "usr/lib/erlang"
    for script in (*erlang.glob("bin/*"), *erlang.glob("erts-*/bin/*")):
        if script.name in {"erl", "start"} and not script.is_symlink():
            text = script.read_text()
            script.write_text(text.replace("ROOTDIR=/usr/lib/erlang", f'ROOTDIR="{target / "usr/lib/erlang"}"'))


def _publish(root: Path, target: Path) -> Path:
    """Rename, which happens at once or not at all; whoever was faster has made the same."""
    try:
        root.rename(target)
    except OSError:
        if not target.exists():
            raise
    return target


def _system() -> str:
    """The distribution and the machine, such as `debian-12-amd64`."""
    lines = Path("/etc/os-release").read_text().splitlines()
    release = dict(line.split("=", 1) for line in lines if "=" in line)
    words = (release.get(key, "").strip('"') for key in ("ID", "VERSION_ID", "VERSION_CODENAME"))
    return "-".join([*filter(None, words), _run("dpkg", "--print-architecture").strip()])


def _run(*command: str, cwd: Path | None = None) -> str:
    answer = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=_environment())
    if answer.returncode != 0:
        raise StackError(
            f"RabbitMQ's packages could not be fetched: `{command[0]}` said\n{answer.stderr.strip()}\n"
            "Install the package `rabbitmq-server`, or set PRESSROOM_AMQP_URL to the URL of a RabbitMQ of your own."
        )
    return answer.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
