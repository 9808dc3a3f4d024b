"""Every verdict is confirmed by a notice with Undo, and Ctrl+Z undoes verdicts and edits in chronological order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tests import depth
from tests.ui.blind_support import ANSWERS, NAMES, SECRETS, blind_run, leaks
from tests.ui.desk import ECHO, Desk
from tests.ui.driver import WindowDriver
from tests.ui.rank_support import PAIRS, judging, opened, ready, view
from tests.ui.test_window_sets import _paste
from tests.usecases.judged_history import runs
from workbench.app.rank.judging_session import AHEAD
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import ECHO_MODEL, Lane
from workbench.core.ranking.davidson import fit
from workbench.core.ranking.judgements import compare
from workbench.core.run_limits import Limits
from workbench.store import StoreError
from workbench.ui.shell.notices import KEPT_BACK
from workbench.usecases.entrants import judgement_of
from workbench.usecases.judging_session import KEPT, JudgingSession, ShownPair

pytestmark = pytest.mark.window
Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NAMED = (Lane("s0", ECHO_ENDPOINT, ECHO_MODEL, label="strict"), Lane("s1", ECHO_ENDPOINT, ECHO_MODEL))


def verdicts(desk: Desk) -> list[str]:
    """Return the kinds of the stored verdicts, once all pending ones are written."""
    desk.window.store.set_meta("written", "").result(10)
    return [kind for (kind,) in desk.rows("SELECT kind FROM verdicts ORDER BY id")]


def ran(desk: Desk) -> WindowDriver:
    """Run a prompt in one lane with a label and one without."""
    window = desk.open(ECHO)
    window.lane_list.replace_all(NAMED)
    window.editor.focus_first()
    desk.run()
    return window


def said(desk: Desk) -> str:
    """Return the notice about a verdict, "" if another one is shown."""
    return desk.notice() if desk.window.notice.key in ("verdict", "pair_verdict", "revealed") else ""


def notice_button(window: WindowDriver) -> QPushButton:
    return next(one for one in window.notice.findChildren(QPushButton) if one.text() in ("Undo", "Redo"))


def press_notice(window: WindowDriver) -> None:
    QTest.mouseClick(notice_button(window), Qt.MouseButton.LeftButton)


def press_as_the_window_system(button: QPushButton) -> None:
    """Click so that Qt moves the focus like for a real click."""
    place = button.mapTo(button.window(), button.rect().center())
    QTest.mouseClick(button.window().windowHandle(), Qt.MouseButton.LeftButton, pos=place)


def undo(desk: Desk) -> None:
    desk.ctrl(Key.Key_Z)


def redo(desk: Desk) -> None:
    desk.press(Key.Key_Z, CTRL, SHIFT)


def by_key(desk: Desk, what: str) -> None:
    desk.window.focus_lane(0)
    desk.press({"first": Key.Key_1, "second": Key.Key_2, "tie": Key.Key_0, "all_bad": Key.Key_Minus}[what])


def by_mouse(desk: Desk, what: str) -> None:
    slots = desk.window.slots()
    column = desk.window.lanes.column(slots[0 if what == "first" else 1])
    assert column is not None
    if what in ("first", "second"):
        QTest.mouseClick(column.footer.winner, Qt.MouseButton.LeftButton)
    else:
        by_menu(desk, what)


def by_menu(desk: Desk, what: str) -> None:
    if what in ("first", "second"):
        desk.window.focus_lane(0 if what == "first" else 1)
        desk.window.actions["mark_focused"].trigger()
    else:
        desk.window.actions[what].trigger()


SENTENCES = {
    "first": ("strict marked winner", "strict is no longer the winner"),
    "second": ("Lane 2 marked winner", "Lane 2 is no longer the winner"),
    "tie": ("Marked as a tie", "No longer a tie"),
    "all_bad": ("All marked bad", "No longer all bad"),
}


WAYS = (by_key, by_mouse, by_menu)
USUAL = [(by_key, "first"), (by_mouse, "second"), (by_menu, "tie"), (by_key, "all_bad")]
"""Each way and each sentence once."""


@pytest.mark.deep
@pytest.mark.parametrize(("give", "what"), depth.pick(USUAL, [(way, what) for way in WAYS for what in SENTENCES]))
def test_every_verdict_shows_a_notice_with_undo(desk: Desk, give: Callable[[Desk, str], None], what: str) -> None:
    window = ran(desk)
    kind = what if what in ("tie", "all_bad") else "winner"
    given, taken = SENTENCES[what]
    give(desk, what)
    assert desk.notice() == given
    press_notice(window)
    assert desk.notice() == f"Undone: {given}"
    assert verdicts(desk) == [kind, "none"]
    assert window.verdict.kind == "none"
    press_notice(window)
    assert desk.notice() == given
    assert verdicts(desk) == [kind, "none", kind]
    give(desk, what)
    assert desk.notice() == taken
    press_notice(window)
    assert verdicts(desk) == [kind, "none", kind, "none", kind]
    assert window.verdict.kind == kind


def test_long_lane_name_is_shortened_in_the_notice(desk: Desk) -> None:
    window = ran(desk)
    window.lane_list.set_label("s0", f"first {'and so on ' * 30}last")
    desk.ctrl(Key.Key_1)
    assert desk.notice().startswith("first and so on")
    assert desk.notice().endswith("so on last marked winner")
    assert len(desk.notice()) < 80


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


def in_the_message(desk: Desk) -> QWidget:
    field = desk.window.editor.blocks[0].field
    field.setFocus()
    desk.press(Key.Key_End, CTRL)
    return field


def in_a_lane(desk: Desk) -> None:
    desk.window.focus_lane(0)


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


def in_find(desk: Desk) -> None:
    desk.window.actions["find"].trigger()
    desk.type("order")
    desk.press(Key.Key_Escape)


def in_the_name_of_a_lane(desk: Desk) -> None:
    desk.window.lanes.rename("s1")
    desk.type("quick")
    desk.press(Key.Key_Return)


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


def test_notice_of_compose_is_hidden_in_other_views(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    desk.ctrl(Key.Key_1)
    assert NAMES[0] in desk.notice()
    desk.press(Key.Key_4, ALT)
    assert window.views.shown == "rank"
    assert said(desk) == "", "the notice could give away the answers of a pair"
    desk.press(Key.Key_1, ALT)
    assert said(desk) == ""


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


def test_problem_notice_returns_after_a_verdict_notice(desk: Desk) -> None:
    window = ran(desk)
    window.notices.problem("The disk is full. Make room.", "ENOSPC")
    desk.ctrl(Key.Key_1)
    desk.ctrl(Key.Key_1)
    assert desk.notice() == "strict is no longer the winner"
    window.notices.quiet("saved", "Saved.")
    window.shown_notice.end_brief()
    assert (desk.notice(), window.notice.detail.toPlainText()) == ("The disk is full. Make room.", "ENOSPC")
    desk.ctrl(Key.Key_1)
    window.notice.clear("problem")
    window.shown_notice.end_brief()
    assert said(desk) == ""


def test_brief_notice_stays_while_focused(desk: Desk) -> None:
    window = ran(desk)
    desk.ctrl(Key.Key_1)
    notice_button(window).setFocus(Qt.FocusReason.TabFocusReason)
    window.shown_notice.end_brief()
    assert desk.notice() == "strict marked winner"
    desk.press(Key.Key_Return)
    assert verdicts(desk) == ["winner", "none"]


def test_blind_verdict_notice_names_the_answer_first_and_then_the_models(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    assert leaks(desk) == []
    desk.ctrl(Key.Key_2)
    first, _, rest = desk.notice().partition(". ")
    assert first == "Answer 2 marked winner"
    assert not any(secret in first for secret in SECRETS)
    assert all(name in rest for name in NAMES)
    undo(desk)
    assert desk.notice() == "Undone: Answer 2 marked winner"
    assert verdicts(desk) == ["winner", "none"]
    desk.until_rows([(1,)], "SELECT DISTINCT blind FROM verdicts")
    redo(desk)
    assert verdicts(desk) == ["winner", "none", "winner"]
    assert not window.is_blind


def test_verdict_notice_is_hidden_when_another_value_set_is_shown(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    window.actions["blind"].trigger()
    desk.run()
    desk.press(Key.Key_PageDown, ALT)
    desk.ctrl(Key.Key_1)
    assert desk.notice().startswith("Answer 1 marked winner. Answer 1 was ")
    desk.press(Key.Key_PageDown, ALT)
    assert window.is_blind
    assert said(desk) == ""
    desk.press(Key.Key_PageUp, ALT)
    assert said(desk) == "", "the notice does not return"
    desk.press(Key.Key_PageDown, ALT)
    undo(desk)
    assert desk.notice() == "refund: Undone: Answer 1 marked winner"
    assert verdicts(desk) == ["winner", "none"]
    desk.until_rows([(1,)], "SELECT DISTINCT value_set FROM verdicts")
    window.actions["reveal"].trigger()
    assert desk.notice().startswith("Answer 1 was ")
    desk.press(Key.Key_PageUp, ALT)
    assert said(desk) == ""


@pytest.mark.parametrize("command", ["spread", pytest.param("star_answer", marks=pytest.mark.deep(only=True))])
def test_notice_about_an_answer_is_hidden_with_its_value_set(desk: Desk, command: str) -> None:
    window = desk.open(ANSWERS)
    _paste(desk)
    blind_run(desk)
    desk.ctrl(Key.Key_1)
    window.notice.clear("verdict")
    in_a_lane(desk)
    window.actions[command].trigger()
    desk.until(lambda: window.notice.key == command.removesuffix("_answer"))
    desk.press(Key.Key_PageDown, ALT)
    assert window.is_blind
    assert desk.notice() == ""


def test_problem_that_names_a_model_is_withheld_above_a_blind_set(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    _paste(desk)
    blind_run(desk)
    desk.ctrl(Key.Key_1)
    window.notices.problem(f"{NAMES[0]} is overloaded.", f"HTTP 529 from {NAMES[0]}")
    desk.ctrl(Key.Key_2)
    assert said(desk)
    desk.press(Key.Key_PageDown, ALT)
    assert window.is_blind
    assert (desk.notice(), window.notice.detail.toPlainText()) == (KEPT_BACK, "")
    desk.press(Key.Key_PageUp, ALT)
    assert desk.notice() == f"{NAMES[0]} is overloaded."


def test_pair_verdicts_are_shown_undone_and_redone(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 12, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    first = sittings.shown
    for key, words in ((Key.Key_1, "Left marked better"), (Key.Key_0, "Marked as a tie"), (Key.Key_Minus, "Both ma")):
        desk.press(key)
        ready(desk)
        assert desk.notice().startswith(words)
    for key in (Key.Key_Z, Key.Key_Z):
        desk.press(key, CTRL)
        assert desk.notice().startswith("Undone: ")
    press_notice(window)
    assert desk.notice() == "Marked as a tie"
    press_notice(window)
    desk.press(Key.Key_Z, CTRL)
    assert sittings.shown is first
    redo(desk)
    ready(desk)
    assert desk.notice() == "Left marked better"
    kinds = ["winner", "tie", "all_bad", "none", "none", "tie", "none", "none", "winner"]
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == kinds)
    desk.press(Key.Key_2)
    ready(desk)
    redo(desk)
    assert sittings.judged == 2, "a new verdict clears redo"
    desk.press(Key.Key_Escape)
    assert said(desk) == ""


def texts(desk: Desk) -> str:
    return desk.window.editor.content().messages[0].text


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
    monkeypatch.setattr(window.store.judgements, "undo", _failing)
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


def test_verdict_notice_waits_until_the_question_is_answered(desk: Desk) -> None:
    window = ran(desk)
    window.budget_confirmation.set_limits(Limits(calls=1))
    desk.ctrl(Key.Key_Return)
    desk.until(lambda: window.budget_confirmation.asks)
    desk.ctrl(Key.Key_2)
    assert window.verdict.kind == "winner"
    assert window.budget_confirmation.asks, "the confirmation keeps the focus for Enter"
    desk.press(Key.Key_Escape)
    assert said(desk) == "Lane 2 marked winner"
    press_notice(window)
    assert verdicts(desk) == ["winner", "none"]
    desk.ctrl(Key.Key_Return)
    desk.until(lambda: window.budget_confirmation.asks)
    desk.ctrl(Key.Key_1)
    undo(desk)
    desk.press(Key.Key_Escape)
    assert said(desk) == "Undone: strict marked winner"
    desk.ctrl(Key.Key_Return)
    desk.until(lambda: window.budget_confirmation.asks)
    desk.ctrl(Key.Key_1)
    desk.press(Key.Key_Return)
    desk.until(lambda: len(desk.timeline()) == 2)
    assert said(desk) == "", "a run does not affect earlier verdicts"


def _failing(*_: object) -> Future[None]:
    broken: Future[None] = Future()
    broken.set_exception(StoreError("The disk is full.", "", "full"))
    return broken


def test_failed_undo_keeps_the_pair_judged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 12, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    desk.press(Key.Key_1)
    ready(desk)
    shown = sittings.shown
    monkeypatch.setattr(window.store.judgements, "take_back", _failing)
    undo(desk)
    desk.until(lambda: desk.notice() == "The disk is full.")
    assert (sittings.shown, sittings.judged, sittings.can_redo) == (shown, 1, False)


@pytest.mark.deep(only=True)
def test_failed_undos_of_pairs_keep_their_verdicts_and_the_shown_pair(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    for _ in range(KEPT + 2):
        desk.press(Key.Key_1)
        ready(desk)
    shown = sittings.shown
    monkeypatch.setattr(window.store.judgements, "take_back", _failing)
    desk.press(Key.Key_Z)
    desk.until(lambda: desk.notice() == "The disk is full.")
    assert (sittings.shown, sittings.state, sittings.judged) == (shown, "showing", KEPT + 2)
    assert not sittings.can_redo
    window.notice.clear("problem")
    # Several at once; the older ones are no longer in memory, so their texts are read first.
    for _ in range(KEPT + 1):
        sittings.undo()
    assert sittings.state == "returning"
    desk.until(lambda: sittings.judged == KEPT + 2 and sittings.state == "showing")
    assert sittings.shown is shown
    monkeypatch.undo()
    desk.press(Key.Key_2)
    desk.press(Key.Key_Z)
    assert sittings.shown is shown
    desk.press(Key.Key_Z)
    kinds = ["winner"] * (KEPT + 3) + ["none"] * 2
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == kinds)


@pytest.mark.deep(only=True)
def test_verdict_is_ignored_and_redo_kept_while_a_pair_is_reloaded(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    for _ in range(KEPT + 1):
        desk.press(Key.Key_1)
        ready(desk)
    for _ in range(KEPT + 1):
        sittings.undo()
    assert sittings.state == "returning"
    assert not sittings.judge("tie")
    ready(desk)
    assert sittings.can_redo
    redo(desk)
    assert (sittings.judged, desk.notice()) == (1, "Left marked better")


@pytest.mark.parametrize("key", [pytest.param(Key.Key_S, marks=pytest.mark.deep(only=True)), Key.Key_Minus])
def test_pairs_after_one_without_a_preference_stay_connected(desk: Desk, key: Qt.Key) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 12, versions=5, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session

    def groups() -> int:
        one = sittings._sitting
        assert one is not None
        stored = window.store.judgements.verdicts(window.prompt_uid)
        return len(fit(compare(judgement_of(verdict, one._maker) for verdict in stored)).groups)

    desk.until(lambda: len(sittings._ahead) == AHEAD)
    desk.press(key)
    ready(desk)
    desk.press(Key.Key_1)
    for number in range(2, 6):
        ready(desk)
        desk.press(Key.Key_1)
        desk.until(lambda number=number: [kind for (kind,) in desk.rows(PAIRS)].count("winner") == number)
        assert groups() == 1, number


def test_skip_is_undone_and_redone_in_order(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    pairs = []
    for key in (Key.Key_1, Key.Key_S, Key.Key_Minus):
        pairs.append(sittings.shown)
        desk.press(key)
        ready(desk)
    undo(desk)
    assert (sittings.shown, desk.notice()) == (pairs[2], "Undone: Both marked bad")
    undo(desk)
    assert sittings.shown is pairs[1]
    assert said(desk) == "", "its Redo would repeat the skip, not the verdict in the notice"
    undo(desk)
    assert (sittings.shown, sittings.judged) == (pairs[0], 0)
    for after, judged in ((pairs[1], 1), (pairs[2], 1)):
        redo(desk)
        ready(desk)
        assert (sittings.shown, sittings.judged) == (after, judged)
    redo(desk)
    assert (sittings.judged, said(desk)) == (2, "Both marked bad")
    assert not sittings.can_redo


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


def test_brief_notice_waits_for_a_question_and_precedes_a_problem(desk: Desk) -> None:
    notice = desk.open().notice
    notice.show_notice("question", "Run it?", action="question", label="Run it", asks=True)
    notice.show_brief("brief", "Done.", action="brief", label="Undo")
    assert (notice.key, notice.text()) == ("question", "Run it?")
    notice.clear("brief")
    notice.clear("question")
    assert notice.key == ""
    notice.show_notice("question", "Run it?", action="question", label="Run it", asks=True)
    notice.show_brief("brief", "Done.", action="brief", label="Undo")
    notice.show_notice("problem", "The disk is full.")
    assert notice.key == "brief"
    notice.clear("brief")
    assert notice.key == "problem"


def test_pair_being_prepared_during_a_skip_is_discarded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    prepare, go_on, prepared = JudgingSession.prepare, threading.Event(), list[ShownPair | None]()

    def slow(one: JudgingSession) -> ShownPair | None:
        found = prepare(one)
        prepared.append(found)
        assert go_on.wait(60)
        return found

    monkeypatch.setattr(JudgingSession, "prepare", slow)
    desk.press(Key.Key_1)
    desk.until(lambda: prepared)
    desk.press(Key.Key_S)
    go_on.set()
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    assert not any(one is prepared[0] for one in (sittings.shown, *sittings._ahead))


def test_pairs_prefetched_while_a_skip_was_undone_are_discarded_by_its_redo(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    prepare, go_on = JudgingSession.prepare, threading.Event()

    def held(one: JudgingSession) -> ShownPair | None:
        assert go_on.wait(60)
        return prepare(one)

    monkeypatch.setattr(JudgingSession, "prepare", held)
    desk.press(Key.Key_S)
    assert sittings.state == "waiting"
    undo(desk)
    go_on.set()
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    prefetched = list(sittings._ahead)
    redo(desk)
    desk.until(lambda: sittings.state == "showing" and len(sittings._ahead) == AHEAD)
    assert not any(one is early for early in prefetched for one in (sittings.shown, *sittings._ahead))
