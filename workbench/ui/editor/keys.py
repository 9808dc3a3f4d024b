"""Which keys belong to a text field, and which to the window.

Invariant: a field handles only common editing keys. Qt's X11 bindings that delete text (Ctrl+D, Ctrl+K, Ctrl+U) or move
the caret (Ctrl+E) are left to commands of the window.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_Modifier = Qt.KeyboardModifier
_Key = QKeySequence.StandardKey
_EDITING = (
    _Key.Copy,
    _Key.Cut,
    _Key.Paste,
    _Key.SelectAll,
    _Key.MoveToNextWord,
    _Key.MoveToPreviousWord,
    _Key.SelectNextWord,
    _Key.SelectPreviousWord,
    _Key.MoveToStartOfDocument,
    _Key.MoveToEndOfDocument,
    _Key.SelectStartOfDocument,
    _Key.SelectEndOfDocument,
    _Key.DeleteStartOfWord,
    _Key.DeleteEndOfWord,
)


def plain_modifiers(event: QKeyEvent) -> bool:
    """Whether the key types text: no modifier but Shift and AltGr, which some systems report as Ctrl+Alt."""
    held = event.modifiers() & (_Modifier.ControlModifier | _Modifier.AltModifier | _Modifier.MetaModifier)
    if held == _Modifier.ControlModifier | _Modifier.AltModifier:
        return bool(event.text()) and event.text().isprintable()
    return held == _Modifier.NoModifier


def edits_text(event: QKeyEvent) -> bool:
    """Whether a key with Ctrl, Alt or Meta is a common editing key."""
    return is_undo(event) or is_redo(event) or any(event.matches(key) for key in _EDITING)


def is_undo(event: QKeyEvent) -> bool:
    """Whether the key is Ctrl+Z."""
    return event.matches(_Key.Undo)


def is_redo(event: QKeyEvent) -> bool:
    """Whether the key is Ctrl+Shift+Z, or Ctrl+Y on any system."""
    held = event.modifiers() & ~_Modifier.KeypadModifier
    return event.matches(_Key.Redo) or (event.key() == Qt.Key.Key_Y and held == _Modifier.ControlModifier)
