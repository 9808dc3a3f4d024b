"""The menu of a lane's column."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.lanes_support import (
    calls_of,
    close_menu,
    column,
    heads,
    lane,
    menu_entry,
    open_menu,
    screen,
    settle,
    theme,
    view,
)
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.lanes import Params
from workbench.core.runs import Failure, Mark
from workbench.core.timeline import VersionLabel
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.features.lanes.state_strip import FailureBox
from workbench.ui.features.lanes.view import LanesView

__all__ = ["lane", "screen", "theme", "view"]


# The offscreen platform warns about every menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    ("entry", "signal", "arguments"),
    [
        ("Change model", "model_requested", ["m"]),
        ("Duplicate", "duplicate_requested", ["m"]),
        ("Move left", "move_requested", ["m", -1]),
        ("Move right", "move_requested", ["m", 1]),
        ("Show request", "wire_requested", ["m"]),
        ("Answer", "copy_requested", ["m"]),
        ("All against this lane", "diff_requested", ["m", "lane"]),
        ("Remove lane", "remove_requested", ["m"]),
    ],
)
def test_menu_entries_request_their_action(
    view: LanesView, lane: LaneColumn, entry: str, signal: str, arguments: list[object]
) -> None:
    spy = QSignalSpy(getattr(view, signal))
    menu = open_menu(lane)
    menu_entry(menu, entry).trigger()
    close_menu(menu)
    assert calls_of(spy) == [arguments]


def test_the_menu_works_by_keyboard(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.duplicate_requested)
    lane.header.row.menu.setFocus()
    QTest.keyClick(lane.header.row.menu, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_L)
    below = QApplication.activePopupWidget()
    assert isinstance(below, QMenu)
    QTest.keyClick(below, Qt.Key.Key_D)
    settle()
    assert calls_of(spy) == [["m"]]


def test_menu_has_at_most_14_entries(lane: LaneColumn) -> None:
    menu = open_menu(lane)
    assert len([a for a in menu.actions() if not a.isSeparator()]) <= 14
    close_menu(menu)


def test_outer_lanes_cannot_move_past_the_edge(view: LanesView) -> None:
    view.set_heads(heads("a", "b"))
    settle()
    for slot, left, right in (("a", False, True), ("b", True, False)):
        menu = open_menu(column(view, slot))
        assert menu_entry(menu, "Move left").isEnabled() is left
        assert menu_entry(menu, "Move right").isEnabled() is right
        close_menu(menu)


def test_lanes_are_not_removed_during_a_run(view: LanesView, lane: LaneColumn) -> None:
    for running in (True, False):
        view.set_all_running(running)
        menu = open_menu(lane)
        assert menu_entry(menu, "Remove lane").isEnabled() is not running
        close_menu(menu)


def test_read_only_columns_offer_no_changing_actions(view: LanesView) -> None:
    view.set_heads(heads("a", read_only=True))
    view.set_text("a", "text")
    view.set_status("a", LaneStatus("failed", failure=Failure("no_key", "No key."), attempt=2, attempts=2))
    settle()
    shown = column(view, "a")
    menu = open_menu(shown)
    enabled = {a.text().replace("&", "") for a in menu.actions() if a.isEnabled() and not a.isSeparator()}
    close_menu(menu)
    assert enabled == {"Continue from this answer", "Read as", "Copy", "Diff"}
    strip = shown.strip()
    assert strip is not None
    box = strip.findChild(FailureBox)
    assert box is not None
    assert not box.step.isVisible()
    assert not shown.footer.retry.isVisible()
    assert shown.footer.copy.isVisible()
    assert not view.add_button.isVisible()


def test_version_menu_pins_and_unpins_a_version(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.pin_requested)
    menu = open_menu(lane)
    versions = menu_entry(menu, "Version").menu()
    assert isinstance(versions, QMenu)
    assert [a.text() for a in versions.actions() if a.isChecked()] == ["Current text"]
    texts = [a.text() for a in versions.actions() if not a.isSeparator()]
    assert texts[:3] == ["Current text", "#100   R&&D attempt 100", "#99   R&&D attempt 99"]
    assert texts[-3:] == ["#81   R&&D attempt 81", "#1   R&&D attempt 1", "More…"]
    assert versions.toolTipsVisible()
    menu_entry(versions, "#100 ").trigger()
    assert menu_entry(versions, "#99 ").toolTip() == "Text 99"
    more = menu_entry(versions, "More…").menu()
    assert isinstance(more, QMenu)
    assert not more.actions()
    more.aboutToShow.emit()
    older = next(a for a in more.actions() if a.text() == "#30 … #6").menu()
    assert isinstance(older, QMenu)
    assert not older.actions()
    older.aboutToShow.emit()
    menu_entry(older, "#7 ").trigger()
    menu_entry(versions, "Current text").trigger()
    close_menu(menu)
    assert calls_of(spy) == [["m", 100], ["m", 7], ["m", None]]


def test_old_pinned_version_is_checked_in_the_version_menu(view: LanesView, lane: LaneColumn) -> None:
    labels = tuple(VersionLabel(n, f"attempt {n}", name=f"#{n}") for n in range(10_000, 0, -1))
    view.set_heads(heads("m", versions=labels, pinned=4000))
    column = view.column("m")
    assert column is not None
    menu = open_menu(column)
    versions = menu_entry(menu, "Version").menu()
    assert isinstance(versions, QMenu)
    assert [a.text() for a in versions.actions() if a.isChecked()] == ["#4000   attempt 4000"]
    more, depth = menu_entry(versions, "More…").menu(), 0
    while True:
        assert isinstance(more, QMenu)
        more.aboutToShow.emit()
        assert len(more.actions()) <= 26
        inner = next((a.menu() for a in more.actions() if a.text().endswith("✓")), None)
        if inner is None:
            break
        more, depth = inner, depth + 1
    assert [a.text() for a in more.actions() if a.isChecked()] == ["#4000   attempt 4000"]
    assert depth == 2
    close_menu(menu)


def test_parameters_dialog_requests_the_change(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.params_changed)
    menu = open_menu(lane)
    menu_entry(menu, "Parameters").trigger()
    close_menu(menu)
    dialog = lane.findChild(ParamsDialog)
    assert isinstance(dialog, ParamsDialog)
    QTest.keyClicks(dialog.fields["temperature"], "0.5")
    QTest.mouseClick(dialog.apply, LEFT)
    settle()
    assert calls_of(spy) == [["m", Params(temperature=0.5)]]
    assert lane.findChild(ParamsDialog) is None


def test_blind_lane_hides_model_name_and_cost(view: LanesView, lane: LaneColumn) -> None:
    view.set_status("m", LaneStatus("finished", blind=True, cost="$0.1", marks=(Mark("added", "a", "b"),)))
    settle()
    assert lane.header.row.name.shown() == "Answer 2"
    texts = [lane.accessibleName(), lane.answer.accessibleName(), lane.header.row.name.toolTip()]
    texts += [lane.footer.winner.accessibleName(), *lane.header.numbers.candidates()]
    assert not any("model-m" in text or "$" in text for text in texts)
    menu = open_menu(lane)
    assert not menu_entry(menu, "Show request").isEnabled()
    close_menu(menu)
