"""One row of the model picker.

Invariant: pure; text from servers is never rendered as markup.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt

from workbench.app.fuzzy import FuzzyIndex, MatchCloseness
from workbench.app.models.model_index import ModelEntry
from workbench.core.providers import PROVIDERS
from workbench.core.text import counted
from workbench.core.visible_text import VisibleFields

ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The PickerRow itself."""

RowKind = Literal["header", "remark", "model", "typed", "gguf", "adapter", "retry", "endpoint"]
PICKABLE: frozenset[RowKind] = frozenset({"model", "typed", "gguf", "adapter", "retry", "endpoint"})
_ADDRESS = re.compile(r"https?:|(localhost|\[[0-9a-f:]+\]|[0-9]+(\.[0-9]+){3})(?![^:/])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PickerRow(VisibleFields):
    """One row of the list. `note` is the small text below the title, `price` is right-aligned.

    `no_key` is a sentence if a key is missing; `entry` is set for models, typed ids included. `warning` precedes the
    note ("retired 2025-09-01", "not reachable"), and `reason` is a sentence about it.
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
        """The row in one line, for screen readers."""
        parts = (self.title, self.warning, self.note, self.price, "no key" if self.no_key else "")
        return ", ".join(part for part in parts if part)


def closeness_of(row: PickerRow, query: str) -> MatchCloseness | None:
    """Return how well a local row matches by name or path; None if it does not."""
    if not query:
        return MatchCloseness.PREFIX
    where = row.note if row.endpoint else ""
    provider = row.entry.provider if row.entry else ""
    found = FuzzyIndex([(row.title, f"{where} {provider} local")], initials=False).matches(query)
    return found[0][0] if found else None


def names_provider(model: str) -> bool:
    """Whether an id has a provider prefix; a bare name that resembles a provider does not count."""
    prefix, slash, rest = model.partition("/")
    return bool(slash and rest and prefix in PROVIDERS)


def is_address(text: str) -> bool:
    """Whether a text is the address of a server, and so not a model id."""
    return _ADDRESS.match(text) is not None


def tooltip(*lines: str) -> str:
    """Return lines as a tooltip; model names from servers are escaped."""
    return "<qt>" + "<br>".join(html.escape(line) for line in lines if line) + "</qt>"


def model_count(models: int) -> str:
    """Return "1 model" or "3,676 models"."""
    return counted(models, "model")
