"""The dialog for a lane's parameters.

Invariant: what is left empty is not set; nothing wrong can be applied, and what is wrong says so next to its field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.lanes import Params
from workbench.ui.dialog import Dialog
from workbench.ui.fields import clearable
from workbench.ui.lanes import params_text as texts
from workbench.ui.lanes.widgets import breakable, quiet_button
from workbench.ui.theme import Theme, set_role

NOT_SET = "not set"
EFFORTS = ("none", "minimal", "low", "medium", "high")

_T = TypeVar("_T")


class ShortText(QPlainTextEdit):
    """Takes some lines. A paste that nobody could use is refused: to lay out a megabyte would stop the window."""

    refused = Signal()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if len(source.text()) > texts.LIMIT:
            self.refused.emit()
        else:
            super().insertFromMimeData(source)


class ParamsDialog(Dialog):
    """Edits parameters; `params()` has the outcome once the dialog was accepted."""

    def __init__(self, theme: Theme, params: Params, *, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._initial = self._outcome = params
        self._errors: dict[QWidget, QLabel] = {}
        self._areas: list[tuple[QPlainTextEdit, int]] = []
        self.setWindowTitle(f"Parameters of {title}" if title else "Parameters")
        self.temperature = self._line("Temperature", texts.show_number(params.temperature), "0 to 2")
        self.top_p = self._line("Top p", texts.show_number(params.top_p), "0 to 1")
        self.max_tokens = self._line("Max tokens", texts.show_number(params.max_tokens), "at least 1")
        self.seed = self._line("Seed", texts.show_number(params.seed), "a whole number")
        self.effort = self._efforts(params.reasoning_effort)
        self.stop = self._area("Stop sequences", texts.show_stops(params.stop), 3)
        self.extra = self._area("Extra JSON", texts.show_extra(params.extra), 5)
        self.unset = quiet_button("Unset all", "Empties every field", self)
        self.cancel = QPushButton("Cancel", self)
        self.apply = QPushButton("Apply", self)
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()
        self._connect()
        self._check()
        self.temperature.setFocus()

    def params(self) -> Params:
        """Return what was applied, or what the dialog was opened with."""
        return self._outcome

    def error_of(self, field: QWidget) -> str:
        """Return the sentence under a field, "" when the field is fine."""
        return field.accessibleDescription()

    def accept(self) -> None:
        params = self._read()
        if params is not None:
            self._outcome = params
            super().accept()

    def _line(self, name: str, text: str, hint: str) -> QLineEdit:
        field = QLineEdit(text, self)
        field.setPlaceholderText(f"{NOT_SET} · {hint}")
        field.setAccessibleName(name)
        clearable(field)
        return field

    def _area(self, name: str, text: str, lines: int) -> ShortText:
        field = ShortText(text, self)
        field.refused.connect(lambda: self._say(field, f"Nothing was pasted: the text was {texts.TOO_LONG}"))
        field.setAccessibleName(name)
        field.setPlaceholderText(NOT_SET)
        field.setTabChangesFocus(True)
        self._areas.append((field, lines))
        return field

    def _efforts(self, current: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName("Reasoning effort")
        box.addItem(NOT_SET, "")
        for effort in dict.fromkeys((*EFFORTS, *([current] if current else []))):
            box.addItem(effort, effort)
        box.setCurrentIndex(box.findData(current))
        return box

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, str, QWidget], ...] = (
            ("Temperature", "", self.temperature),
            ("Top p", "", self.top_p),
            ("Max tokens", "", self.max_tokens),
            ("Seed", "", self.seed),
            ("Reasoning effort", "", self.effort),
            ("Stop sequences", "one a line, \\n for a new line", self.stop),
            ("Extra JSON", "merged into the request", self.extra),
        )
        for row, (name, hint, field) in enumerate(rows):
            self._add_row(grid, 2 * row, name, hint, field)
        buttons = QHBoxLayout()
        buttons.addWidget(self.unset)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.apply)
        set_role(self.apply, "primary")
        self.apply.setDefault(True)
        self.cancel.setAutoDefault(False)
        self.unset.setAutoDefault(False)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addLayout(grid)
        layout.addLayout(buttons)

    def _add_row(self, grid: QGridLayout, row: int, name: str, hint: str, field: QWidget) -> None:
        label = QLabel(name, self)
        label.setBuddy(field)
        cell = QVBoxLayout()
        cell.setSpacing(1)
        cell.setContentsMargins(0, 5, 0, 0)
        cell.addWidget(label)
        if hint:
            small = QLabel(hint, self)
            set_role(small, "small")
            cell.addWidget(small)
        cell.addStretch(1)
        error = QLabel(self)
        set_role(error, "error")
        error.setTextFormat(Qt.TextFormat.PlainText)
        error.setWordWrap(True)
        error.hide()
        self._errors[field] = error
        grid.addLayout(cell, row, 0)
        grid.addWidget(field, row, 1)
        grid.addWidget(error, row + 1, 1)

    def _connect(self) -> None:
        for line in (self.temperature, self.top_p, self.max_tokens, self.seed):
            line.textChanged.connect(self._check)
        for area in (self.stop, self.extra):
            area.textChanged.connect(self._check)
        self.apply.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.unset.clicked.connect(self._unset_all)

    def _restyle(self) -> None:
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 66)
        for field, lines in self._areas:
            field.setFont(self._theme.mono(-0.5))
            field.setFixedHeight(QFontMetrics(field.font()).lineSpacing() * lines + 18)
            set_role(field, "field")  # after the font, which restyling would reset
        self._fit()

    def _fit(self) -> None:
        """Make room for the sentences under the fields; they wrap, which a window does not follow by itself."""
        self._layout.activate()
        self.resize(self.width(), max(self._layout.totalHeightForWidth(self.width()), self.minimumHeight()))

    def _unset_all(self) -> None:
        for field in (self.temperature, self.top_p, self.max_tokens, self.seed, self.stop, self.extra):
            field.clear()
        self.effort.setCurrentIndex(0)

    def _check(self) -> None:
        self.apply.setEnabled(self._read() is not None)

    def _read(self) -> Params | None:
        """Return the parameters in the fields, None when a field is wrong; shows what is wrong."""
        fine = True

        def read(field: QLineEdit | QPlainTextEdit, reader: Callable[[str], _T], empty: _T) -> _T:
            nonlocal fine
            text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
            try:
                value, problem = reader(text), ""
            except ValueError as error:
                value, problem, fine = empty, str(error), False
            self._say(field, problem)
            return value

        params = Params(
            temperature=read(self.temperature, lambda t: texts.read_number(t, "Temperature", 0, 2), None),
            top_p=read(self.top_p, lambda t: texts.read_number(t, "Top p", 0, 1), None),
            max_tokens=read(self.max_tokens, lambda t: texts.read_integer(t, "Max tokens", 1), None),
            stop=read(self.stop, texts.read_stops, ()),
            seed=read(self.seed, lambda t: texts.read_integer(t, "The seed"), None),
            reasoning_effort=self.effort.currentData(),
            extra=read(self.extra, texts.read_extra, ""),
        )
        if not fine:
            return None
        self._say(self.extra, texts.overridden(params.extra, params.to_json()), role="muted")
        return params

    def _say(self, field: QWidget, sentence: str, role: str = "error") -> None:
        label = self._errors[field]
        set_role(label, role)
        if sentence != field.accessibleDescription():
            field.setAccessibleDescription(sentence)
            label.setText(breakable(sentence))
            label.setVisible(bool(sentence))
            self._fit()
