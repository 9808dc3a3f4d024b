"""The library of techniques: those of the product and the person's own.

Invariant: an unreadable file affects no other and is named in a problem. Only files in the person's own folder are
written or removed, each completely or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.techniques import Technique, file_name
from workbench.formats.imports.technique_yml import (
    FORMAT,
    LIMIT_BYTES,
    TechniqueFileError,
    read_technique,
    write_technique,
)
from workbench.host.dirs import ProductDirs, make_private, resource
from workbench.host.errors import explain
from workbench.usecases.problems import RefusedError

FOLDER = "techniques"
MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class TechniqueLibrary:
    """All techniques, the product's first, and a sentence for each invalid file."""

    techniques: tuple[Technique, ...] = ()
    problems: tuple[str, ...] = ()


class Techniques:
    """Reads and writes technique files. Every method blocks for the disk."""

    def __init__(self, places: ProductDirs) -> None:
        self.folder = places.data / FOLDER

    def all(self) -> TechniqueLibrary:
        """Read all techniques. Raises HostError if the product's own files are missing."""
        shipped, wrong = _read(_files(resource(FOLDER)), own=False)
        try:
            files = _files(self.folder) if self.folder.is_dir() else []
        except OSError as error:
            return TechniqueLibrary(shipped, (*wrong, f"The folder {self.folder} cannot be read: {explain(error)}"))
        own, mine = _read(files[:MOST_FILES], own=True)
        if len(files) > MOST_FILES:
            mine = (*mine, f"{self.folder} has {len(files)} files; the first {MOST_FILES} are used.")
        own = tuple(sorted(own, key=lambda technique: technique.name.casefold()))
        return TechniqueLibrary((*shipped, *own), (*wrong, *mine))

    def save(self, technique: Technique) -> Technique:
        """Write one of the person's techniques, to a new file if its id is "". Return it as stored.

        Raises RefusedError if it is invalid, or its file cannot be written.
        """
        try:
            make_private(self.folder)
            taken = frozenset(path.stem for path in _files(self.folder))
            kept = replace(technique, id=technique.id or file_name(technique.name, taken), own=True)
            raw = write_technique(kept)
            path, fresh = self._path(kept.id), self.folder / f".{kept.id}.new"
            fresh.write_bytes(raw)
            fresh.replace(path)
        except TechniqueFileError as error:
            raise RefusedError(f"The technique was not saved. {error.sentence}", error.detail) from error
        except OSError as error:
            raise RefusedError(
                f"The technique was not saved, because {self.folder} cannot be written. Make room or check its "
                "permissions.",
                explain(error),
            ) from error
        return kept

    def remove(self, technique: Technique) -> None:
        """Delete the file of one of the person's techniques. Raises RefusedError."""
        if not technique.own:
            raise RefusedError("This technique is built in and cannot be removed. Save a copy and change that.")
        try:
            self._path(technique.id).unlink(missing_ok=True)
        except OSError as error:
            raise RefusedError(
                "The technique was not removed. Check the permissions of its file.", explain(error)
            ) from error

    def _path(self, identity: str) -> Path:
        paths = [self.folder / f"{identity}{ending}" for ending in FORMAT.extensions]
        return next((path for path in paths if path.exists()), paths[0])


def _files(folder: Path) -> list[Path]:
    # Sorted by name; of two files with the same name, the one with the usual suffix first.
    found = (path for path in folder.iterdir() if path.suffix in FORMAT.extensions and not path.name.startswith("."))
    return sorted(found, key=lambda path: (path.stem, FORMAT.extensions.index(path.suffix)))


def _read(files: list[Path], *, own: bool) -> tuple[tuple[Technique, ...], tuple[str, ...]]:
    found: dict[str, Technique] = {}
    wrong: list[str] = []
    for path in files:
        try:
            if path.stem in found:
                wrong.append(f"{path.name} has the name of another file. Rename one of them.")
                continue
            if path.exists() and not path.is_file():
                # A pipe might be read forever.
                wrong.append(f"{path.name} is not a file. Remove it from the folder of techniques.")
                continue
            with path.open("rb") as file:
                raw = file.read(LIMIT_BYTES + 1)
            found[path.stem] = read_technique(raw, path.stem, own=own)
        except TechniqueFileError as error:
            wrong.append(f"{path.name}: {error.sentence}")
        except OSError as error:
            wrong.append(f"{path.name} cannot be read: {explain(error)}")
    return tuple(found.values()), tuple(wrong)
