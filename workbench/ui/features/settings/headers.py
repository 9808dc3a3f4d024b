"""Extra HTTP headers of an endpoint.

Invariant: the value of a header that looks like a secret is masked; a stored secret is never shown in the field.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.ui.widgets.controls import button, label
from workbench.usecases.endpoint_form import is_secret_header

WindowHeader = tuple[str, str | None]


class _Row:
    """The widgets of one header. `kept` is the name of a secret value stored in the keyring, "" for none."""

    def __init__(self, name: str, value: str | None) -> None:
        self.kept = name if value is None else ""
        self.name, self.value = QLineEdit(name), QLineEdit(value or "")
        self.name.setPlaceholderText("X-Team")
        for field in (self.name, self.value):
            field.setCursorPosition(0)
        self.remove: QPushButton | None = None

    def header(self) -> WindowHeader | None:
        """Return the row's header, None if it is empty."""
        name, value = self.name.text().strip(), self.value.text().strip()
        if not name and not value:
            return None
        if not value and self.kept and name.lower() == self.kept.lower():
            return name, None
        return name, value

    def restyle(self) -> None:
        """Mask secrets, and show a placeholder for a stored one."""
        name, value = self.name.text().strip(), self.value.text()
        kept = bool(self.kept) and name.lower() == self.kept.lower()
        secret = kept or (bool(name) and is_secret_header(name, value))
        self.value.setEchoMode(QLineEdit.EchoMode.Password if secret else QLineEdit.EchoMode.Normal)
        self.value.setPlaceholderText("•••••• kept in the keyring" if kept else "")
        self.name.setAccessibleName("Name of the header")
        self.value.setAccessibleName(f"Value of the header {name}{', secret' if secret else ''}")


class HeaderFields(QWidget):
    """A table of names and values, with buttons to add and remove rows."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._titles: list[QLabel] = [label("Header", "small"), label("Value", "small")]
        for column, title in enumerate(self._titles):
            self._grid.addWidget(title, 0, column)
        self._add = button("Add header", self._add_empty, "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._grid)
        layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_titles()

    def set_headers(self, headers: Sequence[WindowHeader]) -> None:
        """Show these headers; a value of None is a stored secret."""
        for row in tuple(self._rows):
            self._drop(row)
        for name, value in headers:
            self._append(_Row(name, value))
        self._show_titles()

    def headers(self) -> tuple[WindowHeader, ...]:
        """Return the non-empty headers; a value of None leaves a stored secret unchanged."""
        return tuple(header for row in self._rows if (header := row.header()) is not None)

    def has_secrets(self) -> bool:
        """Return whether a new secret value was typed."""
        return any(value and is_secret_header(name, value) for name, value in self.headers())

    def _add_empty(self) -> None:
        row = _Row("", "")
        self._append(row)
        self._show_titles()
        row.name.setFocus()
        self.edited.emit()

    def _append(self, row: _Row) -> None:
        line = self._grid.rowCount()
        row.remove = button("Remove", lambda: self._remove(row), "quiet", "Remove this header")
        for column, widget in enumerate((row.name, row.value, row.remove)):
            self._grid.addWidget(widget, line, column)
            # Layouts show their widgets later, but a hidden field cannot get the focus.
            widget.show()
        self._rows.append(row)
        for field in (row.name, row.value):
            field.textChanged.connect(lambda _: self._changed(row))
        row.restyle()

    def _changed(self, row: _Row) -> None:
        row.restyle()
        self.edited.emit()

    def _remove(self, row: _Row) -> None:
        self._drop(row)
        self._show_titles()
        self._add.setFocus()
        self.edited.emit()

    def _drop(self, row: _Row) -> None:
        self._rows.remove(row)
        for widget in (row.name, row.value, row.remove):
            if widget is not None:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()

    def _show_titles(self) -> None:
        for title in self._titles:
            title.setVisible(bool(self._rows))
