"""What a target of code says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.formats.code.source import CodeSource, comment


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """A library or a program that can repeat a lane; `title` is what people see, `write` returns the code."""

    title: str
    order: int
    write: Callable[[CodeSource], str]

    def __call__(self, source: CodeSource) -> str:
        """Return the code with the source's notes before it. Raises CannotWriteError, BlockError."""
        return "".join(f"{comment(note)}\n" for note in source.notes) + self.write(source)
