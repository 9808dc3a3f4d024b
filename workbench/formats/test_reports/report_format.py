"""The declaration of a format of test reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.core.testing.report import ReportCells, SuiteReport


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One format. `id` is its name in the terminal, `title` is shown in the file dialog, `help` in the terminal's help.

    `extension` is that of its files, with the dot. `write` gets the report and a function that returns its cells from
    the beginning, and yields the text of a file in chunks.
    """

    id: str
    order: int
    title: str
    help: str
    extension: str
    write: Callable[[SuiteReport, Callable[[], ReportCells]], Iterator[str]]

    @property
    def filter(self) -> str:
        """The entry of the file dialog."""
        return f"{self.title} (*{self.extension})"
