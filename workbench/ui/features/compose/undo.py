"""Undo and redo in Compose.

Invariant: edits of texts and lanes, and verdicts, are undone in one chronological order. A text field keeps these keys
for its own steps, unless a verdict or an edit of the lanes was the last action. What was undone before a new verdict
cannot be redone.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from workbench.app.compose.undo_order import UndoOrder, UndoSteps
from workbench.app.lanes.lane_journal import LaneJournal
from workbench.host.clock import stamp
from workbench.ui.editor.field import ExactField

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.app.compose.verdict_recorder import GivenVerdict
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.editor.editor import ContentEditor
    from workbench.ui.editor.history import FieldHistory


class ComposeUndo:
    """Undoes and redoes edits of the draft and its lanes, and verdicts on the shown run."""

    def __init__(self, compose: ComposeSession, view: ComposeView) -> None:
        self._compose, self._view = compose, view
        self._typed: tuple[QWidget | None, int] = (None, 0)
        """The field with its own undo stack that was typed into last, and the stamp."""
        self._line: tuple[QLineEdit, str] | None = None
        """The QLineEdit that had the focus at the last verdict, and its text then."""
        self.lanes = LaneJournal(compose.lanes)
        compose.stage.judging.given.connect(self._judged)

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return self._order.undoes_verdict if self._compose.viewing is not None else self._order.undo is not None

    @property
    def last_step(self) -> int:
        """The stamp of the last step, 0 for none; in a past iteration later than any, because the draft is hidden."""
        return sys.maxsize if self._compose.viewing is not None else self._order.last_step

    @property
    def can_redo(self) -> bool:
        """Whether there is anything to redo."""
        return self._order.redoes_verdict if self._compose.viewing is not None else self._order.redo is not None

    def undo(self) -> None:
        """Undo the last action."""
        if self.can_undo and (undo := self._order.undo) is not None:
            undo()

    def redo(self) -> None:
        """Redo the action undone last."""
        if self.can_redo and (redo := self._order.redo) is not None:
            redo()

    def typed(self, widget: QWidget) -> None:
        """Record that a key was pressed in a text field."""
        if not isinstance(widget, ExactField):
            self._typed = (widget, stamp())

    def claims(self, command_id: str) -> bool:
        """Whether the key of "undo" or "redo" applies to a verdict or the lanes instead of the focused field."""
        if self._compose.viewing is not None:
            return (command_id == "undo" and self._order.undoes_verdict) or (
                command_id == "redo" and self._order.redoes_verdict
            )
        return (command_id == "undo" and self._order.undoes_beside_text) or (
            command_id == "redo" and self._order.redoes_beside_text
        )

    def _judged(self, given: GivenVerdict) -> None:
        field = QApplication.focusWidget()
        self._line = (field, field.text()) if isinstance(field, QLineEdit) else None
        if given.change != "given":
            return
        for one in self._texts():
            one.journal.drop_redo()
        if isinstance(field, QLineEdit) and not field.hasSelectedText():
            # Qt merges typing into one step until the caret moves.
            place = field.cursorPosition()
            field.setCursorPosition(0 if place else len(field.text()))
            field.setCursorPosition(place)

    @property
    def _is_line_unchanged(self) -> bool:
        """Whether the QLineEdit still has its text of the last verdict, so that no edit in it came after that."""
        field = QApplication.focusWidget()
        return self._line is not None and self._line[0] is field and self._line[1] == self._line[0].text()

    @property
    def _order(self) -> UndoOrder:
        judging, texts = self._compose.stage.judging, self._texts()
        field, typed_at = self._typed
        if field is not QApplication.focusWidget() or self._is_line_unchanged:
            typed_at = 0
        return UndoOrder(
            UndoSteps(judging, judging.undo, judging.redo),
            UndoSteps(self.lanes, self.lanes.undo, self.lanes.redo),
            [UndoSteps(one.journal, one.undo, one.redo) for one in texts],
            typed_at,
        )

    def _texts(self) -> list[FieldHistory | ContentEditor]:
        histories = [history for row in self._view.values.rows if (history := row.field.own_history) is not None]
        return [*histories, self._view.editor]
