"""Many lanes: columns are made lazily near the viewport, without a visible difference."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import PROSE, column, heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.runs import Failure
from workbench.host.clock import monotonic_ms
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.reasoning import ReasoningPanel
from workbench.ui.features.lanes.view import LanesView

__all__ = ["screen", "theme", "view"]
SLOTS = tuple(f"s{number}" for number in range(30))
FEW = 14
LONG = PROSE * 40


def _made(view: LanesView) -> dict[str, LaneColumn]:
    return {made.slot: made for made in view.findChildren(LaneColumn)}


@pytest.fixture
def thirty(view: LanesView) -> LanesView:
    view.set_heads(heads(*SLOTS))
    settle()
    return view


def _until_all_near_are_made(qtbot: QtBot, view: LanesView) -> None:
    qtbot.waitUntil(lambda: not view.is_catching_up)


def test_only_columns_near_the_viewport_are_created_and_texts_are_kept(qtbot: QtBot, thirty: LanesView) -> None:
    for slot in SLOTS:
        thirty.set_text(slot, LONG + slot, "because")
        thirty.set_status(slot, LaneStatus("finished", ttft_ms=310))
    _until_all_near_are_made(qtbot, thirty)
    assert 4 <= len(_made(thirty)) <= FEW
    assert [thirty.text(slot) for slot in SLOTS] == [LONG + slot for slot in SLOTS]
    assert len(_made(thirty)) <= FEW


def test_at_most_four_columns_are_created_at_once(thirty: LanesView) -> None:
    thirty.set_heads(heads(*(f"t{number}" for number in range(30))))
    assert len([made for made in _made(thirty) if made.startswith("t")]) <= 4


def test_lane_created_on_scroll_shows_everything_received_so_far(thirty: LanesView) -> None:
    assert "s29" not in _made(thirty)
    thirty.set_status("s29", LaneStatus("streaming", ttft_ms=5))
    for piece in ("One ", "two ", "three"):
        thirty.append_text("s29", "text", piece)
        thirty.append_text("s29", "reasoning", f"({piece})")
    assert thirty.text("s29") == "One two three"
    thirty.focus_lane(29)
    shown = column(thirty, "s29")
    assert shown.answer.exact_text == shown.answer.toPlainText() == "One two three"
    reasoning = shown.findChild(ReasoningPanel)
    assert reasoning is not None
    assert reasoning.text == "(One )(two )(three)"
    assert shown.footer.stop.isVisible()
    thirty.append_text("s29", "text", " four")
    thirty.set_status("s29", LaneStatus("failed", failure=Failure("half_answer", "It hung up.")))
    settle()
    assert shown.answer.toPlainText() == "One two three four"
    assert shown.strip() is not None


def test_text_received_while_scrolled_away_is_appended_on_return(qtbot: QtBot, thirty: LanesView) -> None:
    thirty.set_text("s0", "first ")
    thirty.focus_lane(29)
    _until_all_near_are_made(qtbot, thirty)
    thirty.append_text("s0", "text", "second ")
    assert _made(thirty)["s0"].answer.toPlainText() == "first "
    thirty.append_text("s0", "text", "third")
    assert thirty.text("s0") == "first second third"
    thirty.focus_lane(0)
    settle()
    assert _made(thirty)["s0"].answer.toPlainText() == "first second third"
    thirty.focus_lane(29)
    settle()
    thirty.clear("s0")
    assert thirty.text("s0") == ""
    assert column(thirty, "s0").answer.is_empty


def test_elapsed_time_counts_from_the_start_of_the_call(thirty: LanesView) -> None:
    def line() -> str:
        shown = column(thirty, "s29")
        shown.show_elapsed()
        return shown.header.numbers.candidates()[0]

    thirty.set_status("s29", LaneStatus("streaming", 10, began_ms=monotonic_ms() - 70_000))
    assert line().startswith("streaming… 70 s")
    thirty.set_status("s29", LaneStatus("streaming", 10, began_ms=monotonic_ms() - 20_000))
    assert line().startswith("streaming… 20 s"), "the clock restarts with another run in the same state"
    thirty.set_status("s29", LaneStatus("streaming"))
    assert line() == "streaming…", "the start time of another process is unknown"


def test_scrolling_creates_the_columns_in_view(qtbot: QtBot, thirty: LanesView) -> None:
    area = thirty.findChild(QScrollArea)
    assert area is not None
    bar = area.horizontalScrollBar()
    assert bar.maximum() > area.viewport().width() * 3
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: "s29" in _made(thirty))
    _until_all_near_are_made(qtbot, thirty)
    visible = [made for made in _made(thirty).values() if not made.visibleRegion().isEmpty()]
    assert [made.slot for made in visible][-1] == "s29"
    widths = {made.width() for made in visible}
    assert max(widths) - min(widths) <= 1


def test_tab_visits_lanes_that_are_not_created_yet(thirty: LanesView) -> None:
    visited = []
    thirty.focus_lane(0)
    for _ in range(200):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is thirty.add_button:
            break
        visited.append(thirty.focused_slot())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert list(dict.fromkeys(visited)) == list(SLOTS)
    focused = QApplication.focusWidget()
    assert focused is thirty.add_button
    QTest.keyClick(focused, Qt.Key.Key_Backtab)
    assert thirty.focused_slot() == "s29"


def test_click_on_a_placeholder_focuses_its_lane(thirty: LanesView) -> None:
    blank = thirty.findChildren(LaneColumn)[0].parentWidget().childAt(thirty.width() * 4, 50)
    assert not isinstance(blank, LaneColumn)
    QTest.mouseClick(blank, Qt.MouseButton.LeftButton)
    assert thirty.focused_slot() in SLOTS[8:]
    assert isinstance(QApplication.focusWidget(), type(column(thirty, thirty.focused_slot()).answer))
