"""What is said about one message below it.

Invariant: one thing is said at a time, the most pressing one; a refusal stays until the text is another one.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QWidget

from workbench.ui.editor.breaks import LONGEST
from workbench.ui.editor.field import ExactField
from workbench.ui.theme import set_role

_DELAY_MS = 250
_BROKEN = (
    f"A paragraph over {LONGEST:,} characters is shown in parts, each on a new line. "
    "The text itself has no such line ends."
)


class BlockNote(QLabel):
    """Hidden while there is nothing to say."""

    changed = Signal()
    """It needs another height."""

    def __init__(self, field: ExactField, parent: QWidget) -> None:
        """`field` is the text of the message."""
        super().__init__(parent)
        self._field = field
        self._wanted = False
        self._refused = self._refused_for = ""
        self._hint = self._remark = self._warning = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        # A field has room of its own below its text.
        self.setContentsMargins(0, 0, 0, 4)
        self.hide()
        set_role(self, "small")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._write)
        field.textChanged.connect(self._text_changed)

    def want(self, *, wanted: bool = True) -> None:
        """Say that a run needs text here, or that it does not."""
        self._wanted = wanted
        self._write()

    def hint(self, text: str) -> None:
        """Say something about the message; "" for nothing."""
        self._hint = text
        self._write()

    def warn(self, text: str) -> None:
        """Say what is wrong with the text; "" for nothing."""
        if text != self._warning:
            self._warning = text
            self._write()

    def remark(self, text: str) -> None:
        """Say how the text is shown, after all that is more urgent; "" for nothing."""
        self._remark = text
        self._write()

    def refuse(self, text: str) -> None:
        """Say why something was not done to the message; "" for nothing."""
        if text or self._refused:
            self._refused, self._refused_for = text, self._field.exact()
            self._write()

    def _text_changed(self) -> None:
        # A drop that is refused ends with a change of nothing.
        if self._refused and self._field.exact() != self._refused_for:
            self.refuse("")
        if self._field.is_broken is self.isHidden():
            self._timer.start()

    def _write(self) -> None:
        missing = "Write something here, then run." if self._wanted else ""
        shown = " ".join(filter(None, (_BROKEN if self._field.is_broken else "", self._remark)))
        note = missing or self._refused or self._hint or self._warning or shown
        if note != self.text():
            set_role(self, "error" if note and note in (missing, self._refused, self._warning) else "small")
            self.setText(note)
            self.setVisible(bool(note))
            self.changed.emit()
