"""RabbitMQ's programs: those installed on the system, else Debian's or Ubuntu's packages in a private cache."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import rabbitmq_packages
from .errors import StackError

# Never /usr/sbin/rabbitmq-server: that script changes the user, and starts the system's own node.
INSTALLED = Path("/usr/lib/rabbitmq/lib")


@dataclass(frozen=True)
class RabbitMQBinaries:
    """A server, the folder with the `erl` and `epmd` that run it, and folders with libraries the system lacks."""

    server: Path
    erlang: Path
    libraries: tuple[Path, ...] = ()


def are_available() -> bool:
    """Whether there are programs here, or packages to fetch them from."""
    return installed_binaries() is not None or rabbitmq_packages.is_possible()


def are_to_be_fetched(cache: Path) -> bool:
    """Whether `find_binaries` will fetch packages, which takes a while."""
    return installed_binaries() is None and not rabbitmq_packages.is_fetched(rabbitmq_packages.cache_folder(cache))


def find_binaries(fallback_cache: Path) -> RabbitMQBinaries:
    """The programs to use, fetched where none are installed.

    Raises:
        StackError: they could not be fetched.
    """
    installed = installed_binaries()
    if installed:
        return installed
    root = rabbitmq_packages.fetch(rabbitmq_packages.cache_folder(fallback_cache))
    libraries = (*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*"))
    fetched = _binaries_below(root / "usr/lib/rabbitmq/lib", root / "usr/lib/erlang/bin", libraries)
    if not fetched:
        raise StackError(f"There is no RabbitMQ in the packages below {root}. Delete that folder to fetch them again.")
    return fetched


def installed_binaries(base: Path = INSTALLED) -> RabbitMQBinaries | None:
    """The newest version installed on the system, with the Erlang found in PATH."""
    epmd = shutil.which("epmd", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/bin")
    return _binaries_below(base, Path(epmd).parent) if epmd else None


def _binaries_below(base: Path, erlang: Path, libraries: tuple[Path, ...] = ()) -> RabbitMQBinaries | None:
    servers = sorted(base.glob("rabbitmq_server-*/sbin/rabbitmq-server"), key=_version)
    return RabbitMQBinaries(servers[-1], erlang, libraries) if servers else None


def _version(server: Path) -> list[int]:
    """4.0.5 from `rabbitmq_server-4.0.5/sbin/rabbitmq-server`, as numbers."""
    text = server.parent.parent.name.removeprefix("rabbitmq_server-")
    return [int(part) for part in text.split(".") if part.isdecimal()]
