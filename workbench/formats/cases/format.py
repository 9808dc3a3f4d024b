"""The declaration of a format that cases are read from.

Invariant: reading is bounded in time and memory, executes nothing, and opens no other file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workbench.core.testing.case_table import CaseTable, Watch


class CaseFile(Protocol):
    """A file, or a paste, as a format sees it."""

    @property
    def path(self) -> Path:
        """Its path; only the name is used by formats."""

    def body(self) -> bytes:
        """Return all of it; the limit of the format is checked before. Raises OSError."""

    def workbook(self, watch: Watch) -> CaseTable:
        """Return the chosen sheet of a workbook, read in a process of its own. Raises TableError."""


@dataclass(frozen=True, slots=True)
class CaseFormat:
    """One format of files with cases.

    `title` is shown in the file dialog, `help` says what arrives. Files over `limit_bytes` are refused. `read` returns
    the table of a file; it raises TableError, ReadingStoppedError and OSError.
    """

    id: str
    order: int
    title: str
    help: str
    extensions: tuple[str, ...]
    limit_bytes: int
    read: Callable[[CaseFile, Watch], CaseTable]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The name patterns of its files, for file dialogs."""
        return tuple(f"*{extension}" for extension in self.extensions)
