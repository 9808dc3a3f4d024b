"""The context menu of a text field: what the keys do, and nothing that could change text unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField


def text_menu(field: ExactField, *, can_undo: bool, can_redo: bool) -> QMenu:
    """Return a menu that deletes itself when it closes; a field that is only read offers Copy and Select all."""
    menu = QMenu(field)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    key = QKeySequence.StandardKey
    selected = field.textCursor().hasSelection()

    def add(text: str, shortcut: QKeySequence.StandardKey, enabled: bool, act: Callable[[], object]) -> None:
        # The shortcut is shown, not bound: the field handles the key.
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        action = menu.addAction(f"{text}\t{keys}")
        action.setEnabled(enabled)
        action.triggered.connect(lambda: act())

    if field.editable:
        _add_fixes(menu, field)
        add("Undo", key.Undo, can_undo, field.undo_wanted.emit)
        add("Redo", key.Redo, can_redo, field.redo_wanted.emit)
        menu.addSeparator()
        add("Cut", key.Cut, selected, field.cut)
    add("Copy", key.Copy, selected, field.copy)
    if field.editable:
        add("Paste", key.Paste, field.canPaste(), field.paste)
    menu.addSeparator()
    add("Select all", key.SelectAll, not field.document().isEmpty(), field.selectAll)
    return menu


def _add_fixes(menu: QMenu, field: ExactField) -> None:
    """Offer the names that were probably meant."""
    from workbench.ui.editor.amiss_marks import AmissMarks

    marks = field.findChild(AmissMarks)
    if not isinstance(marks, AmissMarks):
        return
    fixes = marks.fixes()
    for name, meant in fixes:
        action = menu.addAction(f"Change {{{{{name}}}}} to {{{{{meant}}}}}")
        action.triggered.connect(lambda _=False, name=name, meant=meant: marks.mend_wanted.emit(name, meant))
    if fixes:
        menu.addSeparator()
