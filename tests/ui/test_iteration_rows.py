"""What the rows of the timeline keep when there is little room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import theme
from workbench.app.compose import timeline_model
from workbench.core.runs import IterationRow
from workbench.core.testing.pass_share import PassShare
from workbench.ui.shell.side_bar_delegates import IterationDelegate
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]
_AT = "2026-10-15T10:00:00.000Z"


class _Recorder(QPainter):
    """Paints, and keeps the texts."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.texts: list[str] = []

    def drawText(self, *given: object) -> None:  # noqa: N802 - Qt's name
        self.texts.append(str(given[-1]))
        super().drawText(*given)  # type: ignore[call-overload] # one of several signatures


def painted(qtbot: QtBot, theme: Theme, characters: int, share: PassShare | None) -> list[str]:
    """Return the texts of a row that is so many characters wide."""
    view = QWidget()
    qtbot.addWidget(view)
    delegate = IterationDelegate(theme, view, lambda _: False, lambda: _AT)
    row = IterationRow(
        "r", 1, 1, _AT, "", "You are the order bot of a shop", 9, 0, "none", "", running=False, kind="test"
    )
    model, item = QStandardItemModel(), QStandardItem()
    item.setData(row, timeline_model.ROW)
    item.setData(share, timeline_model.SHARE)
    model.appendRow(item)
    option = QStyleOptionViewItem()
    delegate.initStyleOption(option, model.index(0, 0))
    width = characters * option.fontMetrics.averageCharWidth()
    option.rect = QRect(0, 0, width, delegate.sizeHint(option, model.index(0, 0)).height())
    image = QImage(width, option.rect.height(), QImage.Format.Format_RGB32)
    with _Recorder(image) as painter:
        delegate.paint(painter, option, model.index(0, 0))
    return painter.texts


@pytest.mark.parametrize("characters", [60, 40, 32, 28])
def test_a_rate_stands_with_the_word_that_its_judge_is_unmeasured(qtbot: QtBot, theme: Theme, characters: int) -> None:
    share = PassShare(28, 30, 30, "acme-large", 1, _AT, is_unmeasured=True)
    texts = painted(qtbot, theme, characters, share)
    (said,) = [one for one in texts if "28/30" in one]
    assert said.endswith("unmeasured")


def test_without_a_share_the_change_has_the_whole_line(qtbot: QtBot, theme: Theme) -> None:
    narrow = painted(qtbot, theme, 28, None)
    share = PassShare(28, 30, 30, "acme-large", 1, _AT)
    assert "28/30" not in " ".join(narrow)
    assert len(narrow[-1]) > len(painted(qtbot, theme, 28, share)[-1])
