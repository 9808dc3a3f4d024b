"""The dialog for pasting a recorded conversation.

Invariant: the prompt does not change before `chosen`; the messages found are shown first, with notes on omissions.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.content import ROLE_NAMES
from workbench.core.text import opening_words, plural
from workbench.core.visible_text import visible_name
from workbench.formats.imports.conversation import Conversation
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

_PAUSE_MS = 150
_MOST_SHOWN = 200


class ConversationDialog(Dialog):
    """`read_wanted(text)` requests parsing; answered with `show_found` or `show_wrong`.

    `chosen(Conversation, keep_system, append)` is emitted once, after the dialog has closed.
    """

    read_wanted = Signal(str)
    chosen = Signal(object, bool, bool)

    def __init__(self, theme: Theme, text: str, *, has_system: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Paste a dialogue")
        self._found: Conversation | None = None
        self.field = ExactField(theme)
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName("Recorded dialogue")
        self.field.setPlaceholderText(
            "OpenAI or Anthropic JSON, a JSON line, or text with User: and Assistant: before the turns"
        )
        set_role(self.field, "field")
        self.told = label("", "heading")
        self.notes = label("", "small")
        self.preview = QListWidget()
        self.preview.setAccessibleName("Messages found")
        self.preview.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.preview.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.keep = QCheckBox("Keep this prompt's system message, to try it on the dialogue")
        self.keep.setChecked(has_system)
        self.keep.setVisible(has_system)
        self.replace, self.append = QPushButton("Replace messages"), QPushButton("Append")
        cancel = QPushButton("Cancel")
        for button in (self.append, cancel):
            button.setAutoDefault(False)
        self.replace.setDefault(True)
        set_role(self.replace, "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (cancel, self.append, self.replace):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(8)
        layout.addWidget(self.field, 2)
        layout.addWidget(self.told)
        layout.addWidget(self.preview, 2)
        layout.addWidget(self.notes)
        layout.addWidget(self.keep)
        layout.addLayout(buttons)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(lambda: self.read_wanted.emit(self.field.exact()))
        self.field.textChanged.connect(self._changed)
        cancel.clicked.connect(self.reject)
        self.replace.clicked.connect(lambda: self._choose(append=False))
        self.append.clicked.connect(lambda: self._choose(append=True))
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.resize(QSize(int(680 * scale), int(600 * scale)).boundedTo(room))
        self.field.set_exact(text)
        # The next paste replaces the text.
        self.field.selectAll()
        self._changed()

    def show_found(self, found: Conversation) -> None:
        """Show the messages found."""
        self._found = found
        count = len(found.messages)
        self._tell(f"{found.kind}: {count} {plural(count, 'message')}", "heading")
        self.notes.setText("\n".join(found.notes))
        self.preview.clear()
        for message in found.messages[:_MOST_SHOWN]:
            self.preview.addItem(f"{ROLE_NAMES[message.role]}: {visible_name(opening_words(message.text, 160))}")
        if count > _MOST_SHOWN:
            self.preview.addItem(f"and {count - _MOST_SHOWN:,} more")
        self._enable()

    def show_wrong(self, sentence: str) -> None:
        """Show why the text is not a conversation."""
        self._found = None
        self.preview.clear()
        self.notes.setText("")
        self._tell(sentence, "error" if self.field.exact().strip() else "small")
        self._enable()

    def _tell(self, text: str, role: str) -> None:
        set_role(self.told, role)
        self.told.setText(text)

    def _changed(self) -> None:
        self._found = None
        self._enable()
        self._timer.start()

    def _enable(self) -> None:
        for button in (self.replace, self.append):
            button.setEnabled(self._found is not None)

    def _choose(self, *, append: bool) -> None:
        if (found := self._found) is not None:
            keep = self.keep.isVisible() and self.keep.isChecked()
            self.accept()
            self.chosen.emit(found, keep, append)
