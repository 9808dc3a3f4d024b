"""Conversion of Qt key events to the key sequences that the keymap stores.

Invariant: the stored form of a key is the same on every layout: a sign or digit that needs Shift on one keyboard is
stored without Shift.
"""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_Form = QKeySequence.SequenceFormat
_ALONE = frozenset(
    {
        Qt.Key.Key_Control,
        Qt.Key.Key_Shift,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_Super_L,
        Qt.Key.Key_Super_R,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_Multi_key,
        Qt.Key.Key_unknown,
    }
)


def clean(text: str) -> str:
    """Return a stored key as Qt writes it, "" if it is not a single key that can be pressed."""
    sequence = QKeySequence(text, _Form.PortableText)
    if sequence.count() != 1:
        return ""
    written = sequence.toString(_Form.PortableText)
    last = written.rsplit("+", 1)[-1]
    # An invalid key comes back empty, or as modifiers alone.
    return written if written.isprintable() and (last or written.endswith("++")) else ""


def pressed(event: QKeyEvent) -> str:
    """Return the pressed key in stored form, "" while only modifiers are held."""
    key = event.key()
    if key in _ALONE or (key >= Qt.Key.Key_Dead_Grave and key <= Qt.Key.Key_Dead_Longsolidusoverlay):
        return ""
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    # A digit with Shift comes from a keyboard that types digits with Shift; elsewhere it would be a sign.
    if 0x20 < key < 0x10000 and not chr(key).isalpha():
        held &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(QKeyCombination(held, Qt.Key(key))).toString(_Form.PortableText)
