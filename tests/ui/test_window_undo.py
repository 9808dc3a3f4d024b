"""Undo of a replaced draft restores values, lanes and lineage, and only then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.core.content import Content, Message

pytestmark = pytest.mark.window


def put(desk: Desk, text: str, **values: str) -> None:
    """Make the draft one message with these values, and run it."""
    view, lanes = desk.window.compose_view, desk.window.lane_list
    lanes.replace_all(lanes.lanes[-1:])
    view.set_draft(Content((Message("user", text),)), tuple(values.items()))
    view.editor.focus_first()
    desk.window.session.edited()
    desk.run()


def typed(desk: Desk, name: str) -> str:
    return desk.window.values.all_values()[name]


def type_value(desk: Desk, text: str) -> None:
    """Replace the first value by typing."""
    desk.window.values.focus(desk.window.editor.variables()[0])
    desk.ctrl(Qt.Key.Key_A)
    desk.type(text)


def test_undo_of_continue_restores_values_and_lineage(desk: Desk) -> None:
    window = desk.open()
    put(desk, "Where is {{order}}?", order="first")
    ran = window.based_on
    put(desk, "Another {{order}}", order="second")
    window.view_row(desk.timeline()[1].run_uid)
    desk.until(lambda: window.viewing is not None)
    before = window.draft()
    window.focus_lane(0)
    desk.ctrl(Qt.Key.Key_J)
    desk.until(lambda: window.viewing is None)
    desk.until(lambda: window.draft().content != before.content)
    messages = window.draft().content.messages
    assert [m.text for m in messages] == ["Where is {{order}}?", "Hello there.", ""]
    assert typed(desk, "order") == "first"
    assert window.based_on == ran
    window.editor.undo()
    assert window.draft().content == before.content
    assert typed(desk, "order") == "second"
    assert window.based_on == before.based_on != ran
    window.editor.redo()
    assert typed(desk, "order") == "first"
    assert window.based_on == ran
    desk.until(lambda: (draft := desk.stored_draft()) and draft.based_on == ran)


def test_value_typed_after_restore_is_kept_by_undo_and_redo(desk: Desk) -> None:
    window = desk.open()
    put(desk, "Where is {{order}}?", order="first")
    put(desk, "Another {{order}}", order="second")
    window.view_row(desk.timeline()[1].run_uid)
    desk.until(lambda: window.viewing is not None)
    window.take_over(branch=False)
    assert typed(desk, "order") == "first"
    type_value(desk, "third")
    assert typed(desk, "order") == "third"
    desk.until(lambda: (draft := desk.stored_draft()) and draft.value_map["order"] == "third")
    window.editor.undo()
    assert typed(desk, "order") == "second"
    type_value(desk, "fourth")
    assert typed(desk, "order") == "fourth"
    window.editor.redo()
    assert typed(desk, "order") == "third"
