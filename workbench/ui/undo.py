"""What Ctrl+Z and Ctrl+Shift+Z do in the shown view.

Invariant: in Compose edits and verdicts are undone in one order of time. A text field keeps these keys for its own
steps, unless a verdict was the last thing done. What was undone before a new verdict cannot be redone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from workbench.app.undo_order import Steps, UndoOrder
from workbench.host.clock import stamp
from workbench.ui.editor.field import ExactField

if TYPE_CHECKING:
    from workbench.app.judging import GivenVerdict
    from workbench.ui.editor.editor import ContentEditor
    from workbench.ui.editor.history import FieldHistory
    from workbench.ui.shell.feature import VerdictController
    from workbench.ui.window import MainWindow


class Undo:
    """Undo and redo for the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._typed: tuple[QWidget | None, int] = (None, 0)
        """The field with steps of its own that was typed into last, and when."""
        self._line: tuple[QLineEdit, str] | None = None
        """The field of Qt's own that had the focus at the last verdict, and its text then."""
        window.compose.stage.judging.given.connect(self._judged)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        window = self._window
        if window.views.shown == "history":
            return window.notices.offers_undo
        if window.views.shown != "compose":
            return (verdicts := self._verdicts) is not None and verdicts.can_undo
        return self._order.undoes_verdict if window.compose.viewing is not None else self._order.undo is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        window = self._window
        if window.views.shown != "compose":
            return (verdicts := self._verdicts) is not None and verdicts.can_redo
        return self._order.redoes_verdict if window.compose.viewing is not None else self._order.redo is not None

    def undo(self) -> None:
        """Take back what was done last: in Compose to texts or as a verdict, in the History to runs."""
        if not self.can_undo:
            return
        if self._window.views.shown == "history":
            self._window.notices.undo()
        elif (verdicts := self._verdicts) is not None:
            verdicts.undo()
        elif (undo := self._order.undo) is not None:
            undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        if not self.can_redo:
            return
        if (verdicts := self._verdicts) is not None:
            verdicts.redo()
        elif (redo := self._order.redo) is not None:
            redo()

    def follow_edits(self) -> None:
        """Enable the commands where an edit of a text or value changed what they can do."""
        actions = self._window.actions_
        if (actions["undo"].isEnabled(), actions["redo"].isEnabled()) != (self.can_undo, self.can_redo):
            self._window.update_state()

    def typed(self, widget: QWidget) -> None:
        """Take in that a key was pressed in a field for text."""
        if not isinstance(widget, ExactField):
            self._typed = (widget, stamp())

    def claims(self, command_id: str) -> bool:
        """Whether the key of a command, "undo" or "redo", is about a verdict, and not for the field that has it."""
        if self._window.views.shown != "compose":
            return False
        return (command_id == "undo" and self._order.undoes_verdict) or (
            command_id == "redo" and self._order.redoes_verdict
        )

    def _judged(self, given: GivenVerdict) -> None:
        field = QApplication.focusWidget()
        self._line = (field, field.text()) if isinstance(field, QLineEdit) else None
        if given.change != "given":
            return
        for one in self._texts():
            one.journal.drop_redo()
        if isinstance(field, QLineEdit) and not field.hasSelectedText():
            # Qt joins what is typed to one step until the caret moves.
            place = field.cursorPosition()
            field.setCursorPosition(0 if place else len(field.text()))
            field.setCursorPosition(place)

    @property
    def _verdicts(self) -> VerdictController | None:
        """What gives verdicts in the shown view; None in Compose, whose verdicts are undone together with edits."""
        return self._window.features.verdicts(self._window.views.shown)

    @property
    def _is_line_unchanged(self) -> bool:
        """Whether a field of Qt's own holds what it held at the last verdict, so that nothing in it came after that."""
        field = QApplication.focusWidget()
        return self._line is not None and self._line[0] is field and self._line[1] == self._line[0].text()

    @property
    def _order(self) -> UndoOrder:
        judging, texts = self._window.compose.stage.judging, self._texts()
        field, typed_at = self._typed
        if field is not QApplication.focusWidget() or self._is_line_unchanged:
            typed_at = 0
        return UndoOrder(
            Steps(judging, judging.undo, judging.redo),
            [Steps(one.journal, one.undo, one.redo) for one in texts],
            typed_at,
        )

    def _texts(self) -> list[FieldHistory | ContentEditor]:
        view = self._window.view
        histories = [history for row in view.values.rows if (history := row.field.own_history) is not None]
        return [*histories, view.editor]
