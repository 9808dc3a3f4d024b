"""Marking two rows of the timeline by mouse and by keyboard, and comparing them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.desk import HELLO, Desk
from tests.ui.test_window_compare import ask, opened
from workbench.ui.features.compare.dialog import CompareDialog

pytestmark = pytest.mark.window
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


def click(desk: Desk, row: int, held: Qt.KeyboardModifier = NONE) -> None:
    shown = desk.window.sidebar.iteration_list
    index = desk.window.timeline.index(row)
    QTest.mouseClick(shown.viewport(), LEFT, held, shown.visualRect(index).center())


def three(desk: Desk) -> list[str]:
    """Run three iterations; return their uids, newest first."""
    desk.open(HELLO)
    for text in ("Be kind.", "Be brief.", "Be brave."):
        ask(desk, text)
    return [row.uid for row in desk.timeline()]


def compared(desk: Desk) -> CompareDialog:
    desk.press(Qt.Key.Key_D, CTRL, SHIFT)
    desk.until(opened)
    dialog = opened()
    assert dialog is not None
    return dialog


def test_ctrl_click_marks_two_rows_without_opening_them(desk: Desk) -> None:
    newest, middle, oldest = three(desk)
    window = desk.window
    hint = window.sidebar.marked
    assert not hint.isVisible()
    click(desk, 2, CTRL)
    assert set(window.timeline.marks.uids) == {newest, oldest}, "the shown row and the clicked one"
    assert window.viewing is None
    assert hint.text() == "Two rows are marked. Ctrl+Shift+D compares them, Esc clears the marks."
    assert hint.isVisible()
    click(desk, 1, CTRL)
    assert window.timeline.marks.pair == (oldest, middle)
    index = window.timeline.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("· marked to compare")
    dialog = compared(desk)
    assert (dialog.old.currentData(), dialog.new.currentData()) == (oldest, middle)
    desk.until(lambda: "kindbrief" in dialog.view.toPlainText())
    dialog.close()
    assert window.timeline.marks.uids == ()
    assert not hint.isVisible()


def test_hint_asks_for_a_second_mark_and_a_plain_click_opens_a_row(desk: Desk) -> None:
    newest, middle, _ = three(desk)
    window = desk.window
    click(desk, 1, CTRL)
    click(desk, 1, CTRL)
    assert window.timeline.marks.uids == (newest,)
    assert window.sidebar.marked.text() == "One row is marked. Ctrl+click or Ctrl+Space marks another."
    click(desk, 1)
    desk.until(lambda: window.viewing is not None and window.viewing.row.uid == middle)
    assert window.timeline.marks.uids == ()
    click(desk, 0, SHIFT)
    assert set(window.timeline.marks.uids) == {middle, newest}
    assert window.viewing.row.uid == middle  # type: ignore[union-attr] # it is shown
    desk.press(Qt.Key.Key_Escape)
    assert window.timeline.marks.uids == ()
    assert window.viewing is not None, "the first Esc only clears the marks"
    desk.press(Qt.Key.Key_Escape)
    assert window.viewing is None


def test_rows_can_be_marked_by_keyboard(desk: Desk) -> None:
    newest, middle, oldest = three(desk)
    window = desk.window
    window.actions["older"].trigger()
    desk.until(lambda: window.viewing is not None)
    window.sidebar.iteration_list.setFocus()
    desk.press(Qt.Key.Key_Space, CTRL)
    assert window.timeline.marks.uids == (middle,)
    desk.press(Qt.Key.Key_Down)
    desk.until(lambda: window.viewing is not None and window.viewing.row.uid == oldest)
    desk.press(Qt.Key.Key_Space, CTRL)
    assert window.timeline.marks.pair == (oldest, middle)
    desk.press(Qt.Key.Key_Escape)
    assert isinstance(QApplication.focusWidget(), type(window.sidebar.iteration_list))
    desk.press(Qt.Key.Key_Up, SHIFT)
    assert window.timeline.marks.pair == (oldest, middle)
    desk.press(Qt.Key.Key_Up, SHIFT)
    assert window.timeline.marks.pair == (oldest, newest)
    assert window.viewing.row.uid == oldest  # type: ignore[union-attr] # it is shown
    dialog = compared(desk)
    assert (dialog.old.currentData(), dialog.new.currentData()) == (oldest, newest)
    dialog.close()


def test_version_without_runs_can_be_marked(desk: Desk) -> None:
    desk.open(HELLO)
    ask(desk, "Be kind.")
    rows = desk.shown_rows()
    click(desk, len(rows) - 1, CTRL)
    dialog = compared(desk)
    assert (dialog.old.currentData(), dialog.new.currentData()) == (rows[-1].uid, rows[0].uid)
    dialog.close()


def test_switching_prompts_clears_the_marks(desk: Desk) -> None:
    three(desk)
    window = desk.window
    click(desk, 1, CTRL)
    other = window.prompts.model.row(1).uid
    window.choose_prompt(other)
    desk.until(lambda: window.prompt_uid == other and window.is_ready)
    assert window.timeline.marks.uids == ()
    assert not window.sidebar.marked.isVisible()
