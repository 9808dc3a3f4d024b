"""Folding the side bar and the editor away, the check marks of toggles, and what is kept for the next start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.host import settings
from workbench.ui.shell.frame import WindowFrame

pytestmark = pytest.mark.window
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_side_bar_folds_away_in_every_view_and_comes_back(desk: Desk) -> None:
    window = desk.open()
    width = window.frame.stage.width()
    desk.press(Qt.Key.Key_E, CTRL_SHIFT)
    desk.until(lambda: window.sidebar.isHidden() and window.frame.stage.width() > width)
    window.actions["view_rank"].trigger()
    desk.until(lambda: window.views.shown == "rank")
    assert window.sidebar.isHidden()
    desk.press(Qt.Key.Key_E, CTRL_SHIFT)
    desk.until(lambda: window.sidebar.isVisible())


def test_editor_folds_away_and_comes_back_with_the_focus(desk: Desk) -> None:
    window = desk.open()
    desk.press(Qt.Key.Key_J, CTRL_SHIFT)
    desk.until(lambda: not window.editor.isVisible())
    desk.run()
    assert desk.rows("SELECT DISTINCT state FROM outputs") == [("finished",)]
    desk.press(Qt.Key.Key_J, CTRL_SHIFT)
    desk.until(lambda: window.editor.isVisible() and window.editor.isAncestorOf(window.frame.focusWidget()))


def test_toggles_have_a_check_mark(desk: Desk) -> None:
    window = desk.open()
    assert window.actions["fold_side"].isChecked()
    window.actions["fold_side"].trigger()
    assert not window.actions["fold_side"].isChecked()
    assert not window.actions["blind"].isChecked()
    window.actions["blind"].trigger()
    assert window.actions["blind"].isChecked()
    assert not window.actions["run"].isCheckable()


def test_folded_parts_stay_folded_at_the_next_start(desk: Desk) -> None:
    window = desk.open()
    window.actions["fold_side"].trigger()
    window.actions["fold_editor"].trigger()
    config = window.workbench.places.config
    desk.close()
    stored = settings.load(config).settings
    assert (stored.side_folded, stored.editor_folded) == (True, True)
    frame = WindowFrame(desk.theme, stored)
    desk.qtbot.addWidget(frame)
    frame.show()
    assert frame.divider.widget(0).isHidden()
    assert not frame.view.editor.isVisible()
