"""Wrapping labels: as high as their text needs, and laid out once per width."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.looks import change_scale
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import Theme, set_role

TEXT = "Others import it, or drop it on their window; nothing of theirs is overwritten. " * 3


def _height(made: QLabel, width: int) -> int:
    """Return Qt's own height, without the cache."""
    return QLabel.heightForWidth(made, width)


def test_label_height_is_computed_once_per_width(
    qtbot: QtBot, window_theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = label(TEXT, "muted")
    qtbot.addWidget(made)
    made.show()
    asked: list[int] = []
    real = QLabel.heightForWidth

    def height(self: QLabel, width: int) -> int:
        asked.append(width)
        return real(self, width)

    monkeypatch.setattr(QLabel, "heightForWidth", height)
    for _ in range(9):
        assert made.heightForWidth(200) > made.heightForWidth(400)
    assert asked == [200, 400]


def test_changing_text_font_or_role_updates_the_height(qtbot: QtBot, window_theme: Theme) -> None:
    made = label(TEXT, "muted")
    qtbot.addWidget(made)
    made.show()
    before = made.heightForWidth(300)
    made.setText("Short.")
    assert made.heightForWidth(300) == _height(made, 300) < before
    made.setText(TEXT)
    assert made.heightForWidth(300) == before
    font = made.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    made.setFont(font)
    assert made.heightForWidth(300) == _height(made, 300)
    set_role(made, "pill-warn")
    assert made.heightForWidth(300) == _height(made, 300)
    for width in range(100, 200):
        assert made.heightForWidth(width) == _height(made, width)


def test_changing_the_text_scale_updates_the_height(qtbot: QtBot, window_theme: Theme) -> None:
    made = label(TEXT, "muted")
    qtbot.addWidget(made)
    made.show()
    before = made.heightForWidth(300)
    change_scale(window_theme, 1.5)
    try:
        qtbot.waitUntil(lambda: made.heightForWidth(300) > before)
        assert made.heightForWidth(300) == _height(made, 300)
    finally:
        change_scale(window_theme, 1.0)
