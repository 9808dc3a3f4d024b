"""Dialogs for pasting rows preview what they would add, and add exactly that."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import theme
from workbench.core.blocks import Example
from workbench.formats.value_rows import ValueRows
from workbench.ui.editor import paste_dialog
from workbench.ui.editor.paste_dialog import PasteExamples
from workbench.ui.features.compose.paste_rows import PasteRowsDialog
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]


def _shown(qtbot: QtBot, dialog: paste_dialog.PasteDialog) -> paste_dialog.PasteDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_pasted_text_is_added_unchanged(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    text = "Where\u00a0is it?\tIt\u2028is there.\n"
    dialog = _shown(qtbot, PasteExamples(theme, text, parent))
    spy = QSignalSpy(dialog.taken)
    assert dialog.take.text() == "Add 1 example"
    dialog.take.click()
    assert spy.at(0) == [(Example("Where\u00a0is it?", "It\u2028is there."),)]
    assert not dialog.isVisible()


def test_long_report_of_ignored_cells_is_shortened(qtbot: QtBot, theme: Theme) -> None:
    rows = "name\tq\n" + "".join(f"s{n}\t?\tmore\n" for n in range(9))
    dialog = _shown(qtbot, PasteRowsDialog(theme, rows, ("q",)))
    lines = dialog.told.text().split("\n")
    assert lines[0] == "9 cases with values for q."
    assert len(lines) == 6
    assert lines[-1] == "And 5 more."
    spy = QSignalSpy(dialog.taken)
    QTest.keyClick(dialog.take, Qt.Key.Key_Space)
    assert isinstance(spy.at(0)[0], ValueRows)
    assert len(spy.at(0)[0].sets) == 9


def test_empty_or_oversized_text_cannot_be_added(qtbot: QtBot, theme: Theme) -> None:
    dialog = _shown(qtbot, PasteRowsDialog(theme, "", ("q",)))
    spy = QSignalSpy(dialog.taken)
    assert (dialog.told.text(), dialog.take.text()) == ("", "Create cases")
    dialog.field.set_exact("q\n" + "x" * paste_dialog.MOST)
    assert dialog.told.text().startswith("The text is longer than 2,000,000 characters")
    dialog.field.set_exact("\t\n")
    assert not dialog.take.isEnabled()
    dialog.take.click()
    dialog.reject()
    assert spy.count() == 0


def test_pasting_replaces_the_text_prefilled_from_the_clipboard(qtbot: QtBot, theme: Theme) -> None:
    dialog = _shown(qtbot, PasteRowsDialog(theme, "q\nWhere?", ("q",)))
    QApplication.clipboard().setText("q\nWhen?")
    dialog.field.paste()
    assert dialog.field.exact() == "q\nWhen?"
    assert dialog.take.text() == "Create 1 case"


def test_long_text_is_parsed_when_typing_pauses(qtbot: QtBot, theme: Theme) -> None:
    rows = "q\n" + "Where is it?\n" * (paste_dialog.AT_ONCE // 10)
    dialog = _shown(qtbot, PasteRowsDialog(theme, rows, ("q",)))
    qtbot.waitUntil(lambda: dialog.take.text() == "Create 500 cases")
    QTest.keyClick(dialog.field, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(dialog.field, "x")
    assert not dialog.take.isEnabled()
    qtbot.waitUntil(dialog.take.isEnabled)
    dialog.field.set_exact("q\na")
    assert dialog.take.text() == "Create 1 case"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_ctrl_enter_adds_what_was_typed(qtbot: QtBot, theme: Theme, key: Qt.Key) -> None:
    dialog = _shown(qtbot, PasteExamples(theme, "", None))
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    spy = QSignalSpy(dialog.taken)
    QTest.keyClicks(dialog.field, "Where?")
    QTest.keyClick(dialog.field, key, Qt.KeyboardModifier.ControlModifier)
    assert (spy.count(), dialog.isVisible()) == (0, True)
    dialog.begin("Where?\tHere.")
    QTest.keyClick(dialog.field, key, Qt.KeyboardModifier.ControlModifier)
    assert spy.at(0) == [(Example("Where?", "Here."),)]
