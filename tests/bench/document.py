"""`docs/benchmarks.md`: each command has a part of it, between two markers; what stands around it is kept."""

from dataclasses import dataclass
from pathlib import Path

from bench.stack import TESTS

BENCHMARKS = TESTS.parent / "docs/benchmarks.md"
HEADING = "# Benchmarks\n\nMeasured by `make bench`; how it measures stands in `tests/bench/`.\n"


@dataclass(frozen=True)
class Part:
    name: str
    command: str

    def write(self, section: str, path: Path = BENCHMARKS) -> None:
        """Replaces the part in the file, or adds it at its end."""
        begin, end = f"<!-- {self.name}: begin (written by `{self.command}`) -->", f"<!-- {self.name}: end -->"
        text = path.read_text() if path.exists() else HEADING
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2] or "\n"
        path.write_text(f"{before.rstrip()}\n\n{begin}\n\n{section}\n\n{end}{after}")


def verdict(measured: float, limit: float) -> str:
    """Of an aim that is a limit."""
    return "met" if measured <= limit else "missed"
