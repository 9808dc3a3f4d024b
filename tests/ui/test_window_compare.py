"""Comparing two versions of a prompt in the real window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import HELLO, Desk
from tests.ui.editor_support import content
from workbench.core.diff import diff_texts
from workbench.ui.features.compare.dialog import CompareDialog, side_by_side
from workbench.ui.widgets.diff.text import runs_of

pytestmark = pytest.mark.window
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened() -> CompareDialog | None:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, CompareDialog) and w.isVisible()), None)


def ask(desk: Desk, text: str) -> None:
    desk.window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_A)
    desk.type(text)
    desk.run()


def test_versions_and_the_draft_are_compared_part_by_part(desk: Desk) -> None:
    desk.open(HELLO)
    ask(desk, "Be kind to all.")
    ask(desk, "Be brief to all.")
    newest, first = desk.timeline()
    desk.window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Be brave to all.")
    desk.press(Qt.Key.Key_D, CTRL, SHIFT)
    desk.until(opened)
    dialog = opened()
    assert dialog is not None
    desk.until(lambda: "brief" in dialog.view.toPlainText())
    assert dialog.view.toPlainText().strip() == "Message 1 · system · changed\nBe briefbrave to all."
    assert dialog.count.text() == "+1 −1 words · 1 change"
    desk.press(Qt.Key.Key_F7, on=dialog.view)
    desk.until(lambda: dialog.view.textCursor().selectedText() == "briefbrave")
    dialog.old.setCurrentIndex(dialog.old.findData(first.uid))
    dialog.new.setCurrentIndex(dialog.new.findData(newest.uid))
    desk.until(lambda: "kindbrief" in dialog.view.toPlainText())
    dialog.swap.click()
    desk.until(lambda: "briefkind" in dialog.view.toPlainText())
    dialog.unchanged.setChecked(True)
    assert "· unchanged" in dialog.view.toPlainText()
    dialog.unchanged.setChecked(False)
    dialog.old.setCurrentIndex(dialog.new.currentIndex())
    desk.until(lambda: dialog.view.placeholderText().startswith("Both texts are identical."))
    assert dialog.count.text() == "no difference"
    dialog.close()


def test_comparison_includes_lane_settings(desk: Desk) -> None:
    window = desk.open(HELLO)
    ask(desk, "Hello")
    lane = window.draft_lanes[1]
    window.lane_list.set_params(lane.slot, replace(lane.params, temperature=1.5))
    desk.run()
    newest, first = desk.timeline()
    dialog = window.compare(first.uid, newest.uid)
    desk.until(lambda: "temperature" in dialog.view.toPlainText())
    assert "Lane 2" in dialog.view.toPlainText()
    dialog.close()


def test_side_by_side_view_aligns_lines_and_steps_through_changes(desk: Desk) -> None:
    window = desk.open(HELLO)
    window.lane_list.replace_all(window.draft_lanes[1:])
    for text in ("One two three.", "One three.\nfour\nfive\nsix"):
        window.editor.set_content(content(("system", text)), undoable=True)
        window.session.edited()
        window.editor.focus_first()
        desk.run()
    newest, first = desk.timeline()
    dialog = window.compare(first.uid, newest.uid)
    desk.until(lambda: "four" in dialog.view.toPlainText())
    dialog.beside.click()
    assert dialog.before.isVisible()
    assert "two" in dialog.before.toPlainText()
    assert "four" not in dialog.before.toPlainText()
    assert "two" not in dialog.view.toPlainText()
    assert dialog.before.blockCount() == dialog.view.blockCount()
    assert dialog.view.count == dialog.before.count == 2
    desk.press(Qt.Key.Key_F7, on=dialog.view)
    assert "two" in dialog.before.textCursor().selectedText()
    dialog.before.copy()
    assert "two" in QApplication.clipboard().text()
    desk.press(Qt.Key.Key_F7, on=dialog.view)
    assert "four" in dialog.view.textCursor().selectedText()
    assert dialog.count.text().endswith("2 of 2 changes")
    dialog.before.selectAll()
    dialog.before.copy()
    assert QApplication.clipboard().text().strip().endswith("One two three.")
    dialog.beside.click()
    assert not dialog.before.isVisible()
    desk.until(lambda: dialog.new.findData("version 1") >= 0)
    dialog.new.setCurrentIndex(dialog.new.findData("version 1"))
    old = window.store.version(window.prompt_uid, 1).content.messages[0].text
    desk.until(lambda: old.split("\n")[0] in dialog.view.toPlainText())
    dialog.close()


def test_comparison_defaults_to_the_previous_iteration(desk: Desk) -> None:
    window = desk.open(HELLO)
    ask(desk, "Be kind.")
    ask(desk, "Be brief.")
    first = desk.timeline()[1]
    dialog = window.compare()
    desk.until(lambda: "kindbrief" in dialog.view.toPlainText())
    assert dialog.old.currentData() == first.uid
    dialog.old.setCurrentIndex(dialog.old.findData(desk.timeline()[0].uid))
    desk.until(lambda: dialog.count.text() == "no difference")
    dialog.close()


@given(st.text("ab\n ", max_size=30), st.text("ab\n ", max_size=30))
def test_both_sides_are_complete_and_equally_long(old: str, new: str) -> None:
    sides = side_by_side(tuple(runs_of(diff_texts(old, new))))
    texts = ["".join(run.text for run in side if run.kind != "filler") for side in sides]
    assert texts == [old, new]
    lines = ["".join(run.text for run in side).count("\n") for side in sides]
    assert lines[0] == lines[1]
