"""Techniques in the real window: choose, insert, fill the gaps, undo, save one's own."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.ui.desk import Desk
from tests.ui.editor_support import content, focused, press, type_text
from workbench.core.blocks import OutputFormat
from workbench.core.content import Content
from workbench.ui.features.techniques.controller import TechniquesController

pytestmark = pytest.mark.window
Key = Qt.Key


def _opened(desk: Desk, query: str) -> TechniquesController:
    desk.ctrl(Key.Key_T)
    actions = desk.window.dialogs.technique_actions
    desk.until(lambda: actions.dialog is not None and actions.dialog.current is not None)
    assert actions.dialog is not None
    actions.dialog.search.setText(query)
    return actions


def test_role_adds_a_system_message_and_tab_moves_between_its_gaps(desk: Desk) -> None:
    window = desk.open()
    editor = window.editor
    editor.set_content(content(("user", "Hi {{question}}")))
    editor.focus_first()
    actions = _opened(desk, "role")
    assert actions.dialog is not None
    assert "new System message at the top" in actions.dialog.place.text()
    assert "Helps" in actions.dialog.detail.text()
    press_on = actions.dialog.search
    QTest.keyClick(press_on, Key.Key_Return)
    desk.until(lambda: actions.dialog is None and focused().window() is window.frame)
    assert [m.role for m in editor.content().messages] == ["system", "user"]
    type_text("a clerk 😀")
    press(Key.Key_Tab)
    type_text("guests")
    press(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    type_text("a cook")
    press(Key.Key_Tab)
    press(Key.Key_Tab)
    type_text(" Be brief.")
    assert editor.content().messages[0].text == "You are a cook. You help guests. Be brief."
    for _ in range(20):
        if len(editor.content().messages) == 1:
            break
        editor.undo()
    assert editor.content() == content(("user", "Hi {{question}}"))


def test_escape_leaves_the_gaps_and_tab_inserts_text_again(desk: Desk) -> None:
    window = desk.open()
    editor = window.editor
    editor.set_content(content(("system", "Be kind."), ("user", "Hi")))
    editor.focus_first()
    actions = _opened(desk, "numbered")
    assert actions.dialog is not None
    QTest.keyClick(actions.dialog.search, Key.Key_Return)
    desk.until(lambda: actions.dialog is None and focused().window() is window.frame)
    text = editor.content().messages[0].text
    assert text.startswith("Be kind.\n\nSteps:\n1. ")
    press(Key.Key_Escape)
    press(Key.Key_Tab)
    assert editor.content().messages[0].text != text, "Tab inserts text again"
    editor.undo()
    editor.undo()
    assert editor.content().messages[0].text == "Be kind."


def test_selection_fills_the_first_gap(desk: Desk) -> None:
    window = desk.open()
    editor = window.editor
    editor.set_content(content(("user", "Read this.")))
    editor.focus_first()
    desk.ctrl(Key.Key_A)
    actions = _opened(desk, "delimiters")
    assert actions.dialog is not None
    assert "around the selection" in actions.dialog.place.text()
    QTest.keyClick(actions.dialog.search, Key.Key_Return)
    desk.until(lambda: actions.dialog is None)
    assert editor.content().messages[0].text.startswith("<document>\nRead this.\n</document>\n")


def test_own_technique_is_saved_from_a_selection_and_can_be_removed(desk: Desk) -> None:
    window = desk.open()
    folder = window.workbench.places.data / "techniques"
    folder.mkdir()
    (folder / "broken.yml").write_text("name: A\nplace: nowhere\nsnippet: x\n")
    editor = window.editor
    editor.set_content(content(("user", "costs $0\u00a0and {{x}}")))
    editor.focus_first()
    desk.ctrl(Key.Key_A)
    window.actions["save_technique"].trigger()
    actions = window.dialogs.technique_actions
    assert actions.form is not None
    actions.form.name.setText("My price")
    QTest.mouseClick(actions.form._save, Qt.MouseButton.LeftButton)
    desk.until(lambda: actions.form is None)
    assert (folder / "my-price.yml").is_file()
    editor.set_content(Content())
    window.frame.activateWindow()
    editor.focus_first()
    desk.until(window.frame.isActiveWindow)
    actions = _opened(desk, "my price")
    assert actions.dialog is not None
    assert "broken.yml: Line 2" in actions.dialog.problems.text()
    actions.dialog.chosen.emit(actions.dialog.current)
    assert editor.content().messages[0].text == "costs $0\u00a0and {{x}}"
    actions.dialog.remove_wanted.emit(actions.dialog.current)
    desk.until(lambda: not (folder / "my-price.yml").exists())
    actions.dialog.close()


def test_palette_finds_and_inserts_techniques(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(content(("user", "Hi")))
    found = next(source for source in window.palette_sources() if source.name == "techniques").read()
    assert len(found) >= 14
    next(entry for entry in found if entry.title == "Role").act()
    assert [m.role for m in window.editor.content().messages] == ["system", "user"]


def test_button_below_the_messages_opens_the_techniques(desk: Desk) -> None:
    window = desk.open(size=(1024, 700))
    window.editor.set_content(content(("user", "long\n" * 200)))
    button = next(one for one in window.editor.findChildren(QPushButton) if one.text() == "Techniques")
    desk.until(lambda: not button.visibleRegion().isEmpty())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.window.dialogs.technique_actions.dialog is not None)
    desk.press(Key.Key_Escape)


def test_few_shot_adds_examples_as_one_undo_step(desk: Desk) -> None:
    editor = desk.open().editor
    editor.set_content(content(("user", "Hi")))
    editor.focus_first()
    actions = _opened(desk, "few-shot")
    assert actions.dialog is not None
    QTest.keyClick(actions.dialog.search, Key.Key_Return)
    desk.until(lambda: actions.dialog is None)
    assert [bool(e.user and e.assistant) for e in editor.content().examples] == [True, True]
    editor.undo()
    assert editor.content() == content(("user", "Hi"))


def test_output_format_technique_sets_a_schema_and_can_be_undone(desk: Desk) -> None:
    window = desk.open()
    editor = window.editor
    start = Content(content(("user", "Hi")).messages, output=OutputFormat("json"))
    editor.set_content(start)
    editor.focus_first()
    actions = _opened(desk, "output format")
    assert actions.dialog is not None
    assert "replacing the current one" in actions.dialog.place.text()
    QTest.keyClick(actions.dialog.search, Key.Key_Return)
    desk.until(lambda: actions.dialog is None)
    output = editor.content().output
    assert output is not None
    assert output.kind == "schema"
    assert json.loads(output.schema)["required"] == ["status", "reason"]
    assert editor.content().messages == start.messages
    assert "output format was replaced" in desk.notice()
    desk.until(window.frame.isActiveWindow)
    editor.focus_first()
    desk.type("Hello. ")
    window.notice.action_clicked.emit("offer")
    assert editor.content().output == start.output, "the offer undoes only its own change"
    assert editor.content().messages[0].text == "Hello. Hi"
    assert "output format was replaced" not in desk.notice()


MARKED = "SELECT number, technique FROM version_techniques JOIN versions ON versions.id = version_id ORDER BY 1, 2"


def _inserted(desk: Desk, query: str) -> None:
    actions = _opened(desk, query)
    assert actions.dialog is not None
    QTest.keyClick(actions.dialog.search, Key.Key_Return)
    desk.until(lambda: actions.dialog is None and focused().window() is desk.window.frame)


def test_version_records_the_techniques_inserted_into_its_draft(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(content(("user", "Hi")))
    window.editor.focus_first()
    _inserted(desk, "role")
    desk.until(lambda: "You help" in desk.rows("SELECT body FROM drafts ORDER BY saved_at DESC")[0][0])
    desk.close()
    window = desk.open()
    desk.run()
    (run,) = desk.rows("SELECT max(number) FROM versions WHERE prompt_id = (SELECT prompt_id FROM runs)")
    desk.until_rows([(run[0], "role")], MARKED)
    assert window.draft().techniques == ()
    window.editor.focus_first()
    _inserted(desk, "self-check")
    desk.run()
    desk.until_rows([(run[0], "role"), (run[0] + 1, "role"), (run[0] + 1, "self-check")], MARKED)


def test_undone_insertion_is_not_recorded(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(content(("user", "Hi")))
    window.editor.focus_first()
    _inserted(desk, "role")
    window.editor.undo()
    window.editor.focus_first()
    desk.type("Hello ")
    desk.run()
    desk.until_rows([], MARKED)
