"""Answers are starred in their lanes, and training files are made from them."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tests.ui.desk import Desk
from tests.ui.driver.lanes import shown_pills
from tests.ui.test_window_training import opened
from workbench.ui.features.lanes.column import LaneColumn

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]


def column(desk: Desk, at: int) -> LaneColumn:
    return sorted(desk.window.lanes.findChildren(LaneColumn), key=lambda one: one.x())[at]


def entry(desk: Desk, at: int) -> QAction:
    """Open the lane's menu and return its star entry."""
    one = column(desk, at)
    one.open_menu()
    menu = [menu for menu in one.findChildren(QMenu) if menu.isVisible()][-1]
    (found,) = [action for action in menu.actions() if "star" in action.text().replace("&", "").lower()]
    return found


def choose(desk: Desk, at: int) -> None:
    found = entry(desk, at)
    assert found.isEnabled()
    found.trigger()
    found.parent().close()  # type: ignore[attr-defined]


def starred(desk: Desk) -> list[tuple[object, ...]]:
    return desk.rows("SELECT lane FROM outputs WHERE starred = 1 ORDER BY lane")


def ran(desk: Desk) -> None:
    desk.open()
    desk.window.editor.focus_first()
    desk.run()


def test_lane_menu_stars_and_unstars_the_answer(desk: Desk) -> None:
    ran(desk)
    choose(desk, 1)
    desk.until(lambda: "starred" in shown_pills(column(desk, 1).header.row))
    assert starred(desk) == [(1,)]
    assert "starred" not in shown_pills(column(desk, 0).header.row)
    assert "starred" in desk.notice()
    dialog = opened(desk)
    dialog.share.setValue(0)
    dialog.chosen.setCurrentIndex(dialog.chosen.findData("starred"))
    desk.until(lambda: dialog.made is not None)
    assert dialog.made is not None
    assert len(dialog.made.train) == 1
    dialog.close()
    assert entry(desk, 1).text().replace("&", "") == "Remove star from answer"
    choose(desk, 1)
    desk.until(lambda: "starred" not in shown_pills(column(desk, 1).header.row))
    assert starred(desk) == []


def test_command_stars_the_focused_lane_and_foreign_stars_are_shown(desk: Desk) -> None:
    ran(desk)
    star = desk.window.actions["star_answer"]
    desk.window.focus_lane(0)
    desk.until(star.isEnabled)
    star.trigger()
    desk.until(lambda: "starred" in shown_pills(column(desk, 0).header.row))
    assert starred(desk) == [(0,)]
    [(uid,)] = desk.rows("SELECT uid FROM outputs WHERE lane = 1")
    desk.window.store.curation.star_answers([str(uid)], True).result(60)
    desk.window.frame_clock.foreign_change.emit()
    desk.until(lambda: "starred" in shown_pills(column(desk, 1).header.row))


def test_lane_without_an_answer_cannot_be_starred(desk: Desk) -> None:
    desk.open()
    assert not entry(desk, 0).isEnabled()
    desk.window.stars.toggle(desk.window.lanes.focused_slot())
    assert "Only finished answers can be starred" in desk.notice()
    assert starred(desk) == []
