"""Samples, baselines, and running a subset of the lanes in the real window."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QApplication, QPushButton, QWidget

from tests.ui.desk import ECHO, Desk
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import MOST_SAMPLES, Lane, Params
from workbench.host import settings
from workbench.host.dirs import places
from workbench.ui.features.lanes.attempts import AttemptsRow
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.row_end import HiddenMark
from workbench.ui.shell.frame import SMALLEST

pytestmark = pytest.mark.window
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def _lanes(desk: Desk, count: int = 3, **first: object) -> None:
    lanes = [Lane(f"s{i}", ECHO_ENDPOINT, f"model-{i}") for i in range(count)]
    desk.window.lane_list.replace_all([Lane("s0", ECHO_ENDPOINT, "model-0", **first), *lanes[1:]])  # type: ignore[arg-type] # fields of a lane


def test_samples_are_requested_browsed_and_judged(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk, 2, samples=3, params=Params(seed=5))
    desk.run()
    desk.until_rows([(0, 0), (0, 1), (0, 2), (1, 0)], "SELECT lane, sample FROM outputs ORDER BY lane, sample")
    seeds = desk.rows(
        "SELECT json_extract(body, '$.seed') FROM outputs JOIN bodies ON bodies.id = request_id"
        " WHERE lane = 0 ORDER BY sample"
    )
    assert [seed for (seed,) in seeds] in ([5, 6, 7], [None] * 3)
    window.focus_lane(0)
    desk.press(Qt.Key.Key_PageDown, ALT, SHIFT)
    assert window.lane_presenter.sample("s0") == 1
    strip = window.lanes.column("s0").strip()  # type: ignore[union-attr] # there is such a lane
    assert strip is not None
    row = strip.findChild(AttemptsRow)
    assert row is not None
    assert row.line.candidates()[0] == "sample 2 of 3"
    row.newer.click()
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: desk.rows("SELECT 1 FROM verdicts"))
    judged = "SELECT lane, sample FROM verdict_outputs JOIN outputs ON outputs.id = output_id WHERE place = 1"
    desk.until_rows([(0, 2)], judged)
    window.actions["spread"].trigger()
    assert "3 samples, all alike" in desk.notice()


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_sample_count_is_set_from_the_palette(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk, 2)
    window.focus_lane(1)

    def choose(text: str) -> None:
        desk.ctrl(Qt.Key.Key_K)
        dialog = window.dialogs.palette
        assert dialog is not None
        desk.until(lambda: QApplication.focusWidget() is dialog.field and not dialog.is_reading)
        desk.type(text)
        desk.press(Qt.Key.Key_Return)
        desk.until(lambda: window.dialogs.palette is None)

    choose("samples of the focused")
    desk.until(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        desk.press(key, on=menu)
    window.frame.activateWindow()  # the offscreen platform does not restore the focus
    desk.until(window.frame.isActiveWindow)
    assert [lane.samples for lane in window.draft_lanes] == [1, 3]
    assert desk.notice() == "model-1: 3 samples per run"
    choose("> add a sample")
    desk.until(lambda: window.draft_lanes[1].samples == 4)
    for _ in range(4):
        window.actions["fewer_samples"].trigger()
    assert window.draft_lanes[1].samples == 1
    assert desk.notice() == "model-1: 1 sample per run"
    window.lane_list.set_samples(window.slots()[1], MOST_SAMPLES - 1)
    for said in (f"{MOST_SAMPLES} samples per run", f"{MOST_SAMPLES} samples per run (at most {MOST_SAMPLES})"):
        window.actions["more_samples"].trigger()
        assert desk.notice() == f"model-1: {said}"
    window.lane_list.set_samples(window.slots()[1], 1)
    desk.run()
    desk.until_rows([(0, 1), (1, 1)], "SELECT lane, count(*) FROM outputs GROUP BY lane")


@pytest.mark.deep(only=True)
def test_baseline_keeps_its_answer_and_is_not_run(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    desk.run()
    kept = window.shown_run()
    window.focus_lane(1)
    window.actions["baseline"].trigger()
    window.editor.set_content(window.editor.content())
    desk.run()
    desk.until_rows([(3,), (2,)], "SELECT count(*) FROM outputs GROUP BY run_id")
    status = window.lanes.column("s1").status  # type: ignore[union-attr] # there is such a lane
    assert status.kept == "#1"
    assert desk.text(1)
    draft = window.draft()
    assert [lane.baseline for lane in draft.lanes] == ["", kept, ""]
    desk.until(lambda: (d := desk.stored_draft()) is not None and d.lanes[1].baseline == kept)
    desk.close()
    window = desk.open(ECHO)
    desk.until(lambda: window.lane_presenter.output("s1"))
    assert window.lanes.column("s1").status.kept == "#1"  # type: ignore[union-attr] # as above


def test_one_lane_or_only_changed_lanes_can_be_run(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    desk.run()
    window.focus_lane(2)
    desk.press(Qt.Key.Key_Return, ALT)
    desk.until(lambda: desk.rows("SELECT count(*) FROM outputs") == [(4,)])
    desk.settle()
    assert all(desk.text(i) for i in range(3))
    desk.press(Qt.Key.Key_Return, ALT, SHIFT)
    assert "Nothing changed" in desk.notice()
    window.lane_list.set_params("s0", Params(temperature=0.3))
    desk.press(Qt.Key.Key_Return, ALT, SHIFT)
    desk.until(lambda: desk.rows("SELECT count(*) FROM outputs") == [(5,)])
    desk.settle()
    newest = "SELECT slot FROM lanes WHERE run_id = (SELECT max(id) FROM runs)"
    desk.until_rows([("s0",)], newest)


def test_lanes_can_be_hidden_or_shown_alone(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    window.focus_lane(1)
    desk.press(Qt.Key.Key_F)
    shown = [slot for slot in window.slots() if window.lanes.column(slot).isVisible()]  # type: ignore[union-attr] # shown
    assert shown == ["s1"]
    desk.press(Qt.Key.Key_F)
    window.actions["hide_lane"].trigger()
    assert window.slots() == ["s0", "s2"]
    desk.run()
    desk.until_rows([("s0",), ("s2",)], "SELECT slot FROM lanes ORDER BY position")
    window.actions["show_lanes"].trigger()
    assert window.slots() == ["s0", "s1", "s2"]


def _column(desk: Desk, slot: str) -> LaneColumn:
    column = desk.window.lanes.column(slot)
    assert column is not None
    return column


def test_hidden_lanes_are_counted_and_can_be_shown_again(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    assert not [mark for mark in window.lanes.findChildren(HiddenMark) if mark.isVisible()]
    for left in (2, 1, 0):
        window.hide_lane(window.slots()[0])
        (mark,) = [mark for mark in window.lanes.findChildren(HiddenMark) if mark.isVisible()]
        assert mark.text() == (f"{3 - left} hidden" if left else "Show 3 hidden lanes")
    assert window.lanes.emptiness().startswith("All lanes are hidden")
    mark.setFocus()
    desk.press(Qt.Key.Key_Space)
    assert window.slots() == ["s0", "s1", "s2"]
    window.hide_lane("s0")
    window.add_lane(ECHO_ENDPOINT, "one-more")
    assert window.lanes.focused_slot() == window.slots()[-1] not in ("s1", "s2")
    window.actions["show_lanes"].trigger()
    assert not [mark for mark in window.lanes.findChildren(HiddenMark) if mark.isVisible()]


def test_focus_stays_in_the_lanes_when_the_focused_lane_is_hidden(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    board = window.lanes
    board.focus_lane(1)
    window.actions["hide_lane"].trigger()
    assert window.slots() == ["s0", "s2"]
    assert _column(desk, "s2").isAncestorOf(QApplication.focusWidget())
    for _ in range(2):
        window.actions["hide_lane"].trigger()
    (mark,) = [mark for mark in board.findChildren(HiddenMark) if mark.isVisible()]
    assert mark.hasFocus()
    desk.press(Qt.Key.Key_Space)
    assert window.slots() == ["s0", "s1", "s2"]


def test_maximized_lane_shows_the_number_of_other_lanes(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    window.focus_lane(1)
    desk.press(Qt.Key.Key_F)
    (behind,) = [b for b in window.lanes.findChildren(QPushButton) if b.isVisible() and b.text() == "2 more"]
    behind.click()
    assert all(_column(desk, slot).isVisible() for slot in window.slots())
    assert not behind.isVisible()


@pytest.mark.parametrize("width", [1425, 1440])
def test_three_lanes_fit_on_a_screen_of_1440_px_also_beside_a_window_frame(desk: Desk, width: int) -> None:
    window = desk.open(ECHO, size=(width, 870))
    _lanes(desk)
    desk.run()
    last = _column(desk, "s2")
    assert window.frame.rect().contains(last.mapTo(window.frame, last.rect().bottomRight()))
    assert window.lanes.add_button.isVisible()
    assert window.lanes.add_button.text() == "+"
    window.lane_list.remove("s2")
    desk.until(lambda: window.lanes.add_button.text() == "+ Lane")


def test_tabs_of_the_views_stay_in_the_smallest_window(desk: Desk) -> None:
    window = desk.open(ECHO, size=SMALLEST)
    window.notices.quiet("x", "The lane echo was hidden and is not run.", label="Show", act=lambda: None)
    desk.until(lambda: window.notice.isVisible())
    for view in ("compose", "test", "history", "rank", "decide"):
        tab = window.views.tabs.tab(view)
        assert window.frame.rect().contains(tab.mapTo(window.frame, tab.rect().bottomRight()))
        assert tab.isVisible()
    assert window.notice.width() >= 280


def test_lane_widths_can_follow_their_content(desk: Desk) -> None:
    window = desk.open()
    _lanes(desk)
    board = window.lanes
    desk.run()
    before = [_column(desk, slot).width() for slot in window.slots()]
    assert max(before) - min(before) <= 1
    board.set_text("s1", "A line that is a good deal longer than all that the other lanes have to say here today.")
    window.actions["lane_widths"].trigger()
    narrow, wide, last = (_column(desk, slot).width() for slot in window.slots())
    assert wide > narrow + 100
    assert abs(narrow - last) <= 1
    board.set_status("s0", LaneStatus("streaming"))
    board.append_text("s0", "text", "A line that is too long for a column that is as narrow as this one. " * 2)
    desk.until(lambda: not board.is_catching_up)
    assert [_column(desk, slot).width() for slot in window.slots()] == [narrow, wide, last]
    board.set_status("s0", LaneStatus("done"))
    desk.until(lambda: _column(desk, "s0").width() == _column(desk, "s1").width())
    window.actions["solo"].trigger()
    desk.until(lambda: sum(_column(desk, slot).isVisible() for slot in window.slots()) == 1)
    assert _column(desk, board.focused_slot()).width() > wide
    window.actions["solo"].trigger()
    window.actions["lane_widths"].trigger()
    desk.until(lambda: [_column(desk, slot).width() for slot in window.slots()] == before)
    window.actions["lane_widths"].trigger()
    desk.close()
    assert settings.load(places(os.environ).config).settings.lanes_by_content


def test_lanes_scroll_together_when_the_user_scrolls(desk: Desk) -> None:
    window = desk.open()
    _lanes(desk)
    desk.run()
    for slot, lines in (("s0", 400), ("s1", 200), ("s2", 3)):
        window.lanes.set_text(slot, "A line.\n" * lines)
    bars = [_column(desk, slot).answer.verticalScrollBar() for slot in window.slots()]
    desk.until(lambda: bars[0].maximum() > 300 and bars[1].maximum() > 100)
    window.actions["lanes_together"].trigger()
    bars[0].triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
    assert bars[1].value() == round(bars[0].value() / bars[0].maximum() * bars[1].maximum()) > 0
    window.focus_lane(1)
    desk.press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    end = bars[1].value()
    # The distance of the last line from the end depends on the partial line at the top of the view.
    assert end >= bars[1].maximum() - 2
    assert bars[0].value() == round(end / bars[1].maximum() * bars[0].maximum())
    desk.until(lambda: window.lanes.together._keyed is None)
    window.lanes.set_status("s0", LaneStatus("streaming"))
    for _ in range(3):
        window.lanes.append_text("s0", "text", "Another line.\n" * 50)
    assert bars[0].value() == bars[0].maximum()
    assert bars[1].value() == end
    _turn_wheel(_column(desk, "s0").answer.viewport(), 3)
    assert not _column(desk, "s0").answer.is_following
    assert 0 < bars[1].value() == round(bars[0].value() / bars[0].maximum() * bars[1].maximum()) < end
    window.lanes.set_status("s0", LaneStatus("done"))
    window.actions["lanes_together"].trigger()
    before = bars[1].value()
    _turn_wheel(_column(desk, "s0").answer.viewport(), 9)
    assert bars[1].value() == before
    desk.close()
    assert not settings.load(places(os.environ).config).settings.lanes_together


def _turn_wheel(on: QWidget, notches: int) -> None:
    middle = on.rect().center()
    for _ in range(notches):
        event = QWheelEvent(
            QPointF(middle),
            QPointF(on.mapToGlobal(middle)),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(on, event)
