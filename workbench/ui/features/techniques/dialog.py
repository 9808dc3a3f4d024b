"""The dialog for choosing a technique: search, description, preview, insert.

Invariant: typing always goes to the search field; the prompt does not change before `chosen`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.core.content import Content
from workbench.core.techniques import CaretPlace, Technique, insertion, ranked, where
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.techniques import TechniqueLibrary

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TechniqueDialog(Dialog):
    """`chosen(Technique)` is emitted once, after the dialog has closed. The other signals request library changes."""

    chosen = Signal(object)
    edit_wanted = Signal(object)
    """The technique to edit, None for a new one."""
    remove_wanted = Signal(object)

    def __init__(self, theme: Theme, content: Content, caret: CaretPlace | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Techniques")
        self._content, self._caret = content, caret
        self._library = TechniqueLibrary()
        self._shown: tuple[Technique, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search techniques")
        self.search.setAccessibleName("Search techniques")
        clearable(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName("Techniques")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.detail = _label("")
        self.place = _label("small")
        self.problems = _label("error")
        self.problems.hide()
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFont(theme.mono())
        self.preview.setTabChangesFocus(True)
        self.preview.setAccessibleName("Text to insert")
        set_role(self.preview, "field")
        self._new, self._edit, self._remove = QPushButton("New…"), QPushButton("Edit…"), QPushButton("Remove")
        self._close, self._insert = QPushButton("Close"), QPushButton("Insert")
        self._build(theme)
        self._connect()
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.resize(QSize(int(760 * scale), int(560 * scale)).boundedTo(room))
        self.search.setFocus()
        self._select(-1)

    def show_library(self, library: TechniqueLibrary, select: str = "") -> None:
        """Show the library, with the technique of id `select` selected."""
        self._library = library
        self.problems.setText("\n".join(library.problems[:5]))
        self.problems.setVisible(bool(library.problems))
        self._filter(self.search.text(), select)

    def complain(self, sentence: str) -> None:
        """Show an error."""
        self.problems.setText(sentence)
        self.problems.show()

    @property
    def current(self) -> Technique | None:
        """The selected technique."""
        row = self.list.currentRow()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ENTER:
                self._use()
                return True
            if event.key() in _STEPS and self._shown:
                row = self.list.currentRow() + _STEPS[Qt.Key(event.key())]
                self._select(max(0, min(row, len(self._shown) - 1)))
                return True
        return super().eventFilter(watched, event)

    def _build(self, theme: Theme) -> None:
        detail = QWidget()
        inside = QVBoxLayout(detail)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addWidget(self.detail)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(detail)
        set_role(detail, "surface")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 0, 0, 0)
        column.addWidget(area, 3)
        column.addWidget(self.place)
        column.addWidget(self.preview, 2)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.list)
        halves.addWidget(right)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.setStretchFactor(1, 1)
        halves.setSizes([round(210 * theme.scale), round(540 * theme.scale)])
        buttons = QHBoxLayout()
        for button in (self._new, self._edit, self._remove, self._close):
            button.setAutoDefault(False)
        self._insert.setDefault(True)
        set_role(self._insert, "primary")
        for button in (self._new, self._edit, self._remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._insert)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(halves, 1)
        layout.addWidget(self.problems)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        for widget in (self.search, self.list):
            widget.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.list.currentRowChanged.connect(self._show_current)
        self.list.itemDoubleClicked.connect(lambda _: self._use())
        self._new.clicked.connect(lambda: self.edit_wanted.emit(None))
        self._edit.clicked.connect(lambda: self.edit_wanted.emit(self.current))
        self._remove.clicked.connect(lambda: self.remove_wanted.emit(self.current))
        self._close.clicked.connect(self.reject)
        self._insert.clicked.connect(self._use)

    def _filter(self, query: str, select: str = "") -> None:
        self._shown = ranked(self._library.techniques, query)
        self.list.blockSignals(True)
        self.list.clear()
        for technique in self._shown:
            item = QListWidgetItem(f"{technique.name}  (yours)" if technique.own else technique.name)
            item.setToolTip(technique.name)
            self.list.addItem(item)
        self.list.blockSignals(False)
        found = (row for row, technique in enumerate(self._shown) if technique.own and technique.id == select)
        self._select(next(found, 0 if self._shown else -1))

    def _select(self, row: int) -> None:
        self.list.setCurrentRow(row)
        self._show_current()

    def _show_current(self) -> None:
        technique = self.current
        self._insert.setEnabled(technique is not None)
        self._edit.setEnabled(technique is not None)
        self._edit.setText("Edit…" if technique is None or technique.own else "Edit a copy…")
        self._remove.setEnabled(technique is not None and technique.own)
        if technique is None:
            empty = "No matches. Use New… to create a technique." if self._library.techniques else ""
            self.detail.setText(empty)
            self.place.setText("")
            self.preview.setPlainText("")
            return
        parts = [f"<b>{_plain(technique.name)}</b>"]
        told = (("", technique.what), ("Helps: ", technique.helps), ("Hurts: ", technique.hurts))
        for label, text in (*told, ("Evidence: ", technique.evidence)):
            if text:
                parts.append(f"<b>{label}</b>{_plain(text)}" if label else _plain(text))
        self.detail.setText("".join(f"<p>{part}</p>" for part in parts))
        if technique.place == "examples":
            self.place.setText("Adds examples, which you can edit, reorder and switch off one by one")
            self.preview.setPlainText(technique.parsed().text)
            return
        if technique.place == "output":
            there = ", replacing the current one" if self._content.output is not None else ""
            self.place.setText(f"Becomes the output format{there}; answers are checked against it")
            self.preview.setPlainText(technique.parsed().text)
            return
        found = insertion(self._content, technique, self._caret)
        self.place.setText(f"Inserts into: {where(found, len(self._content.messages))}")
        self.preview.setPlainText(found.text.strip("\n"))

    def _use(self) -> None:
        technique = self.current
        if technique is not None:
            self.accept()
            self.chosen.emit(technique)


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    # Only the detail label is rich text; it is composed here from escaped parts.
    label.setTextFormat(Qt.TextFormat.PlainText if role else Qt.TextFormat.RichText)
    if role:
        set_role(label, role)
    else:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
