"""Ctrl+Z undoes verdicts and edits in chronological order, in the real window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.verdict_support import (
    failing_store,
    in_a_lane,
    in_find,
    in_the_message,
    in_the_name_of_a_lane,
    notice_button,
    press_as_the_window_system,
    ran,
    redo,
    said,
    texts,
    undo,
    verdicts,
)
from workbench.store import StoreError

pytestmark = pytest.mark.window
Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def test_undo_restores_the_previous_verdict(desk: Desk) -> None:
    window = ran(desk)
    for lane in (Key.Key_1, Key.Key_2):
        desk.ctrl(lane)
    undo(desk)
    assert window.verdict.positions == (0,)
    assert desk.notice() == "Undone: Lane 2 marked winner"
    assert verdicts(desk) == ["winner", "winner", "winner"]
    desk.until(lambda: desk.timeline()[0].winner == "strict")
    undo(desk)
    desk.until(lambda: desk.timeline()[0].verdict == "none")
    redo(desk)
    redo(desk)
    assert window.verdict.positions == (1,)
    rows = "SELECT id, supersedes_id FROM verdicts ORDER BY id"
    assert verdicts(desk) == ["winner"] * 3 + ["none"] + ["winner"] * 2
    # Rows are only appended.
    desk.until(lambda: desk.rows(rows) == [(1, None), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)])


@pytest.mark.parametrize("somewhere", [in_the_message, pytest.param(in_a_lane, marks=pytest.mark.deep(only=True))])
def test_verdicts_and_edits_are_undone_in_one_order(desk: Desk, somewhere: Callable[[Desk], object]) -> None:
    window = ran(desk)
    field = in_the_message(desk)

    def text() -> str:
        return window.editor.content().messages[0].text

    base = text()
    desk.type("A")
    desk.ctrl(Key.Key_1)
    # Within the time in which letters are merged into one step; the verdict between them separates them.
    desk.type("B")
    desk.ctrl(Key.Key_2)
    assert text() == f"{base}AB"
    assert field is QApplication.focusWidget()
    somewhere(desk)
    states = []
    for _ in range(4):
        undo(desk)
        states.append((text().removeprefix(base), window.verdict.positions))
    assert states == [("AB", (0,)), ("A", (0,)), ("A", ()), ("", ())]
    states = []
    for _ in range(4):
        redo(desk)
        states.append((text().removeprefix(base), window.verdict.positions))
    assert states == [("A", ()), ("A", (0,)), ("AB", (0,)), ("AB", (1,))]
    undo(desk)
    in_the_message(desk)
    desk.type("C")
    redo(desk)
    assert window.verdict.positions == (0,), "typing after undo clears redo"
    undo(desk)
    undo(desk)
    assert text() == f"{base}A"


def test_value_edits_and_verdicts_are_undone_in_order(desk: Desk) -> None:
    window = ran(desk)
    name = window.editor.variables()[0]
    window.values.focus(name)
    before = window.values.all_values()[name]
    desk.type("x")
    desk.ctrl(Key.Key_1)
    undo(desk)
    assert verdicts(desk) == ["winner", "none"], "the key undoes the verdict while it is the last action"
    undo(desk)
    assert window.values.all_values()[name] == before
    redo(desk)
    assert window.values.all_values()[name] != before
    redo(desk)
    assert verdicts(desk) == ["winner", "none", "winner"]
    desk.type("y")
    undo(desk)
    assert len(verdicts(desk)) == 3, "the edit was the last action"
    in_a_lane(desk)
    undo(desk)
    assert verdicts(desk)[3:] == ["none"]


def test_text_in_the_find_field_and_verdicts_are_undone_in_order(desk: Desk) -> None:
    window = ran(desk)
    window.actions["find"].trigger()
    field = window.find_field
    field.setFocus()
    desk.type("order")
    desk.ctrl(Key.Key_1)
    undo(desk)
    assert (field.text(), verdicts(desk)) == ("order", ["winner", "none"])
    redo(desk)
    desk.type("s")
    undo(desk)
    assert (field.text() != "orders", verdicts(desk)) == (True, ["winner", "none", "winner"])


@pytest.mark.parametrize("elsewhere", [in_find, pytest.param(in_the_name_of_a_lane, marks=pytest.mark.deep(only=True))])
def test_focusing_another_field_does_not_change_the_undo_order(desk: Desk, elsewhere: Callable[[Desk], None]) -> None:
    window = ran(desk)
    in_the_message(desk)
    base = texts(desk)
    desk.type("A")
    desk.ctrl(Key.Key_1)
    elsewhere(desk)
    in_the_message(desk)
    undo(desk)
    assert (texts(desk), window.verdict.kind) == (f"{base}A", "none")
    elsewhere(desk)
    in_the_message(desk)
    redo(desk)
    assert (texts(desk), window.verdict.kind) == (f"{base}A", "winner")


def test_typing_continues_in_the_field_after_clicking_undo(desk: Desk) -> None:
    window = ran(desk)
    field = in_the_message(desk)
    base = texts(desk)
    desk.ctrl(Key.Key_1)
    press_as_the_window_system(notice_button(window))
    assert desk.notice() == "Undone: strict marked winner"
    assert QApplication.focusWidget() is field
    desk.type(" and then")
    assert (texts(desk), verdicts(desk)) == (f"{base} and then", ["winner", "none"])


def test_verdict_on_a_past_iteration_can_be_undone_in_place_and_from_the_draft(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    desk.type(" Briefly.")
    desk.run()
    desk.press(Key.Key_Left, ALT)
    desk.until(lambda: window.viewing is not None)
    assert not window.actions["undo"].isEnabled(), "the draft is not edited from here"
    desk.ctrl(Key.Key_1)
    undo(desk)
    assert verdicts(desk) == ["winner", "none"]
    redo(desk)
    assert desk.notice() == "strict marked winner"
    desk.press(Key.Key_Escape)
    desk.until(lambda: window.viewing is None)
    assert said(desk) == "", "a notice about another iteration is removed"
    undo(desk)
    assert desk.notice() == "#1: Undone: strict marked winner"
    assert verdicts(desk) == ["winner", "none", "winner", "none"]
    desk.until(lambda: desk.timeline()[1].verdict == "none")


def test_verdict_on_a_past_iteration_is_kept_after_restore(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    desk.type(" Briefly.")
    desk.run()
    desk.press(Key.Key_Left, ALT)
    desk.until(lambda: window.viewing is not None)
    in_a_lane(desk)
    desk.ctrl(Key.Key_R)
    desk.settle()
    judged = window.lane_presenter.output("s0")
    desk.ctrl(Key.Key_2)
    window.actions["restore"].trigger()
    assert window.viewing is None
    assert window.lane_presenter.output("s0") == judged, "a verdict compares the newest attempt"
    assert window.verdict.positions == (1,)
    desk.ctrl(Key.Key_2)
    assert verdicts(desk) == ["winner", "none"], "the same key again withdraws it"
    for _ in range(2):
        undo(desk)
    assert window.viewing is None
    assert verdicts(desk) == ["winner", "none", "winner"], "the restore came before the last verdict"
    undo(desk)
    assert verdicts(desk)[3:] == ["none"]


def test_undo_does_not_withdraw_verdicts_from_before_a_run_or_prompt_switch(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    desk.type(" Briefly.")
    desk.ctrl(Key.Key_1)
    desk.run()
    assert said(desk) == ""
    undo(desk)
    assert verdicts(desk) == ["winner"]
    assert "Briefly" not in window.editor.content().messages[0].text
    desk.ctrl(Key.Key_1)
    window.prompts.create()
    desk.until(lambda: window.prompt_uid and not window.lane_heads[0].answered_by and said(desk) == "")
    window.undo.undo()
    assert verdicts(desk) == ["winner", "winner"]


def test_verdict_that_failed_to_be_stored_is_not_undone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = ran(desk)

    def full(*_: object) -> Future[None]:
        broken: Future[None] = Future()
        broken.set_exception(StoreError("The disk is full.", "", "full"))
        return broken

    monkeypatch.setattr(window.store, "mark", full)
    desk.ctrl(Key.Key_1)
    desk.until(lambda: desk.notice() == "The disk is full.")
    assert window.verdict.kind == "none"
    undo(desk)
    monkeypatch.undo()
    assert verdicts(desk) == []


@pytest.mark.parametrize("somewhere", [in_the_message, pytest.param(in_a_lane, marks=pytest.mark.deep(only=True))])
def test_verdict_clears_redo_of_edits(desk: Desk, somewhere: Callable[[Desk], object]) -> None:
    window = ran(desk)
    in_the_message(desk)
    base = texts(desk)
    desk.type("A")
    undo(desk)
    desk.ctrl(Key.Key_1)
    somewhere(desk)
    assert not window.undo.can_redo
    redo(desk)
    assert (texts(desk), window.verdict.kind) == (base, "winner")
    assert not window.editor.can_redo
    undo(desk)
    assert (texts(desk), window.verdict.kind) == (base, "none")
    redo(desk)
    assert (texts(desk), window.verdict.kind) == (base, "winner"), "giving it again is not a new verdict"


def test_edits_of_several_fields_are_undone_in_one_order(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    base, name = texts(desk), window.editor.variables()[0]
    value = window.values.all_values()[name]
    desk.type("A")
    window.values.focus(name)
    desk.type("V")
    in_the_message(desk)
    desk.type("B")
    states = []
    for _ in range(3):
        # A text field would take the key for its own undo.
        in_a_lane(desk)
        undo(desk)
        states.append((texts(desk).removeprefix(base), window.values.all_values()[name] != value))
    assert states == [("A", True), ("A", False), ("", False)]


def test_value_edit_can_be_undone_from_a_lane(desk: Desk) -> None:
    window = ran(desk)
    name = window.editor.variables()[0]
    value = window.values.all_values()[name]
    window.values.focus(name)
    desk.type("V")
    in_a_lane(desk)
    undo(desk)
    assert window.values.all_values()[name] == value
    redo(desk)
    assert window.values.all_values()[name] == f"V{value}"


def test_failed_undo_keeps_the_verdict(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = ran(desk)
    for _ in range(2):
        desk.ctrl(Key.Key_1)
    desk.ctrl(Key.Key_2)
    undo(desk)
    desk.ctrl(Key.Key_1)
    assert window.run_controller.judging.undone_at == 0, "a new verdict clears redo"
    monkeypatch.setattr(window.store.judgements, "undo", failing_store)
    undo(desk)
    desk.until(lambda: desk.notice() == "The disk is full.")
    assert window.verdict.positions == (0,)
    assert not window.undo.can_undo
    assert not window.undo.can_redo


def test_edit_clears_redo_of_edits_in_other_fields(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    base = texts(desk)
    desk.type("A")
    undo(desk)
    window.values.focus(window.editor.variables()[0])
    desk.type("V")
    in_a_lane(desk)
    assert not window.undo.can_redo
    redo(desk)
    assert texts(desk) == base


def test_verdict_splits_typing_in_another_field_into_two_undo_steps(desk: Desk) -> None:
    window = ran(desk)
    window.actions["find"].trigger()
    field = window.find_field
    field.setFocus()
    desk.type("or")
    desk.ctrl(Key.Key_1)
    desk.type("der")
    states = []
    for _ in range(3):
        undo(desk)
        states.append((field.text(), window.verdict.kind))
    assert states == [("or", "winner"), ("or", "none"), ("", "none")]
    redo(desk)
    assert field.text() == "or"


def test_undo_is_disabled_until_something_was_done(desk: Desk) -> None:
    window = ran(desk)
    assert not window.undo.can_undo
    assert not window.undo.can_redo
    desk.ctrl(Key.Key_1)
    assert window.actions["undo"].isEnabled()
    assert window.undo.claims("undo")
    desk.press(Key.Key_3, ALT)
    assert not window.undo.claims("undo"), "fields of other views keep their own undo"
    desk.press(Key.Key_1, ALT)
    undo(desk)
    assert not window.undo.can_undo
    assert window.actions["redo"].isEnabled()


def test_draft_edits_cannot_be_undone_from_a_past_iteration(desk: Desk) -> None:
    window = ran(desk)
    in_the_message(desk)
    desk.type(" Briefly.")
    desk.run()
    in_the_message(desk)
    base = texts(desk)
    desk.ctrl(Key.Key_1)
    desk.type("X")

    def in_the_past(what: str) -> bool:
        desk.press(Key.Key_Left, ALT)
        desk.until(lambda: window.viewing is not None)
        enabled = window.actions[what].isEnabled()
        assert enabled == getattr(window.undo, f"can_{what}")
        desk.press(Key.Key_Escape)
        desk.until(lambda: window.viewing is None)
        return enabled

    assert not in_the_past("undo")
    undo(desk)
    assert in_the_past("undo")
    assert not in_the_past("redo"), "an edit was undone last"
    undo(desk)
    assert in_the_past("redo")
    in_the_message(desk)
    desk.type("Y")
    assert not in_the_past("redo"), "an edit was done since"
    desk.ctrl(Key.Key_1)
    undo(desk)
    undo(desk)
    assert texts(desk) == base
    assert not in_the_past("redo"), "an edit was undone after the verdict"
