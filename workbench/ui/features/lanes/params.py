"""The dialog for a lane's parameters, generated from the parameter table.

Invariant: an empty field leaves the parameter unset. An invalid entry cannot be applied and shows its error beside the
field; a stored value that is out of range may stay.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.core.lanes import Params
from workbench.core.parameter import Parameter, Value
from workbench.core.parameter_support import ParameterSupport
from workbench.core.parameters import table
from workbench.ui.features.lanes import params_text as texts
from workbench.ui.features.lanes.param_fields import NOT_SET, REFUSED, ShortText, field_of
from workbench.ui.features.lanes.wording import unknown_names
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.small_controls import breakable, quiet_button
from workbench.ui.widgets.theme import Theme, set_role

_WIDTH = 116
"""Width of the dialog with two columns of fields, in characters."""
_TEXT_MARGIN = 8
"""Padding in pixels of multi-line fields, so that their text is aligned with that of the other fields."""
_MARGIN = 60
"""Pixels of the screen left free around the dialog."""


class ParamsDialog(Dialog):
    """Edits parameters; `params()` returns the result after acceptance. `fields` are its widgets by name."""

    def __init__(self, theme: Theme, params: Params, *, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._initial = self._outcome = params
        self._support = ParameterSupport()
        self._notes: dict[QWidget, QLabel] = {}
        self._areas: list[tuple[QPlainTextEdit, int]] = []
        self.setWindowTitle(f"Parameters of {title}" if title else "Parameters")
        self._page = QWidget()
        self._rows = {row.name: row for row in table()}
        self._made = {name: field_of(row, params.get(name), self._page) for name, row in self._rows.items()}
        self.fields: dict[str, QWidget] = {name: made.widget for name, made in self._made.items()}
        self.extra = ShortText(texts.show_extra(params.extra), self._page)
        self.unset = quiet_button("Unset all", "Clear every field", self)
        self.cancel = QPushButton("Cancel", self)
        self.apply = QPushButton("Apply", self)
        self._set_up_areas()
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()
        self._connect()
        self.set_support(self._support)
        self._made[next(iter(self._made))].widget.setFocus()

    def params(self) -> Params:
        """Return the applied parameters, or the initial ones."""
        return self._outcome

    def go_to(self, name: str) -> None:
        """Focus a parameter with its value selected, and scroll to it."""
        field = self.fields[name]
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if isinstance(field, QLineEdit):
            field.selectAll()
        self._area.ensureWidgetVisible(field)

    def set_support(self, support: ParameterSupport) -> None:
        """Disable unsupported parameters and show the reasons."""
        self._support = support
        for name, row in self._rows.items():
            self._made[name].support(row, support)
            self._made[name].widget.setToolTip(support.refused.get(name, row.help))
        self._why.setText(breakable(self._reasons()))
        self._why.setVisible(bool(support.refused))
        self._check()
        self._fit()

    def _reasons(self) -> str:
        """Return one line per reason, with the labels of the fields disabled for it."""
        greyed: dict[str, list[str]] = {}
        for name, why in self._support.refused.items():
            if name in self._rows:
                greyed.setdefault(why, []).append(self._rows[name].label)
        return "\n".join(f"{why} ({', '.join(labels)})" for why, labels in greyed.items())

    def accept(self) -> None:
        params = self._read()
        if params is not None:
            self._outcome = params
            super().accept()

    def _set_up_areas(self) -> None:
        self.extra.setPlaceholderText(NOT_SET)
        self.extra.setTabChangesFocus(True)
        for field, lines in ((self.extra, 4), *((f, 3) for f in self.fields.values() if isinstance(f, ShortText))):
            field.refused.connect(
                lambda field=field: self._say(field, f"Nothing was pasted: the text was {texts.TOO_LONG}")
            )
            self._areas.append((field, lines))

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout(self._page)
        grid.setContentsMargins(18, 10, 18, 4)
        self._why = QLabel(self._page)
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.setWordWrap(True)
        self._why.setContentsMargins(0, 0, 0, 4)
        set_role(self._why, "muted")
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        short = [row for row in self._rows.values() if row.kind != "texts"]
        columns = 2 if self._fits_two() else 1
        for column in range(columns):
            grid.setColumnStretch(2 * column + 1, 1)
        down = -(-len(short) // columns)
        for place, row in enumerate(short):
            self._add(self.fields[row.name], row.label, "", 1 + 2 * (place % down), 2 * (place // down))
        grid.addWidget(self._why, 0, 0, 1, 2 * columns)
        below = 1 + 2 * down
        for row in self._rows.values():
            if row.kind == "texts":
                self._add(self.fields[row.name], row.label, "one a line, \\n for a new line", below, 0, 2 * columns - 1)
                below += 2
        self._add(self.extra, "Extra JSON", "merged into the request", below, 0, 2 * columns - 1)
        if names := unknown_names(self._initial):
            kept = QLabel(f"Kept from a newer release: {', '.join(names)}", self._page)
            kept.setTextFormat(Qt.TextFormat.PlainText)
            set_role(kept, "small")
            grid.addWidget(kept, below + 2, 1, 1, 2 * columns - 1)
        self._add_frame()

    def _fits_two(self) -> bool:
        return self.fontMetrics().averageCharWidth() * _WIDTH <= self.screen().availableSize().width() - _MARGIN

    def _add_frame(self) -> None:
        self._area = QScrollArea(self)
        self._area.setWidget(self._page)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(18, 0, 18, 0)
        buttons.addWidget(self.unset)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.apply)
        set_role(self.apply, "primary")
        self.apply.setDefault(True)
        self.cancel.setAutoDefault(False)
        self.unset.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 14)
        layout.setSpacing(12)
        layout.addWidget(self._area)
        layout.addLayout(buttons)

    def _add(self, field: QWidget, name: str, hint: str, row: int, column: int, span: int = 1) -> None:
        field.setAccessibleName(name)
        label = QLabel(name, self._page)
        label.setBuddy(field)
        cell = QVBoxLayout()
        cell.setSpacing(1)
        cell.setContentsMargins(0, 5, 0, 0)
        cell.addWidget(label)
        if hint:
            small = QLabel(hint, self._page)
            set_role(small, "small")
            cell.addWidget(small)
        cell.addStretch(1)
        note = QLabel(self._page)
        note.setTextFormat(Qt.TextFormat.PlainText)
        note.setWordWrap(True)
        note.hide()
        self._notes[field] = note
        self._grid.addLayout(cell, row, column)
        self._grid.addWidget(field, row, column + 1, 1, span)
        self._grid.addWidget(note, row + 1, column + 1, 1, span)

    def _connect(self) -> None:
        for made in self._made.values():
            made.changed.connect(self._check)
        self.extra.textChanged.connect(self._check)
        self.apply.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.unset.clicked.connect(self._unset_all)

    def _restyle(self) -> None:
        for field, lines in self._areas:
            field.setFont(self._theme.mono(-0.5))
            field.document().setDocumentMargin(_TEXT_MARGIN)
            field.setFixedHeight(QFontMetrics(field.font()).lineSpacing() * lines + 2 * _TEXT_MARGIN + 6)
            set_role(field, "field")  # after the font, which restyling would reset
        characters = _WIDTH if self._grid.columnCount() > 2 else _WIDTH * 2 // 3
        most = self.screen().availableSize().width() - _MARGIN
        self._grid.activate()
        page = self._grid.totalMinimumSize().width() + self._area.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(min(max(self.fontMetrics().averageCharWidth() * characters, page), most))
        self._fit()

    def _fit(self) -> None:
        """Resize to fit the wrapped texts under the fields, within the limits of the screen."""
        width = max(self.width(), self.minimumWidth())
        page = max(self._grid.totalHeightForWidth(width), self._grid.totalMinimumSize().height())
        frame = self.layout()
        beside = 0 if frame is None else frame.sizeHint().height() - self._area.sizeHint().height()
        self.resize(width, min(page + beside, self.screen().availableSize().height() - _MARGIN))

    def _unset_all(self) -> None:
        for made in self._made.values():
            made.clear()
        self.extra.clear()

    def _check(self) -> None:
        self.apply.setEnabled(self._read() is not None)

    def _read(self) -> Params | None:
        """Return the parameters in the fields, or None after showing the errors."""
        values: dict[str, Any] = {}
        fine = True
        for name, row in self._rows.items():
            try:
                values[name] = self._value(row)
                self._say(self.fields[name], *self._remark(row, values[name]))
            except ValueError as error:
                self._say(self.fields[name], str(error))
                fine = False
        set_names = [name for name, value in values.items() if value is not None]
        try:
            extra = texts.read_extra(self.extra.toPlainText())
            if self.extra.toPlainText() == texts.show_extra(self._initial.extra):
                # Extra JSON stored by another release or an import can be kept.
                self._say(self.extra, *texts.stored_remark(extra, set_names))
            else:
                extra, more = texts.sort_extra(extra, set_names)
                values |= more
                fields = ", ".join(row.label for name, row in self._rows.items() if name in more)
                self._say(self.extra, fields and f"Will be set above: {fields}.", "muted")
        except ValueError as error:
            self._say(self.extra, str(error))
            return None
        return Params(extra=extra, unknown=self._initial.unknown, **values) if fine else None

    def _value(self, row: Parameter) -> Value | None:
        text, before = self._made[row.name].text(), self._initial.get(row.name)
        # A value stored by another release or an import can be kept.
        return before if text == row.show(before) else row.read(text)

    def _remark(self, row: Parameter, value: Value | None) -> tuple[str, str]:
        """Return a remark about a valid value, and its role."""
        if value is None:
            return "", "muted"
        if row.name in self._support.refused:
            return REFUSED, "muted"
        if row.kind == "choice":
            return (REFUSED if value not in self._support.choices(row) else ""), "muted"
        if not row.allows(value):
            return f"{row.label} must be {row.requirement}. Change it or empty the field.", "error"
        return "", "muted"

    def _say(self, field: QWidget, sentence: str, role: str = "error") -> None:
        note = self._notes[field]
        set_role(note, role)
        if sentence != field.accessibleDescription():
            field.setAccessibleDescription(sentence)
            note.setText(breakable(sentence))
            note.setVisible(bool(sentence))
            self._fit()
