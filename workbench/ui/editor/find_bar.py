"""The find and replace bar.

Invariant: it holds the query and knows nothing of the searched text.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from workbench.core.find_replace import FindQuery
from workbench.ui.widgets.theme import set_role

_TOGGLES = 4
"""The index of the first toggle in the upper row."""
_LEAST_CHARACTERS = 50
"""The width, in characters, below which the toggles move to a row of their own."""
_EDGE = 4
_LEAST_FIELD = 16
"""Minimum width of the replacement field, in characters with its edges; below it the buttons move to the next row."""


class FindBar(QFrame):
    """A row to find, a row to replace, and a sentence if the pattern is invalid."""

    changed = Signal()
    step = Signal(int)
    """1: to the next hit, -1: to the previous one."""
    replace_wanted = Signal()
    replace_all_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "sunken-below")
        self._find, self._by = QLineEdit(self), QLineEdit(self)
        self._find.setPlaceholderText("Find in the prompt")
        self._by.setPlaceholderText("Replace with")
        self._find.setToolTip("Searches messages, examples, tools and the output format, but not values")
        for field in (self._find, self._by):
            field.setAccessibleName(field.placeholderText())
        self._count, self._problem = QLabel(self), QLabel(self)
        set_role(self._count, "small")
        set_role(self._problem, "error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._case = self._toggle("Aa", "Match case")
        self._word = self._toggle("W", "Whole words only")
        self._regex = self._toggle(".*", "Regular expression")
        self._one = self._button("Replace", "Replace this match and go to the next (Enter)", self.replace_wanted.emit)
        self._all = self._button("Replace all", "Replace all matches, as one undo step", self.replace_all_wanted.emit)
        self._first, self._options, self._second, self._third = (QHBoxLayout() for _ in range(4))
        self._options.addStretch(1)
        self._third.addStretch(1)
        self._folded = self._acts_below = self._replacing = False
        self._first.addWidget(self._find, 1)
        for widget in (
            self._count,
            self._button("↑", "Previous match (Shift+F3)", lambda: self.step.emit(-1)),
            self._button("↓", "Next match (F3)", lambda: self.step.emit(1)),
            self._case,
            self._word,
            self._regex,
            self._button("✕", "Close (Esc)", self.closed.emit),
        ):
            self._first.addWidget(widget)
        self._second.addWidget(self._by, 1)
        self._second.addWidget(self._one)
        self._second.addWidget(self._all)
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 7, 10, 6)
        grid.setVerticalSpacing(4)
        for row in (self._first, self._options, self._second, self._third):
            row.setSpacing(4)
            grid.addLayout(row, grid.rowCount(), 0)
        grid.addWidget(self._problem, grid.rowCount(), 0)
        self._find.textChanged.connect(self.changed)
        self.hide()

    def query(self) -> FindQuery:
        """Return the query."""
        return FindQuery(
            self._find.text(),
            regex=self._regex.isChecked(),
            case=self._case.isChecked(),
            word=self._word.isChecked(),
        )

    def by(self) -> str:
        """Return the replacement."""
        return self._by.text()

    def open(self, text: str, *, replacing: bool) -> None:
        """Show and focus the bar; a single-line `text` becomes the query."""
        self._replacing = replacing
        self.allow_replacing(replacing)
        self.show()
        if text and "\n" not in text:
            self._find.setText(text)
        self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._find.selectAll()

    def allow_replacing(self, allowed: bool) -> None:
        """Show the replacement row if `open` requested it, or hide it in read-only content."""
        for widget in (self._by, self._one, self._all):
            widget.setVisible(self._replacing and allowed)

    def say(self, current: int, count: int, *, more: bool = False, problem: str = "") -> None:
        """Show the number of hits and the current one (from 1, 0 for none), or a problem."""
        number = f"{count:,}{'+' if more else ''}"
        self._count.setText("" if problem or not self._find.text() else f"{current:,} of {number}" if count else "none")
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        for button in (self._one, self._all):
            button.setEnabled(count > 0)

    def _toggle(self, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setCheckable(True)
        set_role(button, "toggle")
        button.toggled.connect(lambda _: self.changed.emit())
        return button

    def _button(self, text: str, name: str, act: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setAutoDefault(False)
        set_role(button, "quiet")
        button.clicked.connect(lambda: act())  # type: ignore[operator]
        return button

    # Qt event handlers

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        letter = self.fontMetrics().averageCharWidth()
        acts = self._one.sizeHint().width() + self._all.sizeHint().width()
        if (below := self.width() < acts + _LEAST_FIELD * letter) != self._acts_below:
            self._acts_below = below
            # Quiet buttons have no visible edge, but a field has: align it with the other field.
            self._second.setContentsMargins(0, 0, _EDGE if below else 0, 0)
            for at, button in enumerate((self._one, self._all)):
                (self._second if below else self._third).removeWidget(button)
                (self._third if below else self._second).insertWidget(at if below else at + 1, button)
        narrow = self.width() < _LEAST_CHARACTERS * letter
        if narrow != self._folded:
            # Next to all the buttons, the query field would be too narrow.
            self._folded = narrow
            for at, toggle in enumerate((self._case, self._word, self._regex)):
                (self._first if narrow else self._options).removeWidget(toggle)
                (self._options if narrow else self._first).insertWidget(at if narrow else _TOGGLES + at, toggle)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter on a button is left to the window, which presses the button.
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            and not isinstance(self.focusWidget(), QAbstractButton)
        ):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if self._by.hasFocus() and not back:
                self.replace_wanted.emit()
            else:
                self.step.emit(-1 if back else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
