"""Notices leave by themselves and with their view; what they offered to undo can still be undone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from workbench.ui.shell.notices import WindowNotices

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]


SENTENCE = "Not possible. Add a lane, then run."


def two_cases(desk: Desk) -> None:
    desk.open()
    for _ in range(2):
        desk.window.command("add_set")
    desk.until(lambda: len(names(desk)) > 1)


def names(desk: Desk) -> list[str]:
    return [one.uid for one in desk.window.value_sets.sets]


def remove_case(desk: Desk) -> None:
    before = len(names(desk))
    desk.window.command("remove_set")
    assert len(names(desk)) == before - 1
    assert "was removed from Compose" in desk.notice()
    desk.until(lambda: not desk.window.notice.is_new)


def test_removed_case_can_be_undone_after_its_notice_has_left(desk: Desk) -> None:
    two_cases(desk)
    before = names(desk)
    remove_case(desk)
    desk.window.shown_notice.end_leaving()
    assert desk.notice() == ""
    desk.window.command("undo")
    desk.until(lambda: names(desk) == before)
    desk.window.command("undo")
    assert names(desk) == before


def test_edits_after_the_notice_are_undone_before_what_it_offered(desk: Desk) -> None:
    two_cases(desk)
    before = names(desk)
    remove_case(desk)
    field = desk.window.editor.blocks[0].field
    field.setFocus()
    text = field.exact()
    desk.type("x")
    assert field.exact() != text
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: field.exact() == text)
    assert names(desk) != before
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: names(desk) == before)


def test_notice_goes_with_its_view_and_undo_waits_there(desk: Desk) -> None:
    two_cases(desk)
    before = names(desk)
    remove_case(desk)
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier, on=desk.window.frame)
    desk.until(lambda: desk.window.history_view is not None and desk.notice() == "")
    desk.window.command("undo")
    assert names(desk) != before
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier, on=desk.window.frame)
    desk.until(desk.window.editor.isVisible)
    assert desk.notice() == ""
    desk.window.command("undo")
    desk.until(lambda: names(desk) == before)


def test_undo_of_a_late_result_waits_in_the_view_where_it_began(desk: Desk) -> None:
    window = desk.open()
    work: Future[None] = Future()
    undone: list[str] = []
    window.tasks.watch(work, lambda _: window.notices.offer("Done at last.", "Undo", lambda: undone.append("it")))
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier, on=window.frame)
    desk.until(lambda: window.history_view is not None)
    handled: list[None] = []
    window.tasks.watch(work, lambda _: handled.append(None))
    work.set_result(None)
    desk.until(lambda: bool(handled))
    assert desk.notice() != "Done at last."
    assert not window.notices.offers_undo
    window.command("undo")
    assert undone == []
    to_compose(desk)
    assert desk.notice() == "Done at last."
    window.command("undo")
    desk.until(lambda: undone == ["it"])


def to_history(desk: Desk) -> None:
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier, on=desk.window.frame)
    desk.until(lambda: desk.window.history_view is not None and not desk.window.editor.isVisible())


def to_compose(desk: Desk) -> None:
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier, on=desk.window.frame)
    desk.until(desk.window.editor.isVisible)


def late(desk: Desk, say: Callable[[WindowNotices], object]) -> None:
    """Say something in the result of work that began in Compose and ends in History."""
    window, work, handled = desk.window, Future[None](), list[None]()
    window.tasks.watch(work, lambda _: say(window.notices))
    window.tasks.watch(work, lambda _: handled.append(None))
    to_history(desk)
    work.set_result(None)
    desk.until(lambda: bool(handled))


@pytest.mark.parametrize(
    "say",
    [
        lambda notices: notices.refused(SENTENCE),
        lambda notices: notices.quiet("star", SENTENCE),
        lambda notices: notices.brief("copied", SENTENCE),
        lambda notices: notices.offer(SENTENCE, "Add", lambda: None),
    ],
)
def test_late_result_is_said_in_the_view_where_it_began(desk: Desk, say: Callable[[WindowNotices], object]) -> None:
    desk.open()
    late(desk, say)
    assert desk.notice() != SENTENCE
    to_compose(desk)
    assert desk.notice() == SENTENCE
    desk.until(lambda: not desk.window.notice.is_new)
    for go in (to_history, to_compose):
        go(desk)
        assert desk.notice() != SENTENCE


def test_late_result_is_said_where_the_work_is_reported(desk: Desk) -> None:
    window = desk.open()
    window.notices.quiet("backup", "Making a backup…", lasting=True)
    desk.until(lambda: not window.notice.is_new)
    late(desk, lambda notices: notices.quiet("backup", "The backup is made."))
    assert desk.notice() == "The backup is made."


def test_late_problem_is_said_at_once(desk: Desk) -> None:
    desk.open()
    late(desk, lambda notices: notices.problem("The disk is full. Free some space, then retry."))
    assert desk.notice().startswith("The disk is full.")


def test_late_result_about_a_prompt_that_was_left_is_not_said(desk: Desk) -> None:
    window = desk.open()
    late(desk, lambda notices: notices.refused(SENTENCE))
    before = window.prompt_uid
    window.command("new_prompt")
    desk.until(lambda: window.prompt_uid not in ("", before))
    to_compose(desk)
    desk.until(lambda: desk.notice() != SENTENCE)


def test_offer_that_is_in_no_menu_stays_until_its_view_is_left(desk: Desk) -> None:
    window = desk.open()
    window.notices.brief("tests", "1 lane of Compose is not a column.", "Add it", lambda: None)
    desk.until(lambda: not window.notice.is_new)
    window.shown_notice.end_leaving()
    assert desk.notice() == "1 lane of Compose is not a column."
    to_history(desk)
    assert desk.notice() != "1 lane of Compose is not a column."


def test_problem_stays_in_every_view(desk: Desk) -> None:
    window = desk.open()
    window.notices.problem("The disk is full. Free some space, then retry.")
    QApplication.processEvents()
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier, on=window.frame)
    desk.until(lambda: window.history_view is not None)
    window.shown_notice.end_leaving()
    assert desk.notice().startswith("The disk is full.")


def test_notice_stays_while_its_button_has_the_focus(desk: Desk) -> None:
    two_cases(desk)
    remove_case(desk)
    desk.window.notice.focus_action()
    desk.until(lambda: (one := QApplication.focusWidget()) is not None and desk.window.notice.isAncestorOf(one))
    desk.window.shown_notice.end_leaving()
    assert "was removed from Compose" in desk.notice()
