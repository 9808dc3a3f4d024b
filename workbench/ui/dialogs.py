"""What opens on top of the window. Each dialog is imported when it is first opened, so that the start stays quick.

Invariant: no dialog is modal but a question about what would be lost, and one that another dialog opened, which waits
for it; every one closes with Esc, and its result reaches the controllers through one callback.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt

from workbench.app.timeline import name
from workbench.ui.dialog import dialog_parent
from workbench.ui.line_dialog import NoteDialog
from workbench.ui.questions import Answer, answer_of, answers_question, draft_question

if TYPE_CHECKING:
    from workbench.ui.address.confirming import AddressConfirmation
    from workbench.ui.features.lanes.code import CodeDialog
    from workbench.ui.window import MainWindow


class Dialogs(QObject):
    """Opens dialogs for the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._code: CodeDialog | None = None
        self._addresses: AddressConfirmation | None = None

    @property
    def addresses(self) -> AddressConfirmation:
        """What asks whether a key may go to another address; made when it is first asked for."""
        if self._addresses is None:
            from workbench.ui.address.confirming import AddressConfirmation

            self._addresses = AddressConfirmation(self._window)
        return self._addresses

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

    def wire(self, slot: str, page: str = "") -> None:
        """Show what a lane sent and got, with one of the pages of `WireDialog` in front."""
        from workbench.ui.widgets.wire_dialog import WireDialog

        shown = self._window.compose.board.shown(slot)
        if shown is None:
            return
        dialog = WireDialog(
            self._window.theme,
            shown.wire,
            marks=shown.marks,
            response=shown.result.response if shown.result else None,
            title=self._window.lane_title(slot),
            page=page,
            parent=self._window.frame,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def choices(self, slot: str) -> None:
        """Show the choices of a lane's answer that are kept beside the shown one."""
        from workbench.ui.widgets.wire_dialog import CHOICES

        self.wire(slot, CHOICES)

    def code(self, slot: str) -> None:
        """Show code that repeats a lane of the draft."""
        from workbench.ui.features.lanes.code import CodeDialog

        window, lane = self._window, self._window.compose.lanes.get(slot)
        if lane is None:
            return
        prompt, draft, coder = window.compose.prompt_uid, window.compose.draft(), window.workbench.coder
        dialog = CodeDialog(window.theme, title=window.lane_title(slot), parent=window.frame)

        def if_open(show: Callable[[Any], None]) -> Callable[[Any], None]:
            # The dialog can be closed, and gone, before its code is there.
            return lambda found: show(found) if self._code is dialog else None

        def read() -> None:
            filled = dialog.is_filled()
            window.tasks.run(
                lambda: coder.snippets(prompt, draft, lane, filled=filled),
                if_open(dialog.show_code),
                if_open(dialog.show_error),
            )

        dialog.wanted.connect(read)
        dialog.finished.connect(self._code_closed)
        self._code = dialog
        dialog.open()
        read()

    def _code_closed(self) -> None:
        self._code = None
