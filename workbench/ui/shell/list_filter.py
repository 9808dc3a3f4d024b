"""Fields that filter the lists of the side bar.

Invariant: a field is visible while it has the focus or a text; Esc clears it, and then all rows are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QVBoxLayout, QWidget

from workbench.app.compose.timeline_filter import TimelineFilter
from workbench.ui.shell.side_bar_delegates import MARGIN
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.small_controls import breakable, clearable, quiet_button
from workbench.ui.widgets.theme import set_role

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
CHOICES = (
    ("Winners", "winner:yes"),
    ("Ties", "winner:tie"),
    ("Not judged", "winner:no"),
    ("Failed", "error:yes"),
    ("Starred", "is:starred"),
)
"""What the menu of the timeline's filter offers, and the filters of the History that it writes into the field."""


class FilterField(QLineEdit):
    """A field above a list. `left_downwards` is emitted for Down, `entered` for Enter, `closed` when Esc cleared it."""

    left_downwards = Signal()
    entered = Signal()
    closed = Signal()

    def __init__(self, name: str, placeholder: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        clearable(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.key() in _ENTER:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            # Otherwise the window's own Esc would stop the run.
            event.accept()
            return True
        return super().event(event)


class FilterRow(QWidget):
    """A filter field in the side bar, hidden until it is opened."""

    closed = Signal()
    """It was hidden while it had the focus."""
    resized = Signal()
    """It was shown or hidden."""

    def __init__(self, name: str, placeholder: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = FilterField(name, placeholder, self)
        self._beside = QHBoxLayout()
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(2)
        self._beside.addWidget(self.field, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN - 4, 0, MARGIN - 4, 4)
        layout.setSpacing(2)
        layout.addLayout(self._beside)
        self.field.closed.connect(self._close)
        self.field.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the field and focus it."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.lostFocus() and self._may_hide(event):
            self.hide()
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.resized.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.resized.emit()

    def _may_hide(self, event: QFocusEvent) -> bool:
        """Whether the field is left for good: not for its menu or another window."""
        passing = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        return not self.field.text() and event.reason() not in passing

    def _close(self) -> None:
        self.closed.emit()
        self.hide()


class TimelineFilterRow(FilterRow):
    """Filters the iterations by the words and filters of the History; its menu writes the most frequent filters."""

    def __init__(self, filter_: TimelineFilter, parent: QWidget) -> None:
        super().__init__("Filter the iterations", "Words, winner:yes, tag:…", parent)
        self._filter = filter_
        self._tags: Sequence[str] = ()
        self.choices = quiet_button("▾", "Choose a filter", self)
        opens_menu(self.choices)
        self._beside.addWidget(self.choices)
        self._said = QLabel(self)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        set_role(self._said, "small")
        self._said.hide()
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._said)
        self.choices.clicked.connect(self._open_menu)
        self.field.textChanged.connect(filter_.set_text)
        filter_.said.connect(self._say)

    def open(self) -> None:
        super().open()
        self._filter.read_tags(self._take_tags)

    def menu(self) -> QMenu:
        """Return the menu of filters, with a check mark at those in the field."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tags = [(f"Tag {tag}", f"tag:{tag}") for tag in self._tags]
        for title, term in (*CHOICES, *tags):
            action = menu.addAction(title, partial(self._toggle, term))
            action.setCheckable(True)
            action.setChecked(f" {term} " in f" {self.field.text()} ")
        return menu

    def said(self) -> str:
        """Return the sentence below the field, "" for none."""
        return "" if self._said.isHidden() else self._said.text()

    def _toggle(self, term: str) -> None:
        padded = f" {self.field.text().strip()} "
        is_on = f" {term} " in padded
        field, _, _ = term.partition(":")
        for _, other in CHOICES:
            if other.startswith(f"{field}:"):
                # A run has one verdict, so two of these find nothing.
                padded = padded.replace(f" {other} ", " ")
        rest = padded.replace(f" {term} ", " ").strip()
        self.field.setText(rest if is_on else f"{rest} {term} ".lstrip())
        self.field.setFocus()

    def _open_menu(self) -> None:
        self.menu().popup(self.choices.mapToGlobal(QPoint(0, self.choices.height())))

    def _take_tags(self, tags: Sequence[str]) -> None:
        self._tags = tags

    def _say(self, sentence: str) -> None:
        self._said.setText(breakable(sentence))
        self._said.setVisible(bool(sentence))
