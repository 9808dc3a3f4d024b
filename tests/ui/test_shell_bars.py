"""The bars above and below: what they say is not cut while there is room."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import theme
from workbench.ui.shell.bars import Elided
from workbench.ui.theme import Theme

__all__ = ["theme"]


@pytest.mark.parametrize("role", ["pill", "small", ""])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3, 2.0])
def test_a_line_with_the_room_it_asks_for_is_shown_whole(qtbot: QtBot, theme: Theme, role: str, scale: float) -> None:
    theme.set_scale(scale)
    line = Elided(role=role)
    qtbot.addWidget(line)
    line.show()
    for count in range(1, 60):
        text = "Session $0.0132 · 14 iterations · median loop 9.2 s is not all"[:count]
        line.set_full(text)
        line.resize(line.sizeHint())
        QApplication.processEvents()
        assert line.text() == text
        inside = line.contentsRect().width() - 2 * max(line.margin(), 0)
        assert line.fontMetrics().horizontalAdvance(text) <= inside
    line.resize(60, line.height())
    QApplication.processEvents()
    assert line.text().endswith("…")
    assert line.toolTip() == line.full()
