"""Lanes are moved by dragging their headers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget

from tests.ui.lanes_support import column, heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.ui.features.lanes.view import LanesView

__all__ = ["screen", "theme", "view"]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def placed(view: LanesView) -> QSignalSpy:
    view.set_heads(heads("a", "b", "c"))
    settle()
    return QSignalSpy(view.place_requested)


def _drag(view: LanesView, slot: str, over: str, share: float, *, drop: bool = True) -> QWidget:
    """Drag the header of a lane to a share of the width of another one."""
    header, target = column(view, slot).header, column(view, over)
    QTest.mousePress(header, LEFT, pos=QPoint(60, 8))
    end = header.mapFromGlobal(target.mapToGlobal(QPoint(int(target.width() * share), 8)))
    for at in (QPoint((end.x() + 60) // 2, 8), end):
        QTest.mouseMove(header, at)
        settle()
    if drop:
        QTest.mouseRelease(header, LEFT, pos=end)
    return header


def _asked(spy: QSignalSpy) -> list[list[object]]:
    return [list(spy.at(index)) for index in range(spy.count())]


@pytest.mark.parametrize(
    ("slot", "over", "share", "before"),
    [("a", "c", 0.8, ""), ("a", "c", 0.2, "c"), ("c", "a", 0.2, "a"), ("c", "b", 0.2, "b"), ("b", "c", 0.9, "")],
)
def test_dragged_lane_is_placed_before_the_lane_it_is_dropped_on(
    view: LanesView, placed: QSignalSpy, slot: str, over: str, share: float, before: str
) -> None:
    _drag(view, slot, over, share)
    assert _asked(placed) == [[slot, before]]


@pytest.mark.parametrize(
    ("slot", "over", "share"), [("a", "a", 0.9), ("a", "b", 0.2), ("c", "c", 0.1), ("b", "a", 0.9)]
)
def test_lane_dropped_on_its_own_place_stays(
    view: LanesView, placed: QSignalSpy, slot: str, over: str, share: float
) -> None:
    _drag(view, slot, over, share)
    assert _asked(placed) == []


def test_esc_ends_a_drag(view: LanesView, placed: QSignalSpy) -> None:
    header = _drag(view, "a", "c", 0.8, drop=False)
    assert QWidget.keyboardGrabber() is header
    QTest.keyClick(header, Qt.Key.Key_Escape)
    assert QWidget.keyboardGrabber() is None
    QTest.mouseRelease(header, LEFT, pos=QPoint(60, 8))
    assert _asked(placed) == []


def test_click_on_a_header_moves_nothing(view: LanesView, placed: QSignalSpy) -> None:
    QTest.mouseClick(column(view, "b").header, LEFT, pos=QPoint(60, 8))
    assert (_asked(placed), view.focused_slot()) == ([], "b")


def test_lanes_of_a_past_iteration_and_blind_lanes_stay(view: LanesView, placed: QSignalSpy) -> None:
    view.set_heads(heads("a", "b", "c", read_only=True))
    _drag(view, "a", "c", 0.8)
    view.set_heads(heads("a", "b", "c"))
    view.set_status("a", LaneStatus("finished", blind=True))
    _drag(view, "a", "c", 0.8)
    assert _asked(placed) == []
    view.set_status("a", LaneStatus("finished"))
    _drag(view, "a", "c", 0.8)
    assert _asked(placed) == [["a", ""]]
