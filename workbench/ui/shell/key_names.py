"""A button that says which key does the same.

Invariant: nothing here loads the table of commands, which the first paint can do without.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from workbench.ui.widgets.theme import set_role

KeyName = Callable[[str], str]
"""The key of a command as people read it, "" for none."""


FIRST_KEYS = {
    "run": "Ctrl+Enter",
    "settings": "Ctrl+,",
    "palette": "Ctrl+K",
    "menu": "F10",
    "escape": "Esc",
    "blind": "Ctrl+B",
}
"""The keys in the table of commands, for what is painted before the table is there; a test compares them."""


def first_keys(command_id: str) -> str:
    """Return the key that the table gives to a command which is painted first."""
    return FIRST_KEYS[command_id]


def with_key(text: str, key: str) -> str:
    """Return `text` with a key behind it in brackets, or alone when there is none."""
    return f"{text} ({key})" if key else text


class KeyNameButton(QPushButton):
    """A push button with its key printed inside, which says less where there is less room."""

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
        """Change the words, and the fewest of them that will do; the key stays."""
        self._words = (text, brief)
        self._texts = (f"{text}   {self._key}" if self._key else text, text, brief)
        self.setText(self._texts[self._level])
        self.setAccessibleName(text)

    def set_key(self, key: str) -> None:
        """Print another key, as people read it; "" for none."""
        key = key.replace("Enter", "↵").replace("+", " ")
        if key != self._key:
            self._key = key
            self.set_label(*self._words)

    def say(self, level: int) -> None:
        """Say everything (0), leave out the key (1), or say only the fewest words (2)."""
        self._level = level
        self.setText(self._texts[level])

    def width_at(self, level: int) -> int:
        """Return the pixels that the button wants at `level`, whatever it says."""
        metrics = self.fontMetrics()
        there, then = (metrics.horizontalAdvance(text) for text in (self.text(), self._texts[level]))
        return self.sizeHint().width() - there + then
