"""The note below a message.

Invariant: it shows one text at a time, the most urgent; a refusal stays until the message text changes.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QWidget

from workbench.ui.editor.field import ExactField
from workbench.ui.editor.long_lines import LONGEST
from workbench.ui.widgets.theme import set_role

_DELAY_MS = 250
_BROKEN = (
    f"Paragraphs over {LONGEST:,} characters are shown in parts, each on a new line. "
    "The text itself has no line breaks there."
)


class BlockNote(QObject):
    """Shows a note on a label, which is created with the first note."""

    changed = Signal()
    """The note needs another height."""

    def __init__(self, field: ExactField, parent: QWidget) -> None:
        """`field` is the text of the message; the label is a child of `parent`."""
        super().__init__(parent)
        self._field, self._parent = field, parent
        self._label: QLabel | None = None
        self._wanted = False
        self._refused = self._refused_for = ""
        self._hint = self._remark = self._warning = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._write)
        field.textChanged.connect(self._text_changed)

    @property
    def is_shown(self) -> bool:
        """Whether there is a note."""
        return self._label is not None and not self._label.isHidden()

    def text(self) -> str:
        """Return the note, "" for none."""
        return self._label.text() if self._label is not None else ""

    def height_for(self, width: int) -> int:
        """Return the height in px of the note, 0 for none."""
        return self._label.heightForWidth(width) if self._label is not None and self.is_shown else 0

    def place(self, rect: QRect) -> None:
        """Set the geometry of the note."""
        if self._label is not None:
            self._label.setGeometry(rect)

    def want(self, *, wanted: bool = True) -> None:
        """Show, or with `wanted` False hide, that a run needs text here."""
        self._wanted = wanted
        self._write()

    def hint(self, text: str) -> None:
        """Show a hint about the message; "" for none."""
        self._hint = text
        self._write()

    def warn(self, text: str) -> None:
        """Show what is wrong with the text; "" for nothing."""
        if text != self._warning:
            self._warning = text
            self._write()

    def remark(self, text: str) -> None:
        """Show how the text is displayed, the least urgent note; "" for nothing."""
        self._remark = text
        self._write()

    def refuse(self, text: str) -> None:
        """Show why an action on the message was refused; "" for nothing."""
        if text or self._refused:
            self._refused, self._refused_for = text, self._field.exact()
            self._write()

    def _text_changed(self) -> None:
        # A refused drop ends with a textChanged although the text is unchanged.
        if self._refused and self._field.exact() != self._refused_for:
            self.refuse("")
        if self._field.is_broken is not self.is_shown:
            self._timer.start()

    def _write(self) -> None:
        missing = "Write something here, then run." if self._wanted else ""
        shown = " ".join(filter(None, (_BROKEN if self._field.is_broken else "", self._remark)))
        note = missing or self._refused or self._hint or self._warning or shown
        if note != self.text():
            label = self._label = self._label or self._made()
            set_role(label, "error" if note and note in (missing, self._refused, self._warning) else "small")
            label.setText(note)
            label.setVisible(bool(note))
            self.changed.emit()

    def _made(self) -> QLabel:
        label = QLabel(self._parent)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        # The same margin as below the text of a field.
        label.setContentsMargins(0, 0, 0, 4)
        label.hide()
        return label
