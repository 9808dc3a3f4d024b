"""Notices leave by themselves and with their view; what they offered to undo can still be undone."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]


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
    work.set_result(None)
    desk.until(lambda: desk.notice() == "Done at last.")
    assert not window.notices.offers_undo
    window.command("undo")
    assert undone == []
    desk.until(lambda: not window.notice.is_new)
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier, on=window.frame)
    desk.until(window.editor.isVisible)
    assert desk.notice() == ""
    window.command("undo")
    desk.until(lambda: undone == ["it"])


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
