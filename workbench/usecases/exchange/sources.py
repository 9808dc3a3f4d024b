"""Opening files that can be imported.

Invariant: the content of a file decides what it is, by the rows of `formats.imports`. What is not a regular file, or
has no format that brings runs, is refused with a sentence.
"""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.core.byte_sizes import show_bytes
from workbench.core.llm_log import CallLog
from workbench.formats.imports import recognised, supported
from workbench.formats.imports.format import HEAD_BYTES, ImportedItem, ImportFileError, ImportFormat
from workbench.store.merging.foreign_database import ReadingHalt, is_sqlite, reading, tables, told
from workbench.store.merging.llm_log_reader import LlmLog
from workbench.store.merging.other_history import HistoryConnection, is_history
from workbench.store.merging.other_history import check as check_history
from workbench.usecases.problems import RefusedError

# Loads all formats with this module, which the window preloads.
_SUPPORTED = supported()


@dataclass(frozen=True, slots=True)
class ImportSource:
    """An open file. `items` yields its items, each with the number of its `total` entries that the item covers."""

    path: Path
    format: ImportFormat
    total: int
    items: Iterator[ImportedItem]


@dataclass(frozen=True, slots=True)
class OtherHistory:
    """Another open history of Prompt Workbench, which is merged instead of read run by run."""

    path: Path
    format: ImportFormat
    connection: HistoryConnection


@dataclass(frozen=True, slots=True)
class _File:
    """Implements `ImportFile`; `connection` is None unless the file is a database."""

    path: Path
    start: bytes
    connection: HistoryConnection | None

    @property
    def is_history(self) -> bool:
        return self.connection is not None and is_history(self.connection)

    def tables(self) -> Mapping[str, frozenset[str]]:
        return {} if self.connection is None else tables(self.connection)

    def body(self) -> bytes:
        return self.path.read_bytes()

    def calls(self) -> CallLog:
        assert self.connection is not None
        return LlmLog(self.connection)


@contextlib.contextmanager
def opened(path: Path, scratch: Path, halt: ReadingHalt) -> Iterator[ImportSource | OtherHistory]:
    """Open a checked file by its format. Raises RefusedError for one that brings no runs, StoreError."""
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if not is_sqlite(path):
        yield _source(_File(path, start, None), halt)
        return
    with reading(path, scratch, halt) as connection:
        yield _source(_File(path, start, connection), halt)


def _source(file: _File, halt: ReadingHalt) -> ImportSource | OtherHistory:
    path, connection = file.path, file.connection
    found = recognised(file)
    if found is None:
        what = "cannot be imported" if connection is None else "is a database of another program"
        raise RefusedError(f"“{path.name}” {what}. Supported: {_SUPPORTED}.")
    if found.brings == "history" and connection is not None:
        check_history(connection, path)
        return OtherHistory(path, found, connection)
    if found.read is None:
        raise RefusedError(f"“{path.name}” {found.instead}")
    size = path.stat().st_size
    if found.limit_bytes and size > found.limit_bytes:
        limit = show_bytes(found.limit_bytes)
        raise RefusedError(f"“{path.name}” has {show_bytes(size)}; the limit is {limit}. {found.if_larger}")
    try:
        read = found.read(file)
    except ImportFileError as error:
        raise RefusedError(f"“{path.name}” cannot be imported. {error}") from error
    return ImportSource(path, found, read.total, read.items if connection is None else told(path, read.items, halt))


def check(path: Path) -> None:
    """Raise RefusedError for what is not a regular file, and for a file that cannot be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            # Permission to stat a file does not imply permission to read it.
            path.open("rb").close()
    except FileNotFoundError as error:
        raise RefusedError(f"There is no file {path}. Check its name.") from error
    except OSError as error:
        raise RefusedError(f"“{path.name}” cannot be read. Check its name and its permissions.", str(error)) from error
    if not stat.S_ISREG(mode):
        raise RefusedError(f"“{path.name}” is not a file. Choose a file.")
