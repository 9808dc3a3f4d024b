"""Every verdict in the real window is confirmed by a notice with Undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests import depth
from tests.ui.blind_support import ANSWERS, NAMES, SECRETS, blind_run, leaks
from tests.ui.desk import ECHO, Desk
from tests.ui.test_window_sets import _paste
from tests.ui.verdict_support import in_a_lane, notice_button, press_notice, ran, redo, said, undo, verdicts
from workbench.core.run_limits import Limits
from workbench.ui.shell.notices import KEPT_BACK

pytestmark = pytest.mark.window
Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


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
