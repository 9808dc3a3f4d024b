"""Undo that crosses a draft's replacement brings back values, lanes and lineage, and only then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.core.content import Content, Message

pytestmark = pytest.mark.window


def put(desk: Desk, text: str, **values: str) -> None:
    """Make the draft one message with these values, and run it."""
    view, lanes = desk.window.view, desk.window.compose.lanes
    lanes.replace_all(lanes.lanes[-1:])
    view.set_draft(Content((Message("user", text),)), tuple(values.items()))
    view.editor.focus_first()
    desk.window.compose.edited()
    desk.run()


def typed(desk: Desk, name: str) -> str:
    return desk.window.view.values.all_values()[name]


def type_value(desk: Desk, text: str) -> None:
    """Replace the first value, as a person does."""
    desk.window.view.values.focus(desk.window.view.editor.variables()[0])
    desk.ctrl(Qt.Key.Key_A)
    desk.type(text)


def test_undo_of_continue_brings_back_values_and_lineage(desk: Desk) -> None:
    window = desk.open()
    put(desk, "Where is {{order}}?", order="first")
    ran = window.compose.based_on
    put(desk, "Another {{order}}", order="second")
    window.compose.view(desk.timeline()[1].run_uid)
    desk.until(lambda: window.compose.viewing is not None)
    before = window.compose.draft()
    window.view.lanes.focus_lane(0)
    desk.ctrl(Qt.Key.Key_J)
    desk.until(lambda: window.compose.viewing is None)
    desk.until(lambda: window.compose.draft().content != before.content)
    messages = window.compose.draft().content.messages
    assert [m.text for m in messages] == ["Where is {{order}}?", "Hello there.", ""]
    assert typed(desk, "order") == "first"
    assert window.compose.based_on == ran
    window.view.editor.undo()
    assert window.compose.draft().content == before.content
    assert typed(desk, "order") == "second"
    assert window.compose.based_on == before.based_on != ran
    window.view.editor.redo()
    assert typed(desk, "order") == "first"
    assert window.compose.based_on == ran
    desk.until(lambda: (draft := desk.stored_draft()) and draft.based_on == ran)


def test_a_value_typed_after_restore_stays(desk: Desk) -> None:
    window = desk.open()
    put(desk, "Where is {{order}}?", order="first")
    put(desk, "Another {{order}}", order="second")
    window.compose.view(desk.timeline()[1].run_uid)
    desk.until(lambda: window.compose.viewing is not None)
    window.handlers.take_over(branch=False)
    assert typed(desk, "order") == "first"
    type_value(desk, "third")
    assert typed(desk, "order") == "third"
    desk.until(lambda: (draft := desk.stored_draft()) and draft.value_map["order"] == "third")
    window.view.editor.undo()
    assert typed(desk, "order") == "second"
    type_value(desk, "fourth")
    assert typed(desk, "order") == "fourth"
    window.view.editor.redo()
    assert typed(desk, "order") == "third"
