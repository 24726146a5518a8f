"""Writes workflows to a folder: one file each, that Zuora can import. What is as it was is not touched."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from uuid import UUID

from pydantic import BaseModel, ValidationError

from .backup_names import file_name
from .errors import PressroomError
from .zuora_models import Export

NOTES = ".pressroom-backup.json"
"""Which files are whose: only files that stand here are ever removed."""
_PIECE = 16_000_000
"""Characters of exports that are noted, then written, together; so many, and one export, are in memory."""
_MOST_TOGETHER = 100
_TEMPORARY = re.compile(r"\.pressroom-[a-z0-9_]{8}")
"""As `tempfile` names them."""
_BROKEN = "take it from a copy, or delete it; then files of workflows that are gone by now stay."


class _Notes(BaseModel):
    tenant_id: str
    environments: dict[str, list[str]]


@dataclass
class Changes:
    """Paths of files, from the folder on."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: list[str] = field(default_factory=list)
    """Which exports could not be read, and why; their files stay as they were."""

    @property
    def some(self) -> bool:
        return bool(self.written or self.removed)


class Backup:
    """Of one tenant. Every method raises PressroomError for a folder that cannot be read or written."""

    def __init__(self, folder: Path, tenant_id: UUID, *, private: bool = False) -> None:
        """`private`: only the user may read the files, for they have secrets."""
        self.folder = folder
        self.changes = Changes()
        self._tenant_id = str(tenant_id)
        self._mode, self._folder_mode = (0o600, 0o700) if private else (0o644, 0o777)
        self._files = self._read_notes()
        self._sweep()

    @property
    def paths(self) -> list[str]:
        """Of all its files, and its own notes."""
        return [NOTES, *(path for files in self._files.values() for path in files)]

    def keep(self, environment_id: UUID, place: PurePosixPath, exports: Iterable[Export]) -> None:
        """All workflows of an environment. What it has no more is removed, once all of them are there."""
        key = str(environment_id)
        before = self._files.get(key, [])
        now: list[str] = []
        for texts in _pieces(place, self._readable(exports, before, now)):
            now += texts
            self._files[key] = sorted({*before, *now})
            self._write_notes()  # first: what is written and interrupted is still known to be ours
            for path, text in texts.items():
                self._write(path, text)
        self._files[key] = sorted(now)
        self._drop(before)
        self._write_notes()

    def forget_others(self, environment_ids: Iterable[UUID]) -> None:
        """Of environments that are not among these, files are removed."""
        known = {str(each) for each in environment_ids}
        for gone in [key for key in self._files if key not in known]:
            self._drop(self._files.pop(gone))
        self._write_notes()

    def _readable(self, exports: Iterable[Export], before: list[str], now: list[str]) -> Iterator[Export]:
        """Of the others, a file that is there from `before` is kept among those of `now`."""
        for export in exports:
            if export.error is None:
                yield export
                continue
            self.changes.failed.append(export.error)
            now += [path for path in before if path.endswith(f"-{export.zuora_id}.json")]

    def _write(self, path: str, text: str) -> None:
        target, content = self._place_of(path), text.encode()
        try:
            if target.is_file() and not target.is_symlink() and target.read_bytes() == content:
                target.chmod(self._mode)
                self.changes.unchanged += 1
                return
            make_folder(target.parent, self._folder_mode)
            _replace(target, content, self._mode)
        except OSError as error:
            raise _cannot(target, error) from error
        self.changes.written.append(path)

    def _drop(self, paths: Iterable[str]) -> None:
        """Of these, what belongs to no environment any more."""
        kept = {path for files in self._files.values() for path in files}
        spellings = {path.casefold(): path for path in kept}
        for path in sorted(set(paths) - kept):
            target = self._place_of(path)
            try:
                if _are_one(target, self.folder / spellings.get(path.casefold(), path)):
                    continue
                target.unlink(missing_ok=True)
                _remove_empty(target.parent, self.folder)
            except OSError as error:
                raise _cannot(target, error) from error
            self.changes.removed.append(path)

    def _place_of(self, path: str) -> Path:
        """Nothing is written, or removed, where a link leads."""
        for parent in [*PurePosixPath(path).parents][:-1]:
            if (self.folder / parent).is_symlink():
                link = self.folder / parent
                raise PressroomError(0, "settings", f"{link} is a symbolic link, which no backup follows. Remove it.")
        return self.folder / path

    def _sweep(self) -> None:
        """Of what an earlier backup was killed over, which may have secrets."""
        places = {self.folder} | {self._place_of(path).parent for files in self._files.values() for path in files}
        for place in sorted(places):
            try:
                for left in [each for each in place.glob(".pressroom-*") if _TEMPORARY.fullmatch(each.name)]:
                    left.unlink(missing_ok=True)
            except OSError as error:
                raise _cannot(place, error) from error

    def _read_notes(self) -> dict[str, list[str]]:
        notes = self.folder / NOTES
        try:
            if self.folder.exists() and not self.folder.is_dir():
                raise PressroomError(0, "settings", f"{self.folder} is a file, and no folder. Name a folder.")
            if not notes.exists():
                return {}
            told = _Notes.model_validate_json(notes.read_bytes())
        except ValidationError as error:
            raise PressroomError(0, "settings", f"{notes} is broken: {_BROKEN}") from error
        except OSError as error:
            raise PressroomError(0, "settings", f"{notes} cannot be read: {error.strerror or error}") from error
        if told.tenant_id != self._tenant_id:
            raise PressroomError(0, "settings", f"{self.folder} has the backup of another tenant. Take another folder.")
        return {key: [path for path in paths if _is_ours(path)] for key, paths in told.environments.items()}

    def _write_notes(self) -> None:
        told = {"tenant_id": self._tenant_id, "environments": dict(sorted(self._files.items()))}
        content = (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()
        notes = self.folder / NOTES
        try:
            if notes.exists() and notes.read_bytes() == content:
                return
            make_folder(self.folder, self._folder_mode)
            _replace(notes, content, self._mode)
        except OSError as error:
            raise _cannot(notes, error) from error


def as_text(export: Export) -> str:
    """The same for the same export, so that a file changes only where the workflow does."""
    return json.dumps(export.export, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _pieces(place: PurePosixPath, exports: Iterable[Export]) -> Iterator[dict[str, str]]:
    """Texts by path: few enough to be held in memory, and so many that the notes are not written for each."""
    texts: dict[str, str] = {}
    size = 0
    for export in exports:
        text = as_text(export)
        texts[str(place / file_name(export))] = text
        size += len(text)
        if size >= _PIECE or len(texts) >= _MOST_TOGETHER:
            yield texts
            texts, size = {}, 0
    if texts:
        yield texts


def make_folder(place: Path, mode: int) -> None:
    """With all above it that are not there. One that is there stays as it is. Raises OSError."""
    for each in reversed([place, *place.parents]):
        if not each.is_dir():
            each.mkdir(mode, exist_ok=True)


def _replace(target: Path, content: bytes, mode: int) -> None:
    """As a whole: whoever reads it meanwhile reads the old one or the new one."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".pressroom-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def _remove_empty(place: Path, folder: Path) -> None:
    while place != folder and place.is_dir() and not any(place.iterdir()):
        place.rmdir()
        place = place.parent


def _are_one(gone: Path, kept: Path) -> bool:
    """As two spellings are where letters' case is ignored. Raises OSError."""
    return gone != kept and gone.exists() and kept.exists() and gone.samefile(kept)


def _is_ours(path: str) -> bool:
    """Whoever wrote to the notes cannot have other files removed."""
    parts = PurePosixPath(path).parts
    return len(parts) == 3 and path.endswith(".json") and not {"..", "/", "\\"} & {*parts, parts[0][:1]}


def _cannot(path: Path, error: OSError) -> PressroomError:
    return PressroomError(0, "settings", f"{path} cannot be written: {error.strerror or error}")
