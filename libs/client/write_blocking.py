"""Writes `pressroom_client/blocking` from `pressroom_client/aio`: the same client without async, from one source.

python libs/client/write_blocking.py
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "src" / "pressroom_client"
SOURCE = PACKAGE / "aio"
TARGET = PACKAGE / "blocking"
_WORDS = (
    (r"\bAsyncGenerator\[(\w+), None\]", r"Generator[\1, None, None]"),
    (r"\basync (def|for|with)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\ba(close|closing|iter_bytes|read)\b", r"\1"),
    (r"\bAwaitable\[None\]", "None"),
    (r"\bAwaitable, ", ""),
    (r"\basyncio\b", "time"),
    (r"\bAsync(?=[A-Z])", ""),
)
_NOTICE = "# Written by libs/client/write_blocking.py: edit aio/{name} instead.\n"


def blocking(name: str) -> str:
    """The text of a file, in order as the linter wants it."""
    text = (SOURCE / name).read_text()
    for pattern, replacement in _WORDS:
        text = re.sub(pattern, replacement, text)
    docstring, _, code = text.partition('"""\n')
    text = f'{docstring}"""\n\n{_NOTICE.format(name=name)}{code}'
    file = ["--stdin-filename", str(TARGET / name)]
    return _ruff(
        _ruff(text, "check", "--quiet", "--fix", "--unsafe-fixes", "--select", "I,UP028", *file), "format", *file
    )


def files() -> dict[str, str]:
    """All of them by name, as they have to be."""
    return {path.name: blocking(path.name) for path in sorted(SOURCE.glob("*.py"))}


def _ruff(text: str, *arguments: str) -> str:
    command = [str(Path(sys.executable).parent / "ruff"), *arguments, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the linter


if __name__ == "__main__":
    for file_name, content in files().items():
        (TARGET / file_name).write_text(content)
