"""The fields of a case beside its name and values: expectation, tags, group and notes.

Invariant: what was not edited is kept exactly as stored, also a tag with a comma or a character that fields change.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from workbench.core.cases import Case
from workbench.ui.editor.exact_text import encodable
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import Theme, set_role

_LINES = 3
_PADDING = 18


class CaseFields(QWidget):
    """Emits `edited` after every edit by the user."""

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._is_showing = False
        self.expectation = _text_field(theme, "Expectation", "a good answer")
        self.tags = _line_field("Tags", "separated by commas")
        self.group = _line_field("Group", "cases with the same group count as one")
        self.notes = _text_field(theme, "Notes", "", 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(label("Expectation", "muted", wrap=False), 0, 0, top)
        grid.addWidget(self.expectation, 0, 1, 1, 3)
        grid.addWidget(label("Tags", "muted", wrap=False), 1, 0)
        grid.addWidget(self.tags, 1, 1)
        grid.addWidget(label("Group", "muted", wrap=False), 1, 2)
        grid.addWidget(self.group, 1, 3)
        grid.addWidget(label("Notes", "muted", wrap=False), 2, 0, top)
        grid.addWidget(self.notes, 2, 1, 1, 3)
        for field in (self.expectation, self.notes):
            field.textChanged.connect(self._edited)
        for line in (self.tags, self.group):
            line.textEdited.connect(lambda _: self._edited())

    def show_case(self, case: Case, *, read_only: bool) -> None:
        """Show the fields of a case."""
        self._is_showing = True
        for area, text in ((self.expectation, case.expectation), (self.notes, case.notes)):
            if area.exact() != encodable(text):
                area.set_exact(text)
        for line, text in ((self.tags, _shown_tags(case)), (self.group, case.cluster)):
            if line.text() != text:
                line.setText(text)
        for field in (self.expectation, self.notes, self.tags, self.group):
            field.setReadOnly(read_only)
        self._is_showing = False

    def applied_to(self, case: Case) -> Case:
        """Return the shown case with the edits."""
        expectation, notes = self.expectation.exact(), self.notes.exact()
        typed = self.tags.text()
        tags = tuple(dict.fromkeys(tag for part in typed.split(",") if (tag := " ".join(part.split()))))
        return replace(
            case,
            expectation=case.expectation if encodable(case.expectation) == expectation else expectation,
            notes=case.notes if encodable(case.notes) == notes else notes,
            tags=case.tags if typed == _shown_tags(case) else tags,
            cluster=case.cluster if self.group.text() == case.cluster else " ".join(self.group.text().split()),
        )

    def _edited(self) -> None:
        if not self._is_showing:
            self.edited.emit()


def _shown_tags(case: Case) -> str:
    return ", ".join(case.tags)


def _text_field(theme: Theme, name: str, placeholder: str, lines: int = _LINES) -> ExactField:
    field = ExactField(theme, mono=False)
    field.setTabChangesFocus(True)
    field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    field.setFixedHeight(field.fontMetrics().lineSpacing() * lines + _PADDING)
    set_role(field, "field")
    return field


def _line_field(name: str, placeholder: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field
