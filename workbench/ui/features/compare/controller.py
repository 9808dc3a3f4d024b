"""Opens the comparison of prompts for the window.

Invariant: the draft is compared as it is in the editor when the dialog opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shiboken6 import isValid

from workbench.app.timeline import name
from workbench.core.text import opening_words
from workbench.core.timeline import VersionLabel, caption
from workbench.usecases.comparing import Side, side_of

if TYPE_CHECKING:
    from workbench.ui.features.compare.dialog import CompareDialog, Entry
    from workbench.ui.window import MainWindow

_TITLE = 60
_VERSION = "version "
"""Begins the entry of a version, before its number."""


def compare_versions(window: MainWindow, old: str | None = None, new: str | None = None) -> CompareDialog:
    """Compare two rows of the timeline; without `new` a row with the draft, without `old` the shown row."""
    # A dialog is imported when it is first opened, so that the start stays quick.
    from workbench.ui.features.compare.dialog import DRAFT, CompareDialog

    compose = window.compose
    draft = compose.draft()
    entries: list[Entry] = [(DRAFT, "The draft")]
    for position in range(window.timeline.rowCount()):
        row = window.timeline.row(position)
        if row is not None:
            known = opening_words(caption(row), _TITLE)
            entries.append((row.uid, f"{name(row).capitalize()}{' · ' + known if known else ''}"))

    prompt, store = compose.prompt_uid, window.workbench.store

    def read(uid: str) -> Side:
        if uid == DRAFT:
            return Side(draft.content, draft.lanes)
        if uid.startswith(_VERSION):
            return Side(store.version(prompt, version_of(uid)).content)
        found = window.timeline.find(uid)
        assert found is not None
        return side_of(window.workbench.history.whole(found))

    chosen = old if old is not None else compose.shown_row() or (entries[1][0] if len(entries) > 1 else DRAFT)
    dialog = CompareDialog(
        window.theme,
        window.tasks,
        entries,
        read,
        (chosen, DRAFT if new is None else new),
        window.frame,
        guessed=old is None,
    )
    dialog.show()
    window.tasks.run(
        lambda: window.workbench.prompts.version_labels(prompt),
        lambda labels: dialog.add_entries(version_entries(labels)) if isValid(dialog) else None,
    )
    return dialog


def version_entry(number: int) -> str:
    """Return what an entry of a version is known by."""
    return f"{_VERSION}{number}"


def version_of(entry: str) -> int:
    """Return the number of the version that an entry stands for."""
    return int(entry.removeprefix(_VERSION))


def version_entries(labels: Sequence[VersionLabel]) -> list[Entry]:
    """Return the entries of all versions, newest first: the timeline holds only the rows that were scrolled to."""
    found = []
    for label in sorted(labels, key=lambda label: -label.number):
        known = opening_words(label.text or label.opening, _TITLE)
        found.append((version_entry(label.number), f"Version {label.number}{' · ' + known if known else ''}"))
    return found
