"""Ctrl+Z undoes edits of lanes in the real window, in one order with edits of texts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.verdict_support import CTRL, SHIFT, in_a_lane, in_the_message, ran, redo, texts, undo
from workbench.core.lanes import Params

pytestmark = pytest.mark.window
Key = Qt.Key


def test_parameters_are_undone_before_an_older_edit(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    desk.type("!")
    edited = texts(desk)
    in_a_lane(desk)
    window.lanes.params_changed.emit("s0", Params(temperature=0.7))
    assert window.lane_list.lanes[0].params == Params(temperature=0.7)
    undo(desk)
    assert (window.lane_list.lanes[0].params, texts(desk)) == (Params(), edited)
    undo(desk)
    assert texts(desk) == edited.removesuffix("!")
    redo(desk)
    redo(desk)
    assert (window.lane_list.lanes[0].params, texts(desk)) == (Params(temperature=0.7), edited)


def test_undo_in_a_message_takes_back_a_newer_move_first(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    desk.type("!")
    edited = texts(desk)
    in_a_lane(desk)
    desk.press(Key.Key_PageDown, CTRL, SHIFT)
    assert window.slots() == ["s1", "s0"]
    in_the_message(desk)
    undo(desk)
    assert (window.slots(), texts(desk)) == (["s0", "s1"], edited)
    undo(desk)
    assert texts(desk) == edited.removesuffix("!")


def test_removed_lane_comes_back_with_its_answer(desk: Desk) -> None:
    window = ran(desk)
    answer = window.lanes.text("s1")
    assert answer
    window.lanes.remove_requested.emit("s1")
    assert window.slots() == ["s0"]
    undo(desk)
    assert window.slots() == ["s0", "s1"]
    desk.until(lambda: window.lanes.text("s1") == answer)


def test_dragged_lane_stays_where_it_was_put_after_a_restart(desk: Desk) -> None:
    window = ran(desk)
    window.lanes.place_requested.emit("s0", "")
    assert window.slots() == ["s1", "s0"]
    desk.until(lambda: not window.draft_saver.pending)
    desk.close()
    assert desk.open().slots() == ["s1", "s0"]
