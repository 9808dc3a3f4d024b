"""Labels, buttons and other controls that pages and dialogs share.

Invariant: what others wrote (names, sentences of servers) is shown as plain text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
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

from workbench.ui.flow import Flow
from workbench.ui.theme import set_role

_MOST_HEIGHTS = 32
_RESTYLED = frozenset({QEvent.Type.FontChange, QEvent.Type.StyleChange})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class _Label(QLabel):
    """Remembers how high its text is: Qt asks a dozen times for each change of a page, and lays it out each time."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._heights: dict[tuple[int, str, object], int] = {}

    def heightForWidth(self, width: int) -> int:
        # A role can bring a padding along.
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
    """Enter presses it where it has the keyboard, which Qt does only for buttons that Enter presses from elsewhere."""

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


class Status(QLabel):
    """One sentence about what happens or happened; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setVisible(False)

    def say(self, sentence: str, role: str = "muted") -> None:
        """Show a sentence as "muted" (under way), "good" or "error"; "" hides it."""
        set_role(self, role)
        self.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))


class Confirm(QFrame):
    """A question in the place of a modal box, with the safe answer focused."""

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
        buttons = Flow()
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
        """Ask; `action` is called when the person agrees. `other` is a second way to agree."""
        self._back = self.window().focusWidget()
        self._show(question, yes, action, no, other)
        self._no.setFocus()

    def tell(self, question: str, yes: str, action: Callable[[], object], no: str = "Keep") -> None:
        """Ask where nobody pressed anything: the focus stays where it is."""
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
        """Take the question away and the focus back to where it was."""
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
    """A field for a key: dots unless shown, white space around a pasted key goes."""

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
        """Return what was typed."""
        return self.field.text()

    def clear(self) -> None:
        """Empty the field, its undo history too, and show dots again."""
        # clear() can be undone and would bring the key back; a new text cannot.
        self.field.setText("")
        self._show.setChecked(False)

    def _trim(self, text: str) -> None:
        if (trimmed := text.strip()) != text:
            self.field.setText(trimmed)

    def _toggle(self, shown: bool) -> None:
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._show.setText("Hide" if shown else "Show")
