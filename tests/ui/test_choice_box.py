"""A combo box elides a text that is too long for it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import theme
from tests.ui.looks import change_scale
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]
LONG = "Iteration 8 · Thursday 28 November, and the steps that were done before it was handed over"


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_long_text_is_elided_with_an_ellipsis(qtbot: QtBot, theme: Theme, scale: float) -> None:
    change_scale(theme, scale)
    box, short = ChoiceBox(), ChoiceBox()
    for one in (box, short):
        qtbot.addWidget(one)
        one.resize(round(260 * scale), one.sizeHint().height())
    box.addItem(LONG)
    box.show()
    QApplication.processEvents()
    shown = box.shown_text()
    assert shown.endswith("…")
    assert LONG.startswith(shown.removesuffix("…"))
    short.addItem(shown)
    short.show()
    QApplication.processEvents()
    assert short.shown_text() == shown
    assert box.grab().toImage() == short.grab().toImage()
    box.resize(round(1400 * scale), box.height())
    assert box.shown_text() == LONG


def test_placeholder_is_shown_without_a_selection(qtbot: QtBot, theme: Theme) -> None:
    hinted, chosen = ChoiceBox(), ChoiceBox()
    for one in (hinted, chosen):
        qtbot.addWidget(one)
        one.resize(260, one.sizeHint().height())
        one.show()
    hinted.addItem("one")
    hinted.setPlaceholderText("Earlier proposals (1)")
    hinted.setCurrentIndex(-1)
    chosen.addItem("one")
    QApplication.processEvents()
    assert hinted.grab().toImage() != chosen.grab().toImage()
