"""Two versions of a prompt, compared in the real window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import HELLO, Desk
from workbench.ui.diff.opening import compare_versions
from workbench.ui.diff.prompts import CompareDialog

pytestmark = pytest.mark.window
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened() -> CompareDialog | None:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, CompareDialog) and w.isVisible()), None)


def ask(desk: Desk, text: str) -> None:
    desk.window.view.editor.focus_first()
    desk.ctrl(Qt.Key.Key_A)
    desk.type(text)
    desk.run()


def test_versions_and_the_draft_are_compared_part_by_part(desk: Desk) -> None:
    desk.open(HELLO)
    ask(desk, "Be kind to all.")
    ask(desk, "Be brief to all.")
    newest, first = desk.timeline()
    desk.window.view.editor.focus_first()
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
    desk.until(lambda: dialog.view.placeholderText().startswith("Both are the same, to the letter."))
    assert dialog.count.text() == "no difference"
    dialog.close()


def test_settings_of_lanes_take_part(desk: Desk) -> None:
    window = desk.open(HELLO)
    ask(desk, "Hello")
    lane = window.compose.lanes.lanes[1]
    window.compose.lanes.set_params(lane.slot, replace(lane.params, temperature=1.5))
    desk.run()
    newest, first = desk.timeline()
    dialog = compare_versions(window, first.uid, newest.uid)
    desk.until(lambda: "temperature" in dialog.view.toPlainText())
    assert "Lane 2" in dialog.view.toPlainText()
    dialog.close()
