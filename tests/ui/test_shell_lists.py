"""The side bar's rows paint text in the direction of its language."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import theme
from workbench.app.prompts import list_model
from workbench.core.runs import PromptRow
from workbench.ui.shell.side_bar_delegates import PromptDelegate
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]


def test_prompt_name_is_painted_in_its_own_text_direction(qtbot: QtBot, theme: Theme) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    view.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    delegate = PromptDelegate(theme, view, lambda _: False)

    def painted(name: str) -> QImage:
        model = QStandardItemModel()
        item = QStandardItem()
        item.setData(PromptRow("p", name, 3, False, ""), list_model.ROW)
        model.appendRow(item)
        image = QImage(200, 30, QImage.Format.Format_RGB32)
        image.fill(theme.color("surface"))
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, 200, 30)
        with QPainter(image) as painter:
            painter.setLayoutDirection(view.layoutDirection())
            delegate.paint(painter, option, model.index(0, 0))
        return image

    # Hebrew is written from right to left: what comes after it is painted to its left.
    assert painted("א WWW") == painted("WWW א")
    assert painted("א WWW") != painted("WWW ב")
