"""One line of the model picker's list.

Invariant: pure; text that servers send is never markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt

from workbench.app.model_entries import Closeness, ModelEntry
from workbench.core.visible import Shown

ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The Row itself."""

RowKind = Literal["header", "remark", "model", "typed", "gguf", "adapter", "retry", "endpoint"]
PICKABLE: frozenset[RowKind] = frozenset({"model", "typed", "gguf", "adapter", "retry", "endpoint"})
_ADDRESS = re.compile(r"https?:|(localhost|\[[0-9a-f:]+\]|[0-9]+(\.[0-9]+){3})(?![^:/])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row(Shown):
    """One line of the list. `note` is the small text below the title, `price` stands at the right.

    `no_key` is a sentence when a key is missing; `entry` is there for models, typed ids included. `warning` stands
    before the note ("retired 2025-09-01", "not reachable"), and `reason` is a sentence about it.
    """

    kind: RowKind
    title: str
    note: str = ""
    price: str = ""
    no_key: str = ""
    entry: ModelEntry | None = None
    endpoint: str = ""
    warning: str = ""
    reason: str = ""
    SHOWN = ("title", "note")

    @property
    def spoken(self) -> str:
        """All of the row in one line, for people who listen."""
        parts = (self.title, self.warning, self.note, self.price, "no key" if self.no_key else "")
        return ", ".join(part for part in parts if part)


def local_words(row: Row) -> str:
    """Return what a row of this computer is found by."""
    where = row.note if row.endpoint else ""
    return f"{row.title} {where} {row.entry.provider if row.entry else ''} local".lower()


def closeness_of(row: Row, words: Sequence[str]) -> Closeness:
    """Return how well the name of a local model matches; other words are about where it is."""
    title = row.title.lower()
    if " ".join(words) == title:
        return Closeness.EXACT
    if not words or title.startswith(words[0]):
        return Closeness.PREFIX
    return Closeness.WORDS


def is_address(text: str) -> bool:
    """Return whether a text is where a server listens, and so no id of a model."""
    return _ADDRESS.match(text) is not None


def tooltip(*lines: str) -> str:
    """Return lines as a tooltip; what servers call their models is never taken for markup."""
    return "<qt>" + "<br>".join(html.escape(line) for line in lines if line) + "</qt>"


def model_count(models: int) -> str:
    """Return "1 model" or "3,676 models"."""
    return "1 model" if models == 1 else f"{models:,} models"
