"""Base class of dialogs, the choice of a dialog's parent, and dialogs for one line of text.

Invariant: a dialog is active when it opens, and activates its parent window when it closes, also without a window
manager that does so. A dialog opened from another dialog has that one as parent. In a dialog for one line, Enter
presses the primary button; Esc and Cancel change nothing.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.ui.widgets.theme import set_role


class Dialog(QDialog):
    """A dialog that activates itself when it opens, and its parent's window when it closes."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.activateWindow()

    def done(self, result: int) -> None:
        # Another window may have become active already.
        if (parent := self.parentWidget()) is not None and self.isActiveWindow():
            parent.window().activateWindow()
        super().done(result)


def dialog_parent(window: QWidget) -> QWidget:
    """Return the parent for a dialog of `window` that opens now: the active dialog, or `window`."""
    active = QApplication.activeModalWidget() or QApplication.activeWindow()
    if not isinstance(active, QDialog) or not active.isVisible():
        return window
    above: QWidget | None = active
    while above is not None and above is not window:
        above = above.parentWidget()
    return window if above is None else active


def grow_to_words(dialog: QDialog) -> None:
    """Make a dialog as high as its wrapped labels need at its width; a layout's size hint does not know."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        wanted = layout.totalHeightForWidth(dialog.width()) if layout.hasHeightForWidth() else 0
        if wanted > dialog.height():
            dialog.resize(dialog.width(), wanted)


_WIDTH = 360


class LineDialog(Dialog):
    """A field with a hint below it; `accepted` is emitted when the line is to be kept."""

    def __init__(self, parent: QWidget, title: str, name: str, text: str, hint: str) -> None:
        """`name` is the accessible name of the field; `text` is its initial content, selected."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.field = QLineEdit(text)
        self.field.setAccessibleName(name)
        self.field.setMinimumWidth(_WIDTH)
        self.field.selectAll()
        self.hint = QLabel(hint)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        set_role(self.hint, "small")
        self.cancel, self.save = QPushButton("Cancel"), QPushButton("Save")
        self.save.setDefault(True)
        set_role(self.save, "primary")
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.keep)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.save)
        self.parts = QVBoxLayout(self)
        self.parts.setContentsMargins(14, 14, 14, 14)
        self.parts.setSpacing(8)
        self.parts.addWidget(self.field)
        self.parts.addWidget(self.hint)
        self.parts.addSpacing(4)
        self.parts.addLayout(foot)

    def keep(self) -> None:
        """Accept the line."""
        self.accept()


class NoteDialog(LineDialog):
    """One line of text about an iteration or a version."""

    def __init__(self, parent: QWidget, what: str, note: str) -> None:
        hint = "Leave empty to show the changed words."
        super().__init__(parent, f"Note on {what}", "Note", note, hint)
        self.field.setPlaceholderText("What changed, or what you learned")
