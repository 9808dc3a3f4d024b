"""Helpers of the editor tests: a focused window, keys, and texts that editors tend to alter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolButton, QWidget
from shiboken6 import isValid

from tests.ui.looks import change_mode, change_scale
from workbench.core.content import Content, Message
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.theme import Theme

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Show = Callable[[Any], Any]

# Qt warnings about missing fonts and about the offscreen platform are expected.
machine = pytest.mark.qt_log_ignore("OpenType support missing", "This plugin does not support")

CORPUS = {
    "nbsp": "10\u00a0000\u202f€",
    "latex": r"\frac{a_{1}}{b} \begin{cases} {{x}} \end{cases} $\{\#\}$",
    "jinja": "{% for x in xs %}{# a comment #}{{ x | upper }}{% endfor %}",
    "handlebars": "{{#each items}}{{{raw}}}{{/each}}",
    "go": '{{ range $i, $e := .Items }}{{ printf "%d" $i }}{{ end }}',
    "erb": '<%= link_to "a", b %>\n<%# no %>',
    "trailing newlines": "text\n\n\n",
    "only newlines": "\n\n",
    "spaces": "  leading and trailing  \t",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 e\u0301",
    "right to left": "שלום עולם مرحبا \u202bmixed\u202c \u2067x\u2069",
    "lone cr": "a\rb\r\rc\r",
    "separators": "a\u2028b\u2029c\u0085d\x0b\x0ce",
    "null": "a\0b",
    "controls": "".join(map(chr, range(1, 32))).replace("\r\n", ""),
    "noncharacters": "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5\ufdd6\ufdef\ufffe\uffff\U0001fffe\U0010ffff",
    "escape pairs": "\ufdd2\ufdd2\ufdd3\r\ufdd2\r",
    "objects": "\ufffc\ufffd\ufeff",
    "han": "模型回答：订单 12345 的状态",
    "private use": "\ue000\uf8ff\U000f0000",
}
texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\r\n\u2028\u2029\u00a0\0\ufdd0\ufdd1\ufdd2\ufdd3 a😀"),
    )
)


def content(*pairs: tuple[str, str]) -> Content:
    return Content(tuple(Message(role, text) for role, text in pairs))  # type: ignore[arg-type]


TWO = content(("system", "Be {{tone}}.\nAlways."), ("user", "{{question}}"))


def blocks(editor: ContentEditor) -> list[MessageBlock]:
    """Return the visible blocks from top to bottom."""
    return sorted((b for b in editor.findChildren(MessageBlock) if not b.isHidden()), key=lambda b: b.y())


def fields(editor: ContentEditor) -> list[ExactField]:
    return [block.field for block in blocks(editor)]


def focused() -> Any:
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def press(key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier, times: int = 1) -> None:
    """Press a key in the focused widget."""
    for _ in range(times):
        QTest.keyClick(focused(), key, modifiers)


def type_text(text: str) -> None:
    """Type any letters, with the key events of a keyboard that has them."""
    for letter in text:
        key, sent = (Key.Key_Return, "\r") if letter == "\n" else (Key.Key_unknown, letter)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(focused(), QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, sent))


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    change_scale(made, 1.0)
    change_mode(made, "light")
    made.deleteLater()


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[Show]:
    """Show a widget as a window with focus; it is deleted after the test."""
    widgets: list[QWidget] = []

    def show(widget: QWidget, width: int = 460, height: int = 600) -> QWidget:
        widgets.append(widget)
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        qapp.processEvents()
        return widget

    yield show
    for widget in widgets:
        if isValid(widget):
            widget.close()
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qapp.processEvents()


class Ticks:
    """A clock in ms that tests advance."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def editor(theme: Theme, shown: Show, ticks: Ticks) -> ContentEditor:
    made = ContentEditor(theme, clock=ticks)
    shown(made)
    return made


def heard(editor: ContentEditor) -> list[str]:
    """Return a list to which the editor's signals are added from now on."""
    said: list[str] = []
    editor.edited.connect(lambda: said.append("edited"))
    editor.undo_state_changed.connect(lambda: said.append(f"undo {editor.can_undo:d} redo {editor.can_redo:d}"))
    return said


def button(editor: ContentEditor, text: str) -> QPushButton:
    return next(b for b in editor.findChildren(QPushButton) if b.text() == text)


def choose(opener: Any, *path: str) -> None:
    """Open a menu by keyboard and choose an entry, through submenus."""
    opener.setFocus()
    QTest.keyClick(opener, Key.Key_Space)
    menu = QApplication.activePopupWidget()
    for name in path:
        assert isinstance(menu, QMenu)
        action = next(a for a in menu.actions() if a.text() == name)
        if action.menu() is not None:
            menu = action.menu()
        else:
            action.trigger()
    top = QApplication.activePopupWidget()
    if top is not None:
        top.close()


def more(editor: ContentEditor, index: int) -> QToolButton:
    return blocks(editor)[index].findChild(QToolButton)


def role_button(editor: ContentEditor, index: int) -> QPushButton:
    return blocks(editor)[index].findChild(QPushButton)
