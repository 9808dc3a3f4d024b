"""The declaration of an export format.

Invariant: a writer receives the parts of runs one at a time. What needs all runs is computed lazily, so only formats
that call it pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.core.exported_runs import ExportedPart


@dataclass(frozen=True, slots=True)
class ExportContext:
    """Lazy information for a writer beside the parts. Calls may read all runs again, and raise StoreError.

    `title` returns a title for the runs, `variables` the names of all their values in order of first occurrence,
    `style` the CSS of a page, `test_report` the report of a test run as Markdown in chunks.
    """

    title: Callable[[], str]
    variables: Callable[[], Sequence[str]]
    style: Callable[[], str]
    test_report: Callable[[ExportedPart], Iterable[str]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One export format. `id` is its name in the terminal and in the terminal's JSON documents.

    `title` is shown in the file dialog, `help` in the terminal's help. `extensions` are those of its files, with the
    dot; the first is appended to names without one. `write` yields the text of a file in chunks.
    """

    id: str
    order: int
    title: str
    help: str
    extensions: tuple[str, ...]
    write: Callable[[Iterable[ExportedPart], ExportContext], Iterator[str]]
    reports_tests: bool = False
    """Whether a test run is written as its report, so that its answers are not read."""

    @property
    def suffix(self) -> str:
        """The default extension, without the dot."""
        return self.extensions[0].removeprefix(".")

    @property
    def filter(self) -> str:
        """The entry of the file dialog."""
        return f"{self.title} (*.{self.suffix})"
