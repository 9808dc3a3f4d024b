"""The recorded request and response of a lane."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.ui.lanes_support import screen, theme
from workbench.core.runs import Mark
from workbench.ui.widgets.theme import Theme
from workbench.ui.widgets.wire_dialog import WireDialog

__all__ = ["screen", "theme"]

REQUEST: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "a\u00a0<b>x</b>\r\né😀"}]}


def test_dialog_shows_the_request_and_its_changed_parameters(
    theme: Theme, screen: Callable[[QWidget], QWidget]
) -> None:
    marks = (Mark("changed", "max_tokens", "sent as <i>max_completion_tokens</i>"), Mark("refused", "seed", ""))
    dialog = WireDialog(theme, REQUEST, marks=marks, title="gpt")
    screen(dialog)
    assert json.loads(dialog.shown_text()) == REQUEST
    assert dialog.marks.isVisible()
    assert dialog.marks.textFormat() == Qt.TextFormat.PlainText
    lines = dialog.marks.text().replace("\u200b", "").split("\n")
    assert lines[0] == "max_tokens was changed: sent as <i>max_completion_tokens</i>"
    assert lines[1] == "seed was refused and left out."
    assert dialog.tabs.count() == 1
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert json.loads(QGuiApplication.clipboard().text()) == REQUEST
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_response_has_its_own_tab(theme: Theme, screen: Callable[[QWidget], QWidget]) -> None:
    dialog = WireDialog(theme, REQUEST, response="data: half a li")
    screen(dialog)
    dialog.tabs.setCurrentIndex(1)
    assert dialog.shown_text() == "data: half a li"
    assert not dialog.marks.isVisible()


def test_dialog_without_a_request_shows_nothing_was_sent(theme: Theme, screen: Callable[[QWidget], QWidget]) -> None:
    dialog = WireDialog(theme, None)
    screen(dialog)
    assert dialog.shown_text() == "Nothing was sent."


def test_large_request_is_shown_completely(theme: Theme, screen: Callable[[QWidget], QWidget]) -> None:
    request = {"messages": [{"role": "user", "content": "word " * 100_000}]}
    dialog = WireDialog(theme, request)
    screen(dialog)
    assert json.loads(dialog.shown_text()) == request
