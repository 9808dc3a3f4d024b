"""The model picker, driven by its keys and buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import (
    PickerDouble,
    an_offer,
)
from workbench.app.models.model_index import ModelChoice
from workbench.app.models.picker_row import ROW, PickerRow
from workbench.core.lanes import Lane
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.widgets.theme import Theme

Show = Callable[[Any], Any]


class Driver:
    """A picker on the screen, driven by keys and mouse."""

    def __init__(self, qtbot: QtBot, picker: ModelPicker) -> None:
        self.qtbot = qtbot
        self.picker = picker
        self.search = picker.findChild(QLineEdit)
        self.list = picker.findChild(QListView)
        self.choices: list[ModelChoice] = []
        picker.chosen.connect(self.choices.append)

    def ready(self) -> Driver:
        self.qtbot.waitUntil(lambda: any("LiteLLM catalogue · " in title for title in self.titles()))
        return self

    def titles(self) -> list[str]:
        model = self.list.model()
        return [model.index(i, 0).data() for i in range(model.rowCount())]

    def current(self) -> PickerRow:
        row: PickerRow = self.list.currentIndex().data(ROW)
        return row

    def type(self, text: str) -> None:
        QTest.keyClicks(self.search, text)

    def press(self, key: Qt.Key, widget: QWidget | None = None) -> None:
        QTest.keyClick(widget or self.search, key)

    def field(self, name: str) -> QLineEdit:
        return next(f for f in self.picker.findChildren(QLineEdit) if name in f.accessibleName())

    def button(self, text: str) -> QPushButton:
        return next(b for b in self.picker.findChildren(QPushButton) if b.text() == text)

    def texts(self) -> str:
        return "\n".join(label.text() for label in self.picker.findChildren(QLabel) if label.isVisible())

    def click(self, title: str, *, twice: bool = False) -> None:
        index = self.list.model().index(self.titles().index(title), 0)
        self.list.scrollTo(index)
        center: QPoint = self.list.visualRect(index).center()
        QTest.mouseClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=center)
        if twice:
            QTest.mouseDClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=center)


@pytest.fixture
def drive(qtbot: QtBot, theme: Theme, shown: Show) -> Callable[..., Driver]:
    def make(source: PickerDouble | None = None, current: Lane | None = None, **options: Any) -> Driver:
        picker = ModelPicker(theme, source or PickerDouble(an_offer()), current, **options)
        return Driver(qtbot, shown(picker))

    return make


Drive = Callable[..., Driver]
