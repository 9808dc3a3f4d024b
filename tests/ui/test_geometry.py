"""How the window divides its width by default."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.geometry import LANES_WIDTH, PaneDivider, editor_width, side_width


def parts(window: int) -> tuple[int, int, int]:
    """Return the widths of side bar, editor and lanes."""
    side = side_width(window)
    editor = editor_width(window - side)
    return side, editor, window - side - editor


def test_two_lanes_have_room_at_every_width() -> None:
    for window in range(1024, 4000, 8):
        assert parts(window)[2] >= LANES_WIDTH


def test_extra_window_width_is_shared_by_all_parts() -> None:
    usual, wide = parts(1440), parts(3840)
    assert usual[:2] == (226, 470)
    assert wide[0] > usual[0]
    assert wide[1] > 1.5 * usual[1]
    assert wide[2] > 2 * usual[2]
    widths = [parts(window) for window in range(1440, 4000, 8)]
    for before, after in itertools.pairwise(widths):
        assert after[0] >= before[0]
        assert after[1] >= before[1]


@pytest.fixture
def divider(qtbot: QtBot) -> PaneDivider:
    """Return a shown divider that gives a third to its first part."""
    made = PaneDivider(lambda width: width // 3)
    qtbot.addWidget(made)
    for _ in range(2):
        made.addWidget(QWidget())
    made.resize(600, 100)
    made.show()
    qtbot.waitUntil(lambda: made.sizes()[0] == 200)
    return made


def test_divider_follows_its_rule_at_every_width(divider: PaneDivider) -> None:
    for width in (900, 300, 750):
        divider.resize(width, 100)
        assert divider.sizes() == [width // 3, width - width // 3 - divider.handleWidth()]


@pytest.mark.parametrize("parts", [0, 1])
def test_rule_is_not_asked_before_both_parts_are_there(qtbot: QtBot, parts: int) -> None:
    asked: list[int] = []

    def rule(width: int) -> int:
        asked.append(width)
        return width // 3

    made = PaneDivider(rule)
    qtbot.addWidget(made)
    for _ in range(parts):
        made.addWidget(QWidget())
    made.divide()
    for event in (QResizeEvent(QSize(600, 100), QSize(100, 100)), QEvent(QEvent.Type.LayoutRequest)):
        QApplication.sendEvent(made, event)
    made.refresh()
    assert asked == []


def test_divider_that_was_moved_shares_a_new_width_as_it_stands(divider: PaneDivider) -> None:
    divider.is_by_hand = True
    divider.setSizes([399, 200])
    divider.resize(1201, 100)
    first, second = divider.sizes()
    assert first + second + divider.handleWidth() == 1201
    assert (first, second) == (pytest.approx(799, abs=3), pytest.approx(401, abs=3))
