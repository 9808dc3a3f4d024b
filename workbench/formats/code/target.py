"""The declaration of a code target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.formats.code.source import CodeSource, comment


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """A library or program that can repeat a lane; `title` is shown to the user, `write` returns the code."""

    title: str
    order: int
    write: Callable[[CodeSource], str]

    def __call__(self, source: CodeSource) -> str:
        """Return the source's notes as comments, then the code. Raises CannotWriteError, BlockError."""
        return "".join(f"{comment(note)}\n" for note in source.notes) + self.write(source)
