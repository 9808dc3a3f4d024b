"""Arranges prompts in folders, and finds some of them.

Invariant: every prompt that matches is listed once, in its folder, in the order of the store; prompts without a folder
come first. While words are searched for, all folders are open.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from workbench.app.fuzzy import fold
from workbench.core.runs import PromptRow
from workbench.core.text import counted
from workbench.core.visible_text import VisibleFields


@dataclass(frozen=True, slots=True)
class FolderRow(VisibleFields):
    """The row of a folder; `count` is the number of its listed prompts."""

    name: str
    count: int
    is_open: bool = True
    SHOWN = ("name",)

    @property
    def uid(self) -> str:
        """The key of the row, which no prompt has."""
        return f"folder:{self.name}"

    @property
    def words(self) -> str:
        """The row in words, for screen readers."""
        return f"Folder {self.name}, {counted(self.count, 'prompt')}, {'open' if self.is_open else 'closed'}"


ListRow = PromptRow | FolderRow


def arrange(prompts: Sequence[PromptRow], closed: Container[str] = (), words: str = "") -> list[ListRow]:
    """Return the rows of the list; with `words`, of the prompts whose name, folder or tags contain each of them."""
    wanted = fold(words).split()
    found = [row for row in prompts if _matches(row, wanted)] if wanted else prompts
    folders: dict[str, list[PromptRow]] = {}
    for row in found:
        folders.setdefault(row.folder, []).append(row)
    listed: list[ListRow] = list(folders.pop("", ()))
    for name in sorted(folders, key=lambda name: (fold(name), name)):
        is_open = bool(wanted) or name not in closed
        listed.append(FolderRow(name, len(folders[name]), is_open))
        listed.extend(folders[name] if is_open else ())
    return listed


def _matches(row: PromptRow, wanted: Sequence[str]) -> bool:
    text = fold(" ".join((row.name, row.folder, *row.tags)))
    return all(word.removeprefix("#") in text for word in wanted)
