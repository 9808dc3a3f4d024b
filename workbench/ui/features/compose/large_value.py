"""A large editor for a value.

Invariant: the editor and the field of the value always hold the same text, so that a run uses what is shown, and
closing loses nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.app.keymap import spoken
from workbench.core.text import plural
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.text_mirror import TextChange
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

_SHARE = 0.8


class LargeValue(Dialog):
    """Edits the text of the field `small`. Ctrl+Enter runs, Esc closes."""

    def __init__(self, theme: Theme, run: QAction, name: str, small: ExactField, window: QWidget) -> None:
        """`name` is the name of the variable, `run` the command that runs all lanes."""
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Value of {name}")
        self._small = small
        self.field = ExactField(theme, mono=False)
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.setAccessibleName(f"Value of {name}")
        self.field.set_editable(small.editable)
        set_role(self.field, "field")
        self.about = QLabel()
        self.hint = QLabel(f"{_key(run)} runs, Esc closes. The value is saved as you type.")
        foot = QHBoxLayout()
        for label in (self.about, self.hint):
            set_role(label, "small")
        foot.addWidget(self.about, 1)
        foot.addWidget(self.hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 10)
        layout.addWidget(self.field, 1)
        layout.addLayout(foot)
        same = QAction(self)
        same.setShortcuts(run.shortcuts())
        same.setAutoRepeat(False)
        same.triggered.connect(run.trigger)
        self.addAction(same)
        self.field.set_exact(small.exact())
        self.field.edited.connect(self._follow)
        self.field.textChanged.connect(self._count)
        small.destroyed.connect(self.reject)
        self._count()
        room = geometry.room(self)
        self.resize(QSize(int(window.width() * _SHARE), int(window.height() * _SHARE)).boundedTo(room))

    def open_beside(self) -> None:
        """Show the editor with the caret position of the field."""
        self.show()
        self.field.select(self._small.caret(), 0)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self, edit: TextChange, _kind: str) -> None:
        self._small.replace(edit.position, units(edit.removed), edit.inserted, quiet=False)

    def _count(self) -> None:
        text = self.field.exact()
        lines = text.count("\n") + 1
        self.about.setText(f"{len(text):,} characters, {lines:,} {plural(lines, 'line')}")


def _key(action: QAction) -> str:
    """Return the display name of an action's first shortcut, "" if it has none."""
    keys = action.shortcuts()
    return spoken(keys[0].toString(QKeySequence.SequenceFormat.PortableText)) if keys else ""
