"""What opens on top of the window. Each dialog is imported when it is first opened, so that the start stays quick.

Invariant: no dialog is modal but a question about what would be lost, and one that another dialog opened, which waits
for it; every one closes with Esc, and its result reaches the controllers through one callback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.timeline import name
from workbench.ui.dialog import dialog_parent
from workbench.ui.line_dialog import NoteDialog
from workbench.ui.questions import Answer, answer_of, answers_question, draft_question

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class Dialogs(QObject):
    """Opens dialogs for the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def edit_note(self, uid: str) -> None:
        """Edit the note of a row of the timeline."""
        row = self._window.timeline.find(uid)
        if row is None:
            return
        dialog = NoteDialog(dialog_parent(self._window.frame), name(row), row.note)
        dialog.accepted.connect(lambda: self._window.compose.rows.set_note(row, dialog.field.text().strip()))
        dialog.open()

    def ask_to_lose_draft(self) -> bool:
        """Ask whether the window may close although its text could not be saved."""
        return answer_of(draft_question(self._window.frame)) == "close"

    def ask_to_lose_answers(self, count: int) -> Answer:
        """Ask what to do about answers that are only in this window."""
        return answer_of(answers_question(self._window.frame, count))
