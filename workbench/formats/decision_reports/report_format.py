"""The declaration of a format of reports of decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.core.decide.report import DecisionReport


@dataclass(frozen=True, slots=True)
class DecisionFormat:
    """One format. `id` is its name in the terminal, `title` is shown in the file dialog, `help` in the terminal's help.

    `extension` is that of its files, with the dot. `write` yields the text of a file in chunks.
    """

    id: str
    order: int
    title: str
    help: str
    extension: str
    write: Callable[[DecisionReport], Iterator[str]]

    @property
    def filter(self) -> str:
        """The entry of the file dialog."""
        return f"{self.title} (*{self.extension})"
