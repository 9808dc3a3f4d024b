"""The widget of a part of a prompt that is not a message, placed among the messages.

Invariant: a section shows what it is given and requests every change by a signal. Its height follows its text before
the next paint, like a message's, and its fields undo through the editor's journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from workbench.ui.editor.caret_crossing import tab_leaves
from workbench.ui.editor.exact_text import encodable, to_document, units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.page import fill
from workbench.ui.editor.text_mirror import smallest
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.formats.pasted_parts import PastedParts

LEFT = 14
_TOP = 6
_BOTTOM = 8
_GAP = 2
_FOCUS_BAR = 2
_COMMON_LABEL = "if called with"
MOST_LINES = 12
"""Maximum number of lines of a field before it scrolls."""


def bring(field: ExactField, text: str) -> None:
    """Set the text of a field by the smallest edit, so that the caret keeps its place."""
    wanted = encodable(text)
    if wanted == field.exact():
        return
    edit = smallest(0, to_document(field.exact()), to_document(wanted))
    if edit is not None:
        field.replace(edit.position, units(edit.removed), edit.inserted)


class PartSection(QWidget):
    """A title with a menu, and rows of a label and a field each."""

    controls_changed = Signal()
    """The focusable widgets changed."""
    height_changed = Signal()
    """The section needs another height."""
    caret_moved = Signal()
    """The caret moved in the focused field."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.editable = True
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.title, "heading")
        self._hint = ""
        self.hint = QLabel(self)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.hint, "small")
        self.more = QToolButton(self)
        self.more.setText("⋯")
        opens_menu(self.more)
        set_role(self.more, "quiet")
        self.more.clicked.connect(self._open_menu)
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.hide()
        set_role(self.note, "error")
        self._own_note = self._schema_fault = ""
        self._rows: list[tuple[QLabel, ExactField]] = []
        self._scrolling: set[ExactField] = set()
        self._heights: list[int] = []

    # For subclasses

    def fill_menu(self, menu: QMenu) -> None:
        """Add the actions of the section to its menu."""
        raise NotImplementedError

    def gives_way_to(self, found: PastedParts) -> bool:
        """Return whether pasted parts replace the section: it is untouched, and they are of its kind."""
        raise NotImplementedError

    def add_row(self, label: str, name: str, *, mono: bool = True) -> ExactField:
        """Add a field after `label`; `name` is its accessible name."""
        text = QLabel(label, self)
        set_role(text, "muted")
        field = ExactField(self.theme, self, journaled=True, mono=mono)
        field.setAccessibleName(name)
        field.habits.append(partial(tab_leaves, field))
        field.textChanged.connect(self._text_changed)
        field.focus_changed.connect(self.update)
        field.cursorPositionChanged.connect(lambda: self.caret_moved.emit() if field.hasFocus() else None)
        self._rows.append((text, field))
        self.controls_changed.emit()
        return field

    def remove_row(self, field: ExactField) -> None:
        """Remove a field and its label."""
        gone = next(row for row in self._rows if row[1] is field)
        self._rows.remove(gone)
        self._scrolling.discard(field)
        for widget in gone:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()

    def put_last(self, field: ExactField) -> None:
        """Move a field below all others."""
        row = next(row for row in self._rows if row[1] is field)
        if row is not self._rows[-1]:
            self._rows.remove(row)
            self._rows.append(row)
            self.controls_changed.emit()

    def set_row_shown(self, field: ExactField, shown: bool) -> None:
        """Show or hide a field with its label."""
        label = self._label_of(field)
        label.setVisible(shown)
        field.setVisible(shown)

    def set_label(self, field: ExactField, text: str) -> None:
        """Set the label of a field."""
        self._label_of(field).setText(text)

    def _label_of(self, field: ExactField) -> QLabel:
        return next(label for label, one in self._rows if one is field)

    @property
    def _shown(self) -> list[tuple[QLabel, ExactField]]:
        return [row for row in self._rows if not row[1].isHidden()]

    def set_hint(self, text: str) -> None:
        """Show a hint after the title, elided if needed."""
        self._hint = text
        self.hint.setToolTip(text)
        self.hint.setText(self.hint.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.hint.width()))

    def judge_schema(self, fault: str) -> None:
        """Set the error of the schema in the section, "" for none; shown if there is no other note."""
        if fault != self._schema_fault:
            self._schema_fault = fault
            self.set_note(self._own_note)

    def set_note(self, text: str) -> None:
        """Show an error, "" for none."""
        self._own_note = text
        text = text or self._schema_fault
        if text != self.note.text():
            self.note.setText(text)
            self.note.setVisible(bool(text))
            self.height_changed.emit()

    # For the column

    @property
    def fields(self) -> tuple[ExactField, ...]:
        """The fields from top to bottom."""
        return tuple(field for _, field in self._rows)

    def controls(self) -> Sequence[QWidget]:
        """Return the focusable widgets in tab order."""
        return (self.more, *self.fields)

    def set_editable(self, editable: bool) -> None:
        """Make the section editable or read-only."""
        self.editable = editable
        self.more.setVisible(editable)
        for field in self.fields:
            field.set_editable(editable)

    def edit_as_form(self, field: ExactField, what: str) -> None:
        """Open the form of the schema in a field; its result replaces the text of the field as one edit."""
        from workbench.core.schema_form import SchemaFormError
        from workbench.ui.editor.schema_form import open_form

        try:
            dialog = open_form(field.exact(), what, self)
        except SchemaFormError as error:
            self.set_note(str(error))
            return
        dialog.taken.connect(lambda text: self._type(field, text))

    def _type(self, field: ExactField, text: str) -> None:
        field.replace(0, field.length, text, quiet=False)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def restyle(self) -> None:
        """Apply the theme's fonts and colours."""
        for field in self.fields:
            field.restyle()
        self.update()

    def measure(self, width: int, bar: int) -> int:
        """Lay out for `width` px, of which `bar` are reserved at the right; return the height that shows everything."""
        self.resize(width, max(self.height(), 1))
        x = LEFT + self._label_width()
        room = max(width - bar - x, 40)
        self._heights = []
        for _, field in self._shown:
            most = field.lines_height(MOST_LINES)
            # Keep the scroll bar as it is: the text wraps the same either way, but a change lays all of it out again.
            scrolls = field in self._scrolling
            field.fit(QRect(x, field.y(), room, max(field.height(), field.lines_height(1))), scrolls=scrolls)
            self._heights.append(min(field.natural_height(most), most))
        note = self._note_height(width, bar)
        return _TOP + self._header() + sum(self._heights) + _GAP * len(self._heights) + note + _BOTTOM

    def place(self, y: int, width: int, bar: int, height: int) -> int:
        """Place the section at `y`, after `measure`; return the bottom."""
        self.setGeometry(QRect(0, y, width, height))
        edge, header = width - bar, self._header()
        more = self.more.sizeHint().width()
        self.more.setGeometry(QRect(edge - more, _TOP, more, header))
        title = min(self.title.sizeHint().width(), max(edge - more - LEFT, 20))
        self.title.setGeometry(QRect(LEFT, _TOP, title, header))
        left = LEFT + title + 8
        self.hint.setGeometry(QRect(left, _TOP, max(edge - more - left - 4, 0), header))
        self.set_hint(self._hint)
        at = _TOP + header
        x = LEFT + self._label_width()
        for (label, field), field_height in zip(self._shown, self._heights, strict=True):
            scrolls = field.natural_height(field_height) > field_height
            (self._scrolling.add if scrolls else self._scrolling.discard)(field)
            field.fit(QRect(x, at, max(edge - x, 40), field_height), scrolls=scrolls)
            top = at + field.first_baseline() - label.fontMetrics().ascent()
            label.setGeometry(QRect(LEFT, top, self._label_width(), label.fontMetrics().height()))
            at += field_height + _GAP
        if not self.note.isHidden():
            self.note.setGeometry(QRect(LEFT, at, max(edge - LEFT, 40), self._note_height(width, bar)))
        return y + height

    # Qt event handlers

    def paintEvent(self, _: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, self.height() - 1, self.width(), 1, self.theme.color("line"))
            if any(field.hasFocus() for field in self.fields):
                fill(painter, 0, 0, _FOCUS_BAR, self.height() - 1, self.theme.color("accent"))

    def _header(self) -> int:
        return max(self.title.sizeHint().height(), self.more.sizeHint().height())

    def _label_width(self) -> int:
        # The fields of all sections are left-aligned, unless a label needs more room. The size hint of a label is one
        # pixel wider than its text.
        common = self.fontMetrics().horizontalAdvance(_COMMON_LABEL) + 1
        return max((common, *(label.sizeHint().width() for label, _ in self._shown))) + 10

    def _note_height(self, width: int, bar: int) -> int:
        return 0 if self.note.isHidden() else self.note.heightForWidth(max(width - bar - LEFT, 40)) + _GAP

    def _text_changed(self) -> None:
        if self.isVisible():
            self.height_changed.emit()

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        corner = self.more.mapToGlobal(self.more.rect().bottomRight())
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(corner)
