"""The declaration of an import format.

Invariant: a format is recognised by what a file contains. Names and extensions only fill the file dialogs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from workbench.core.imported_runs import ImportedRun, LeftOut
from workbench.core.llm_log import CallLog

HEAD_BYTES = 4096
"""Bytes at the start of a file by which formats recognise it."""

ImportedItem = tuple[ImportedRun | LeftOut, int]
"""A run or what is left out, and how many of the file's entries it covers."""

Brings = Literal["runs", "history", "tests", "prompts", "models", "text", "nothing"]
"""`runs` are read one by one, a `history` is merged, `tests` are read with the files beside them, `prompts` are
imported by the pack importer. `models` and `text` are used elsewhere, and `nothing` cannot be used."""


class ImportFileError(Exception):
    """Raised for a file that cannot be read in its format; the text is a sentence that says what to do."""


class ImportFile(Protocol):
    """A file as a format sees it. Everything but `path` and `start` is read when it is first asked for."""

    @property
    def path(self) -> Path:
        """Its path."""

    @property
    def start(self) -> bytes:
        """Its first HEAD_BYTES bytes."""

    @property
    def is_history(self) -> bool:
        """Whether it is a database of Prompt Workbench."""

    def tables(self) -> Mapping[str, frozenset[str]]:
        """Return the tables of a database with their columns, none for other files. Raises StoreError."""

    def body(self) -> bytes:
        """Return all of it; the limit of the format is checked before. Raises OSError."""

    def calls(self) -> CallLog:
        """Return the calls in a database that is a log of llm. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class ImportedItems:
    """What a file contains. `items` yields its runs lazily; together they cover `total` entries."""

    total: int
    items: Iterator[ImportedItem]


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """One format of files that come from elsewhere.

    `id` is its name in JSON documents of the terminal and, for runs, in the history. `title` is shown in dialogs,
    `noun` in lists of what can be imported; `help` says what arrives, for the terminal's help. `extensions` (with the
    dot) and whole `names` are those of its files. Files over `limit_bytes` (0 for no limit) are refused, and
    `if_larger` says what to do then. `read` returns what a file contains. Raises ImportFileError, StoreError.

    A format without runs or a history has `instead`: what a file is and how it is used, continuing its name.
    """

    id: str
    order: int
    title: str
    noun: str
    help: str
    brings: Brings
    recognise: Callable[[ImportFile], bool]
    extensions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    read: Callable[[ImportFile], ImportedItems] | None = None
    limit_bytes: int = 0
    if_larger: str = ""
    instead: str = ""

    @property
    def patterns(self) -> tuple[str, ...]:
        """The name patterns of its files, for file dialogs."""
        return (*(f"*{extension}" for extension in self.extensions), *self.names)

    @property
    def filter(self) -> str:
        """The filter of a file dialog for this format alone."""
        return f"{self.title} ({' '.join(self.patterns)});;All files (*)"

    def fits(self, path: Path) -> bool:
        """Whether a path is named like a file of this format."""
        return path.suffix.lower() in self.extensions or path.name in self.names


def is_text(file: ImportFile) -> bool:
    """Whether a file does not begin like a binary one."""
    return b"\0" not in file.start
