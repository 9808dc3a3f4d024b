"""The context menu of a text field: its standard editing commands, and the entries of its layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QPlainTextEdit

Act = Callable[[], object]
Offer = tuple[str, Act]
"""An entry of some fields only: its text and its action."""


def text_menu(field: QPlainTextEdit, offers: Sequence[Offer], undo: Act | None, redo: Act | None) -> QMenu:
    """Return a menu that deletes itself when it closes; a read-only field has Copy and Select all.

    `undo` and `redo` are None if there is nothing to undo or redo.
    """
    menu = QMenu(field)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    key = QKeySequence.StandardKey
    editable, selected = not field.isReadOnly(), field.textCursor().hasSelection()

    def add(text: str, shortcut: QKeySequence.StandardKey, act: Act | None) -> None:
        # The shortcut is shown, not bound: the field handles the key.
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        _add(menu, f"{text}\t{keys}", act)

    if editable:
        for text, act in offers:
            _add(menu, text, act)
        if offers:
            menu.addSeparator()
        add("Undo", key.Undo, undo)
        add("Redo", key.Redo, redo)
        menu.addSeparator()
        add("Cut", key.Cut, field.cut if selected else None)
    add("Copy", key.Copy, field.copy if selected else None)
    if editable:
        add("Paste", key.Paste, field.paste if field.canPaste() else None)
    menu.addSeparator()
    add("Select all", key.SelectAll, None if field.document().isEmpty() else field.selectAll)
    return menu


def _add(menu: QMenu, text: str, act: Act | None) -> None:
    """Add an entry that calls `act`, or one that is disabled."""
    action = menu.addAction(text)
    action.setEnabled(act is not None)
    if act is not None:
        action.triggered.connect(lambda: act())
