"""Opens the comparison of prompts for the window.

Invariant: the draft is compared as it is in the editor when the dialog opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.timeline import name
from workbench.core.text import opening_words
from workbench.usecases.comparing import Side, side_of

if TYPE_CHECKING:
    from workbench.ui.diff.prompts import CompareDialog, Entry
    from workbench.ui.window import MainWindow

_TITLE = 60


def compare_versions(window: MainWindow, old: str | None = None, new: str | None = None) -> CompareDialog:
    """Compare two rows of the timeline; without `new` a row with the draft, without `old` the shown row."""
    # A dialog is imported when it is first opened, so that the start stays quick.
    from workbench.ui.diff.prompts import DRAFT, CompareDialog

    compose = window.compose
    draft = compose.draft()
    entries: list[Entry] = [(DRAFT, "The draft")]
    for position in range(window.timeline.rowCount()):
        row = window.timeline.row(position)
        if row is not None:
            known = opening_words(row.note or row.summary, _TITLE)
            entries.append((row.uid, f"{name(row).capitalize()}{' · ' + known if known else ''}"))

    def read(uid: str) -> Side:
        if uid == DRAFT:
            return Side(draft.content, draft.lanes)
        found = window.timeline.find(uid)
        assert found is not None
        return side_of(window.workbench.history.whole(found))

    chosen = old if old is not None else compose.shown_row() or (entries[1][0] if len(entries) > 1 else DRAFT)
    dialog = CompareDialog(
        window.theme, window.tasks, entries, read, (chosen, DRAFT if new is None else new), window.frame
    )
    dialog.show()
    return dialog
