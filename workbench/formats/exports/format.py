"""What an export format says of itself.

Invariant: a writer is given the parts of runs one by one, and whatever it asks of all of them costs only those formats
that ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.core.exported_runs import ExportedPart


@dataclass(frozen=True, slots=True)
class ExportContext:
    """What a writer may ask besides the parts. Calls may read all runs once more, and raise StoreError.

    `title` is what a person would call the runs, `variables` are the names of all their values in the order in which
    they come, and `style` is the CSS of a page.
    """

    title: Callable[[], str]
    variables: Callable[[], Sequence[str]]
    style: Callable[[], str]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format. `id` is its name in the terminal and what the terminal's documents call it.

    `title` stands in the file dialog, `help` in the terminal's help. `extensions` are those of files that are written
    in it, with the dot; the first one is given to names without any. `write` yields the text of a file, piece by piece.
    """

    id: str
    order: int
    title: str
    help: str
    extensions: tuple[str, ...]
    write: Callable[[Iterable[ExportedPart], ExportContext], Iterator[str]]

    @property
    def suffix(self) -> str:
        """The usual extension, without the dot."""
        return self.extensions[0].removeprefix(".")

    @property
    def filter(self) -> str:
        """The entry of the file dialog."""
        return f"{self.title} (*.{self.suffix})"
