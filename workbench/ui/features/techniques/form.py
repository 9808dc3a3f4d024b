"""The form for a custom technique.

Invariant: nothing is written before Save; errors are shown in the form, which then stays open.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.snippets import SnippetError, parse
from workbench.core.techniques import PLACE_WORDS, PLACES, Technique
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

BLANK = Technique("", "", "", "", "", "system end", "")


class TechniqueForm(Dialog):
    """Edits one technique. `saved(Technique)` requests saving; the owner then calls `accept` or `complain`."""

    saved = Signal(object)

    def __init__(self, theme: Theme, technique: Technique, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Edit technique" if technique.id else "New technique")
        self._technique = technique
        self.name = QLineEdit(technique.name)
        self.name.setMaxLength(80)
        self.texts = {key: QLineEdit(getattr(technique, key)) for key in ("what", "helps", "hurts")}
        self.place = QComboBox()
        for place in PLACES:
            self.place.addItem(PLACE_WORDS[place][0].upper() + PLACE_WORDS[place][1:], place)
        self.place.setCurrentIndex(PLACES.index(technique.place))
        for field in self.texts.values():
            field.setCursorPosition(0)
        self.snippet = ExactField(theme)
        self.snippet.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.snippet.set_exact(technique.snippet)
        self.snippet.setTabChangesFocus(True)
        set_role(self.snippet, "field")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Name", self.name),
            ("Summary", self.texts["what"]),
            ("Helps", self.texts["helps"]),
            ("Hurts", self.texts["hurts"]),
            ("Goes", self.place),
            ("Text", self.snippet),
        )
        for label, control in rows:
            control.setAccessibleName(label)
            form.addRow(label, control)
        hint = QLabel(
            "Gaps: ${1:what to write}, ${2:…}, and $0 where the caret ends. Write \\$ for a dollar sign before 0 or {."
        )
        hint.setTextFormat(Qt.TextFormat.PlainText)
        hint.setWordWrap(True)
        set_role(hint, "small")
        self.complaint = QLabel()
        self.complaint.setTextFormat(Qt.TextFormat.PlainText)
        self.complaint.setWordWrap(True)
        set_role(self.complaint, "error")
        cancel, self._save = QPushButton("Cancel"), QPushButton("Save")
        cancel.setAutoDefault(False)
        self._save.setDefault(True)
        set_role(self._save, "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        layout = QVBoxLayout(self)
        layout.addLayout(form, 1)
        layout.addWidget(hint)
        layout.addWidget(self.complaint)
        layout.addLayout(buttons)
        cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self._wanted)
        self.name.textChanged.connect(self._check)
        self.snippet.textChanged.connect(self._check)
        scale = min(theme.scale, 1.5)
        self.resize(geometry.room(self).boundedTo(self.sizeHint().expandedTo(self.sizeHint() * scale)))
        self._check()

    def complain(self, sentence: str) -> None:
        """Show why saving is not possible or failed."""
        self.complaint.setText(sentence)

    def _check(self) -> None:
        text = self.snippet.exact()
        try:
            parse(text)
        except SnippetError as error:
            self.complain(f"Line {error.line}: {error.sentence}")
            self._save.setEnabled(False)
            return
        self.complain("")
        self._save.setEnabled(bool(self.name.text().strip()) and bool(text.strip()))

    def _wanted(self) -> None:
        texts = {key: field.text().strip() for key, field in self.texts.items()}
        place = PLACES[self.place.currentIndex()]
        # Files end each text with a line feed, which is not part of it.
        snippet = self.snippet.exact().rstrip("\n")
        name = self.name.text().strip()
        self.saved.emit(replace(self._technique, name=name, place=place, snippet=snippet, own=True, **texts))
