"""The settings dialog on the screen, over sources whose answers the test gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListView
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import SettingsDouble, shown, theme
from workbench.ui.features.settings.dialog import SettingsDialog
from workbench.ui.widgets.theme import Theme

__all__ = ["drive", "shown", "source", "theme"]

KEY = "sk-test-0123456789-wxyz"
Show = Callable[[Any], Any]


class Driver:
    """The settings on the screen, driven by keys and mouse."""

    def __init__(self, qtbot: QtBot, dialog: SettingsDialog) -> None:
        self.qtbot = qtbot
        self.dialog = dialog

    def _visible(self, kind: type[Any]) -> list[Any]:
        return [w for w in self.dialog.findChildren(kind) if w.isVisible()]

    def field(self, name: str) -> QLineEdit:
        return next(f for f in self._visible(QLineEdit) if name in f.accessibleName())

    def button(self, name: str) -> QAbstractButton:
        return next(
            b for b in self._visible(QAbstractButton) if name in (b.text(), b.accessibleName()) or b.text() == name
        )

    def click(self, name: str) -> None:
        QTest.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def has_button(self, name: str) -> bool:
        return any(name == b.text() for b in self._visible(QAbstractButton))

    def texts(self) -> str:
        return "\n".join(label.text() for label in self._visible(QLabel))

    def wait_for(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: words in self.texts())

    def list(self, name: str) -> QListView:
        return next(view for view in self._visible(QListView) if view.accessibleName() == name)

    def rows(self, name: str) -> list[str]:
        model = self.list(name).model()
        return [model.index(i, 0).data() for i in range(model.rowCount())]

    def choose(self, name: str, title: str) -> None:
        view = self.list(name)
        index = view.model().index(self.rows(name).index(title), 0)
        view.scrollTo(index)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())

    def type(self, name: str, text: str) -> None:
        self.field(name).clear()
        QTest.keyClicks(self.field(name), text)


@pytest.fixture
def source() -> SettingsDouble:
    return SettingsDouble()


@pytest.fixture
def drive(qtbot: QtBot, theme: Theme, shown: Show, source: SettingsDouble) -> Callable[..., Driver]:
    def make(page: Any = "keys", source: SettingsDouble = source) -> Driver:
        driver = Driver(qtbot, shown(SettingsDialog(theme, source, None, page)))
        if page == "keys" and "keys" not in source.answers:
            qtbot.waitUntil(lambda: "Anthropic" in driver.rows("Providers"))
        if page == "endpoints" and "endpoints" not in source.answers:
            qtbot.waitUntil(lambda: len(driver.rows("Endpoints")) == len(source.own))
        return driver

    return make


Drive = Callable[..., Driver]
