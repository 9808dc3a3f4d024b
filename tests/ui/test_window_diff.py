"""Diffs in the real window: an answer against its own past, the winner, or another lane."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import ECHO, Desk
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import Lane
from workbench.ui.widgets.reader.diff import DiffPage
from workbench.usecases.comparison import IS_WINNER, NO_PREVIOUS, NO_WINNER

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]


def ask(desk: Desk, text: str) -> None:
    """Put a text into the first message and run it."""
    desk.window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_A)
    desk.type(text)
    desk.run()


def page(desk: Desk, lane: int) -> DiffPage:
    column = desk.window.lanes.column(desk.window.slots()[lane])
    assert column is not None
    desk.until(lambda: isinstance(column.reading.page, DiffPage))
    found = column.reading.page
    assert isinstance(found, DiffPage)
    desk.until(lambda: found.base.text() != "vs …")
    return found


def shown(found: DiffPage) -> str:
    """Return the first line, in which the texts of these tests differ."""
    return found.view.toPlainText().split("\n")[0] or found.view.toPlainText() or found.view.placeholderText()


def said(found: DiffPage) -> tuple[str, str]:
    """Return the first line of the diff and the summary above it."""
    return shown(found), found.count.text()


def test_diff_compares_answers_with_the_previous_iteration_and_the_winner(desk: Desk) -> None:
    window = desk.open(ECHO)
    ask(desk, "one two three")
    desk.ctrl(Qt.Key.Key_D)
    desk.until(lambda: said(page(desk, 1)) == ("one two three", NO_PREVIOUS))
    ask(desk, "one 2 three")
    first = page(desk, 1)
    desk.until(lambda: "#1" in first.base.text() and shown(first) == "one two2 three")
    assert "+1 −1 words · 1 change" in first.count.text()
    assert desk.text(1).startswith("one 2 three")
    window.focus_lane(1)
    assert first.view.hasFocus()
    desk.press(Qt.Key.Key_F7)
    assert first.view.textCursor().selectedText() == "two2"
    assert "1 of 1 change" in first.count.text()
    window.command("diff_winner")
    desk.until(lambda: said(page(desk, 1)) == ("one 2 three", NO_WINNER))
    window.mark(2)
    desk.until(lambda: said(page(desk, 1)) == ("one 2 three", IS_WINNER))
    desk.until(lambda: desk.rows("SELECT 1 FROM verdicts"))
    ask(desk, "one 2 four")
    desk.until(lambda: shown(page(desk, 1)) == "one 2 threefour")
    desk.ctrl(Qt.Key.Key_D)
    column = window.lanes.column(window.slots()[1])
    assert column is not None
    desk.until(lambda: column.reading.mode == "text")
    assert column.answer.toPlainText().startswith("one 2 four\n")


def test_diff_base_is_chosen_from_a_menu_for_one_lane(desk: Desk) -> None:
    window = desk.open(ECHO)
    ask(desk, "other words")
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    QTest.mouseClick(column.footer.diff, Qt.MouseButton.LeftButton)
    found = page(desk, 0)
    desk.until(lambda: said(found)[1] == NO_PREVIOUS)
    menu = found.open_menu()
    assert isinstance(menu, QMenu)
    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles[:2] == ["The lane's previous iteration", "The winner"]
    menu.actions()[-1].trigger()
    menu.close()
    desk.until(lambda: found.count.text().startswith("+"))
    assert found.view.count > 0
    assert window.lanes.column(window.slots()[1]).reading.mode == "text"  # type: ignore[union-attr]
    QTest.mouseClick(column.footer.diff, Qt.MouseButton.LeftButton)
    desk.until(lambda: column.reading.mode == "text")


def test_footer_names_the_base_of_the_diff(desk: Desk) -> None:
    window = desk.open(ECHO)
    ask(desk, "one two three")
    ask(desk, "one 2 three")
    column = window.lanes.column(window.slots()[1])
    assert column is not None
    diff = column.footer.diff
    QTest.mouseMove(window.header)
    QApplication.sendEvent(diff, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    desk.until(lambda: "Show what differs from #1 " in diff.toolTip())
    desk.ctrl(Qt.Key.Key_D)
    desk.until(lambda: diff.text() == "Diff vs #1")
    assert diff.isChecked()
    window.mark(1)
    desk.until(lambda: desk.rows("SELECT 1 FROM verdicts"))
    window.command("diff_winner")
    desk.until(lambda: diff.text() == "Diff vs winner")
    assert "winner · #2" in diff.accessibleName()
    window.lane_list.set_label(window.slots()[0], "Refined prompt")
    window.focus_lane(0)
    window.command("diff_lane")
    desk.until(lambda: diff.text() == "Diff vs Refined prompt")
    desk.ctrl(Qt.Key.Key_D)
    desk.until(lambda: diff.text() == "Diff")
    assert not diff.isChecked()
    QApplication.sendEvent(diff, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    assert "Show what differs from Refined prompt" in diff.accessibleName()


def test_diff_against_a_lane_waits_until_that_lane_has_ended(desk: Desk) -> None:
    slow = [{"text": "one 2 three"}, {"wait_ms": 60_000}, {"finish": "stop"}]
    window = desk.open({"default": [{"text": "one two three"}, {"finish": "stop"}], "models": {"slow": slow}})
    window.lane_list.replace_all((Lane("s0", ECHO_ENDPOINT, "quick"), Lane("s1", ECHO_ENDPOINT, "slow")))
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: (desk.text(0), desk.text(1)) == ("one two three", "one 2 three"))
    desk.until(lambda: window.lane_presenter.state("s0") == "finished")
    column = window.lanes.column("s0")
    assert column is not None
    QTest.mouseClick(column.footer.diff, Qt.MouseButton.LeftButton)
    found = page(desk, 0)
    menu = found.open_menu()
    assert isinstance(menu, QMenu)
    menu.actions()[-1].trigger()
    menu.close()
    wait = "slow has no finished answer to compare with. Wait for it to finish, or choose another base."
    desk.until(lambda: said(found) == ("one two three", wait))
    assert column.footer.diff.text() == "Diff vs slow"
    window.run_controller.stop("s1")
    desk.settle()
    desk.until(lambda: shown(found) == "one 2two three")


def test_streaming_answer_shows_no_diff(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "Part"}, {"wait_ms": 60_000}]})
    window.command("diff_lane")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "Part")
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    assert column.reading.mode == "text"
    window.workbench.runner.stop_everything()
    desk.settle()
    assert shown(page(desk, 0))
