"""Where the stack of one checkout keeps its things: all below `.pressroom/`."""

import os
from dataclasses import dataclass
from pathlib import Path

NAME = ".pressroom"


@dataclass(frozen=True)
class StackFolder:
    """The folder of one stack."""

    root: Path

    @classmethod
    def of_checkout(cls, checkout: Path) -> "StackFolder":
        """The checkout's `.pressroom`, made where it is missing."""
        folder = cls(checkout.resolve() / NAME)
        for path in (folder.root, folder.run, folder.logs, folder.data, folder.storage):
            path.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def checkout(self) -> Path:
        return self.root.parent

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def storage(self) -> Path:
        """Files that the generators make and the gateways serve."""
        return self.root / "storage"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def env(self) -> Path:
        """What scripts read: URLs and keys, in shell syntax."""
        return self.root / "env"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def state(self) -> Path:
        """What `status` shows: written when the stack is ready, gone when it stops."""
        return self.run / "stack.json"

    @property
    def lock(self) -> Path:
        """Held by the one who runs the stack; the kernel lets it go when that process ends, however it ends."""
        return self.run / "stack.lock"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def write_private(path: Path, text: str) -> None:
    """Replace the file at once, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
