"""Starts a branch when a past entry is edited.

Invariant: the past never changes and the draft is never lost. The draft becomes what is shown, as one undoable step
that the notice offers to undo. The key then acts in the draft, at the same position.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence

from workbench.core.timeline import name
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.keys import plain_modifiers

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.ui.shell.services import Notices

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
_Standard = QKeySequence.StandardKey
_EDITS = (_Standard.Paste, _Standard.Cut, _Standard.DeleteStartOfWord, _Standard.DeleteEndOfWord)


def would_edit(event: QKeyEvent) -> bool:
    """Whether a key would change an editable text."""
    if any(event.matches(key) for key in _EDITS):
        return True
    return plain_modifiers(event) and (event.key() in _KEYS or (bool(event.text()) and event.text().isprintable()))


class BranchOnEdit(QObject):
    """Filters keys in the editor of the past, and text committed by input methods, such as é."""

    def __init__(self, compose: ComposeSession, draft: ContentEditor, notices: Notices) -> None:
        """`draft` is the editor that a branch goes into."""
        super().__init__(compose)
        self._compose, self._draft, self._notices = compose, draft, notices

    def watch(self, editor: ContentEditor) -> None:
        """Start a branch when the user types into the read-only `editor`."""
        for block in editor.blocks:
            self._teach(editor, block)
        editor.block_made.connect(lambda block: self._teach(editor, block))

    def _teach(self, editor: ContentEditor, block: MessageBlock) -> None:
        block.field.wakes = would_edit
        block.field.habits.append(lambda event: self._takes(editor, block, event))
        composed = _Composed(block.field)
        composed.act = lambda event: self._takes(editor, block, event)
        block.field.installEventFilter(composed)

    def _takes(self, editor: ContentEditor, block: MessageBlock, event: QKeyEvent | QInputMethodEvent) -> bool:
        detail = self._compose.viewing
        if detail is None or (isinstance(event, QKeyEvent) and not would_edit(event)):
            return False
        index, (start, stop) = editor.blocks.index(block), block.field.selection()
        before = self._compose.take_over(detail, branch=True)
        if before is None:
            return True
        self._notices.offer_draft(f"You edited {name(detail.row)}, so the draft now starts from it.", before)
        self._draft.show_part(index, start, stop - start)
        field = self._draft.blocks[index].field
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(event, QKeyEvent):
            field.keyPressEvent(event)
        else:
            field.inputMethodEvent(event)
        return True


class _Composed(QObject):
    """Waits for text committed by an input method and ignores text still being composed."""

    act: Callable[[QInputMethodEvent], bool]

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        # Accepted here, so that the read-only field does not refuse it.
        return isinstance(event, QInputMethodEvent) and bool(event.commitString()) and self.act(event)
