"""Buttons that display the shortcut of their command.

Invariant: nothing here imports the table of commands, which the first paint does not need.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from workbench.ui.widgets.theme import set_role

KeyName = Callable[[str], str]
"""Returns the key of a command in readable form, "" for none."""


FIRST_KEYS = {
    "run": "Ctrl+Enter",
    "settings": "Ctrl+,",
    "palette": "Ctrl+K",
    "menu": "F10",
    "escape": "Esc",
    "blind": "Ctrl+B",
}
"""Default keys as in the table of commands, which the first paint does not load; a test compares them."""


def first_keys(command_id: str) -> str:
    """Return the default key of a command, for the paint before the table is loaded."""
    return FIRST_KEYS[command_id]


def with_key(text: str, key: str) -> str:
    """Return `text` followed by a key in brackets, or alone if there is no key."""
    return f"{text} ({key})" if key else text


class KeyNameButton(QPushButton):
    """A push button that displays its key, with shorter labels for less room."""

    def __init__(self, text: str, key: str, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._level = 0
        self._words = (text, text)
        self._texts = ("", "", "")
        if role:
            set_role(self, role)
        self.set_label(text, text)

    def set_label(self, text: str, brief: str) -> None:
        """Set the label and its shortest form; the key stays."""
        self._words = (text, brief)
        self._texts = (f"{text}   {self._key}" if self._key else text, text, brief)
        self.setText(self._texts[self._level])
        self.setAccessibleName(text)

    def set_key(self, key: str) -> None:
        """Set the displayed key, in readable form; "" for none."""
        key = key.replace("Enter", "↵").replace("+", " ")
        if key != self._key:
            self._key = key
            self.set_label(*self._words)

    def say(self, level: int) -> None:
        """Set the length of the label: full (0), without the key (1), or shortest (2)."""
        self._level = level
        self.setText(self._texts[level])

    def width_at(self, level: int) -> int:
        """Return the width in pixels that the button needs at `level`, whatever it shows."""
        metrics = self.fontMetrics()
        there, then = (metrics.horizontalAdvance(text) for text in (self.text(), self._texts[level]))
        return self.sizeHint().width() - there + then
