"""The base of dialogs that turn pasted rows or lines into something else.

Invariant: the draft does not change before the user accepts the result, and the dialog first shows what would be
accepted and what left out. The text is read exactly as pasted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.core.text import counted
from workbench.formats.example_pairs import read_pairs
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

MOST = 2_000_000
"""Maximum number of characters read; more would block the UI thread."""
AT_ONCE = 100_000
"""Characters up to which the text is read on every change; longer text is read after a pause in typing."""
_PAUSE_MS = 150
_MOST_SAID = 4
_TAB_CHARACTERS = 16
_SIZE = QSize(620, 400)


@dataclass(frozen=True, slots=True)
class PasteReading:
    """The result of reading a text: the accepted value (None for none), its description, what is left out, and the
    label of the button.
    """

    taken: object | None
    words: str
    left_out: tuple[str, ...]
    button: str


class PasteDialog(Dialog):
    """An explanation, a field, a preview of the result, and a button to accept it. Esc changes nothing."""

    taken = Signal(object)
    """The result of `read`, emitted after the dialog has closed."""

    def __init__(self, theme: Theme, title: str, about: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._found = PasteReading(None, "", (), "")
        explained = _words()
        explained.setText(about)
        self.field = ExactField(theme)
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.setTabChangesFocus(True)
        self.field.setTabStopDistance(_TAB_CHARACTERS * self.field.fontMetrics().horizontalAdvance(" "))
        set_role(self.field, "field")
        self.told = _words()
        cancel, self.take = QPushButton("Cancel"), QPushButton()
        cancel.setAutoDefault(False)
        self.take.setDefault(True)
        set_role(self.take, "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(explained)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.told)
        layout.addLayout(buttons)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        self.field.textChanged.connect(self._changed)
        self.take.clicked.connect(self._take)
        cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.take.click)
        self.resize((_SIZE * min(theme.scale, 1.5)).boundedTo(geometry.room(self)))

    def begin(self, text: str) -> None:
        """Show a text and select all of it, so that pasting or typing replaces it."""
        self.field.set_exact(text)
        self.field.selectAll()
        self.field.setFocus()
        self._changed()

    def read(self, text: str) -> PasteReading:
        """Return the result for a text; overridden by subclasses."""
        raise NotImplementedError

    def _changed(self) -> None:
        # The result is outdated until the next read, so it cannot be accepted.
        if AT_ONCE < self.field.length <= MOST:
            self.take.setEnabled(False)
            self._pause.start()
        else:
            self._read()

    def _read(self) -> None:
        self._pause.stop()
        text = self.field.exact()
        if len(text) > MOST:
            said = f"The text is longer than {MOST:,} characters. Paste a part of it."
            self._found = PasteReading(None, "", (said,), self.read("").button)
        else:
            self._found = self.read(text)
        # For an empty text, the explanation and the placeholder are enough.
        found = self._found if text.strip() else replace(self._found, left_out=())
        lines = [found.words] if found.words else []
        lines += found.left_out[:_MOST_SAID]
        if (rest := len(found.left_out) - _MOST_SAID) > 0:
            lines.append(f"And {rest:,} more.")
        is_wrong = found.taken is None and bool(text.strip())
        self.told.setText("\n".join(lines))
        set_role(self.told, "error" if is_wrong else "small")
        self.take.setEnabled(found.taken is not None)
        self.take.setText(found.button)

    def _take(self) -> None:
        if (found := self._found.taken) is not None:
            # Closing restores the focus; a receiver of `taken` may then move it to the result.
            self.accept()
            self.taken.emit(found)


def _words() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


class PasteExamples(PasteDialog):
    """Turns pairs into examples; emits `taken(tuple[Example, ...])`."""

    def __init__(self, theme: Theme, copied: str, parent: QWidget) -> None:
        """`copied` is the clipboard text; it is offered only if it looks like pairs."""
        about = (
            "Paste two spreadsheet columns, CSV or JSON Lines. "
            "A header row with names such as “user” and “assistant” is recognised."
        )
        super().__init__(theme, "Paste examples", about, parent)
        self.field.setAccessibleName("Table or JSON Lines with examples")
        # A placeholder shows a tab as one space.
        hint = 'user           assistant\nWhere is it?   On its way.\n\n{"user": "…", "assistant": "…"}'
        self.field.setPlaceholderText(hint)
        is_offered = ("\t" in copied or copied.lstrip()[:1] in ("{", "[")) and len(copied) <= MOST
        self.begin(copied if is_offered else "")

    def read(self, text: str) -> PasteReading:
        pairs = read_pairs(text)
        if not pairs.examples:
            return PasteReading(None, "", pairs.left_out, "Add examples")
        count = counted(len(pairs.examples), "example")
        return PasteReading(pairs.examples, f"{count} from {pairs.form}.", pairs.left_out, f"Add {count}")
