"""Rows of the timeline in the real window: how runs ended, and the context menu."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import ECHO, HELLO, Desk
from tests.ui.driver import WindowDriver
from tests.ui.timeline_support import choose, look_at, names, right_click, sample, selected
from workbench.core.outcome import Outcome
from workbench.core.timeline import describe
from workbench.usecases.sample_prompts import load_sample

__all__ = ["sample"]


# The offscreen platform warns about every menu.
pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]
FAILS = {"default": [{"text": "Part"}, {"fail": ["server_error", "The server failed. Retry.", "500"]}]}


def test_rows_show_how_runs_ended(desk: Desk) -> None:
    window = desk.open(FAILS)
    window.editor.focus_first()
    desk.run()
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, failed=2))
    assert describe(desk.timeline()[0]).endswith("failed")
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: desk.timeline()[0].verdict == "winner")
    assert desk.timeline()[0].outcome.words == "failed"


def test_row_shows_a_stopped_run_and_is_updated_by_a_finished_retry(desk: Desk) -> None:
    gate = desk.directory / "gate"
    window = desk.open({"default": [{"text": "Part"}, {"until": str(gate)}, {"finish": "stop"}]})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "Part" and desk.text(1) == "Part")
    desk.until(lambda: [row.running for row in desk.timeline()] == [True])
    assert desk.timeline()[0].outcome == Outcome(2)
    desk.press(Qt.Key.Key_Escape)
    desk.settle()
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, stopped=2))
    assert not desk.timeline()[0].running
    window.lanes.retry_requested.emit(window.slots()[0])
    desk.until(lambda: desk.timeline()[0].running)
    gate.touch()
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, stopped=1) and not desk.timeline()[0].running)


def test_interrupted_run_is_marked_at_the_next_start(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    desk.close()
    with sqlite3.connect(desk.db) as other:
        other.execute("UPDATE outputs SET state = 'waiting' WHERE lane = 1")
        other.execute("INSERT INTO in_flight SELECT run_id, id, 'nobody', '' FROM outputs WHERE lane = 1")
    other.close()
    desk.open()
    desk.until(lambda: [row.outcome for row in desk.timeline()] == [Outcome(2, interrupted=1)])
    assert describe(desk.timeline()[0]).endswith("1 of 2 interrupted")


def test_run_that_ends_after_switching_prompts_changes_no_other_timeline(desk: Desk) -> None:
    gate = desk.directory / "gate"
    window = desk.open({"default": [{"text": "Half"}, {"until": str(gate)}, {"finish": "stop"}]})
    window.editor.focus_first()
    first = window.prompt_uid
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "Half")
    window.new_prompt()
    desk.until(lambda: window.prompt_uid != first and window.is_ready)
    gate.touch()
    desk.until(lambda: not window.is_running())
    desk.until(lambda: not desk.rows("SELECT 1 FROM in_flight"))
    done: list[bool] = []
    window.tasks.run(lambda: None, lambda _: done.append(True))
    desk.until(lambda: done)
    assert desk.shown_rows() == []
    window.choose_prompt(first)
    desk.until(lambda: names(desk) == ["#1", "sample 2", "sample 1"])
    assert not desk.timeline()[0].running


def test_right_click_opens_a_menu_that_acts_on_the_clicked_row(desk: Desk, sample: WindowDriver) -> None:
    desk.run()
    view = sample.sidebar.iteration_list
    menu = right_click(desk, 2)
    assert [action.text() for action in menu.actions()] == [
        "Show",
        "Restore",
        "Branch",
        "Mark for comparison",
        "Compare with the draft",
        "Compare with the shown iteration",
        "Note…",
    ]
    assert view.is_pointed(view.model().index(2, 0))
    assert not view.is_pointed(view.model().index(1, 0))
    assert selected(sample) == 0
    assert sample.viewing is None
    menu.close()
    assert not view.is_pointed(view.model().index(2, 0))
    choose(desk, right_click(desk, 2), "Show")
    desk.until(lambda: sample.viewing_bar.text() == "Read-only: sample 1")
    menu = right_click(desk, 2)
    assert not menu.actions()[0].isEnabled(), "it is shown"
    choose(desk, menu, "Back to the draft")
    assert sample.viewing is None
    look_at(desk, 1)
    choose(desk, right_click(desk, 2), "Branch")
    desk.until(lambda: sample.viewing is None)
    assert sample.draft().content == load_sample().versions[0].content
    assert sample.based_on == 1
    choose(desk, right_click(desk, 0), "Restore")
    desk.until(lambda: sample.draft().content == load_sample().draft.content)
    assert sample.based_on == 1
    choose(desk, right_click(desk, 1), "Note…")
    dialog = sample.dialogs.note
    assert dialog is not None
    assert dialog.windowTitle() == "Note on sample 2"
    dialog.reject()


def test_menu_key_opens_the_menu_of_the_current_row(desk: Desk) -> None:
    window = desk.open(ECHO)
    desk.until(lambda: len(desk.shown_rows()) == 2)
    look_at(desk, 1)
    view = window.sidebar.iteration_list
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), view.viewport().mapToGlobal(QPoint()))
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert view.is_pointed(view.model().index(1, 0))
    menu.close()


def test_right_click_on_a_prompt_does_not_open_that_prompt(desk: Desk) -> None:
    window = desk.open(HELLO)
    first = window.prompt_uid
    window.new_prompt()
    desk.until(lambda: window.prompt_uid != first and window.is_ready)
    opened = window.prompt_uid
    view = window.sidebar.prompt_list
    row = window.prompts.model.position(first)
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert view.is_pointed(view.model().index(row, 0))
    menu.close()
    assert window.prompt_uid == opened
