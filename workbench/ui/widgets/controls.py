"""Labels, buttons and other controls shared by pages and dialogs, and what the focus means in a widget.

Invariant: text from outside (names, server messages) is shown as plain text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import set_role

_MOST_HEIGHTS = 32
_RESTYLED = frozenset({QEvent.Type.FontChange, QEvent.Type.StyleChange})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class _Label(QLabel):
    """Caches its height for a width: Qt asks a dozen times per page change, and lays the text out each time."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._heights: dict[tuple[int, str, object], int] = {}

    def heightForWidth(self, width: int) -> int:
        # A role may add padding.
        asked = width, self.text(), self.property("role")
        if (known := self._heights.get(asked)) is None:
            if len(self._heights) >= _MOST_HEIGHTS:
                self._heights.clear()
            known = self._heights[asked] = super().heightForWidth(width)
        return known

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in _RESTYLED:
            self._heights.clear()
        super().changeEvent(event)


def label(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """Return a plain-text label."""
    made = _Label(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        set_role(made, role)
    return made


def line(role: str = "hline") -> QFrame:
    """Return a separator."""
    made = QFrame()
    set_role(made, role)
    return made


class _Button(QPushButton):
    """Responds to Enter while focused; Qt does that only for auto-default buttons."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, action: Callable[[], object], role: str = "", name: str = "") -> QPushButton:
    """Return a push button that Enter in a field does not press."""
    made = _Button(text)
    made.setAutoDefault(False)
    made.setAccessibleName(name or text)
    if role:
        set_role(made, role)
    made.clicked.connect(lambda: action())
    return made


def scrolled(content: QWidget) -> QScrollArea:
    """Return a scroll area around a page that may be higher than the dialog."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustIgnored)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    return area


class StatusLabel(QLabel):
    """One sentence about current or finished work; hidden while empty."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setVisible(False)

    def say(self, sentence: str, role: str = "muted") -> None:
        """Show a sentence as "muted" (in progress), "good" or "error"; "" hides the label."""
        set_role(self, role)
        self.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))


class ConfirmBar(QFrame):
    """An inline confirmation in place of a modal box; the safe answer has the focus."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "banner-warn")
        self._question = label()
        self._action: Callable[[], object] = lambda: None
        self._other_action: Callable[[], object] = lambda: None
        self._yes = button("", self._accept)
        self._other = button("", self._accept_other)
        self._no = button("Keep", self.close_question)
        self._back: QWidget | None = None
        buttons = FlowLayout()
        buttons.addWidget(self._yes)
        buttons.addWidget(self._other)
        buttons.addWidget(self._no)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self._question)
        layout.addLayout(buttons)
        self.setVisible(False)

    def ask(
        self,
        question: str,
        yes: str,
        action: Callable[[], object],
        no: str = "Keep",
        other: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Ask; confirming calls `action`. `other` is the title and action of a second way to confirm."""
        self._back = self.window().focusWidget()
        self._show(question, yes, action, no, other)
        self._no.setFocus()

    def tell(self, question: str, yes: str, action: Callable[[], object], no: str = "Keep") -> None:
        """Ask without a preceding user action: the focus does not move."""
        self._back = None
        self._show(question, yes, action, no, None)

    def _show(
        self,
        question: str,
        yes: str,
        action: Callable[[], object],
        no: str,
        other: tuple[str, Callable[[], object]] | None,
    ) -> None:
        self._question.setText(question)
        self._yes.setText(yes)
        self._yes.setAccessibleName(f"{yes}. {question}")
        self._no.setText(no)
        self._no.setAccessibleName(no)
        self._action = action
        self._other.setVisible(other is not None)
        if other is not None:
            text, self._other_action = other
            self._other.setText(text)
            self._other.setAccessibleName(f"{text}. {question}")
        self.setVisible(True)

    def close_question(self) -> None:
        """Hide the question and restore the focus."""
        self.setVisible(False)
        if self._back is not None and self._back.isVisible() and self._back.isEnabled():
            self._back.setFocus()

    def _accept(self) -> None:
        self.close_question()
        self._action()

    def _accept_other(self) -> None:
        self.close_question()
        self._other_action()


class SecretField(QWidget):
    """A field for a secret key: masked unless shown; white space around a pasted key is removed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(name)
        self.field.textChanged.connect(self._trim)
        self._show = QToolButton()
        self._show.setCheckable(True)
        self._show.setText("Show")
        self._show.setAccessibleName(f"Show the {name}")
        set_role(self._show, "quiet")
        self._show.toggled.connect(self._toggle)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field, 1)
        layout.addWidget(self._show)
        self.setFocusProxy(self.field)

    def text(self) -> str:
        """Return the entered text."""
        return self.field.text()

    def clear(self) -> None:
        """Empty the field and its undo history, and mask it again."""
        # QLineEdit.clear() can be undone, which would restore the key; setText() cannot.
        self.field.setText("")
        self._show.setChecked(False)

    def _trim(self, text: str) -> None:
        if (trimmed := text.strip()) != text:
            self.field.setText(trimmed)

    def _toggle(self, shown: bool) -> None:
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._show.setText("Hide" if shown else "Show")


JUDGED_AREA = "judged_area"
"""Property of a widget in which bare keys give verdicts: a lane, or the page of a judged pair."""
OPENS_MENU = "opens_menu"


def opens_menu(button: QAbstractButton) -> None:
    """Declare that `button` opens a menu: a click does not move the focus, and a typed space does not press it."""
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty(OPENS_MENU, True)
