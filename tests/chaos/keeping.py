"""What is kept of a run: a section of `docs/chaos.md`, and logs."""

import shutil
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs/chaos.md"


def written(path: Path, begin: str, end: str, section: str) -> None:
    """Replaces what stands between the marks; what stands around them is kept."""
    before, _, rest = path.read_text().partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before.rstrip()}\n\n{begin}\n\n{section}\n\n{end}{after or chr(10)}")


def keep_logs(folder: Path, to: Path) -> None:
    for log in folder.rglob("*.log"):
        to.mkdir(parents=True, exist_ok=True)
        shutil.copy(log, to / log.name)
