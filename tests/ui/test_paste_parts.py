"""Copied examples, tools and schemas become parts of the prompt without a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.desk import Desk
from tests.ui.editor_support import button, editor, shown, theme, ticks
from workbench.core.blocks import Example, OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.output_format import FIRST_SCHEMA
from workbench.ui.editor.tools import FIRST_PARAMETERS

if TYPE_CHECKING:
    from workbench.ui.editor import ContentEditor

__all__ = ["editor", "shown", "theme", "ticks"]
SCHEMA = '{"type": "object", "properties": {"name": {"type": "string"}}}'
PAIRS = "2 + 2\t4\n3 + 3\t6"
EXAMPLES = (Example("2 + 2", "4"), Example("3 + 3", "6"))
FIND = Tool("find_order", "", '{\n  "type": "object"\n}')
TOOLS = '[{"name": "find_order", "input_schema": {"type": "object"}}]'
ASKED = Content((Message("user", "Hi"),))
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def copied(text: str) -> QMimeData:
    data = QMimeData()
    data.setText(text)
    return data


def paste(text: str) -> None:
    """Paste into the field with the focus."""
    field = QApplication.focusWidget()
    assert isinstance(field, ExactField)
    field.insertFromMimeData(copied(text))


def settle(editor: ContentEditor) -> None:
    while editor.parts_shown.is_catching_up:
        QTest.qWait(1)


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("+ Example", PAIRS, Content(ASKED.messages, examples=EXAMPLES)),
        ("+ Tool", TOOLS, Content(ASKED.messages, tools=(FIND,))),
        ("+ Output format", SCHEMA, Content(ASKED.messages, output=OutputFormat("schema", SCHEMA))),
    ],
)
def test_new_section_gives_way_to_what_is_pasted_into_it(
    editor: ContentEditor, label: str, text: str, expected: Content
) -> None:
    editor.set_content(ASKED)
    button(editor, label).click()
    settle(editor)
    untouched = editor.content()
    paste(text)
    settle(editor)
    assert editor.content() == expected
    editor.undo()
    assert editor.content() == untouched


def test_section_with_a_text_of_its_own_keeps_it(editor: ContentEditor) -> None:
    editor.set_content(Content(ASKED.messages, examples=(Example("", "4"),)))
    settle(editor)
    editor.parts_shown.example_sections[0].user.setFocus()
    paste(PAIRS)
    assert editor.content().examples == (Example(PAIRS, "4"),)


def test_text_that_is_just_text_is_pasted_into_a_new_section(editor: ContentEditor) -> None:
    editor.set_content(ASKED)
    for label in ("+ Example", "+ Tool", "+ Output format"):
        button(editor, label).click()
        settle(editor)
        paste("{{question}}")
    content = editor.content()
    assert content.examples == (Example("{{question}}", ""),)
    assert content.tools == (Tool("{{question}}", parameters=FIRST_PARAMETERS),)
    assert content.output == OutputFormat("schema", FIRST_SCHEMA + "{{question}}")


def test_schema_in_the_middle_of_a_new_one_is_a_part_of_it(editor: ContentEditor) -> None:
    editor.set_content(ASKED)
    button(editor, "+ Output format").click()
    settle(editor)
    field = QApplication.focusWidget()
    assert isinstance(field, ExactField)
    field.select(2, 0)
    paste('{"type": "string"}')
    output = editor.content().output
    assert output is not None
    assert output.schema == '{\n{"type": "string"}' + FIRST_SCHEMA[2:]


def test_one_key_pastes_the_copied_parts_and_undo_takes_them_out(desk: Desk) -> None:
    window = desk.open()
    before = window.editor.content()
    for text in (PAIRS, TOOLS, SCHEMA):
        QApplication.clipboard().setText(text)
        desk.press(Qt.Key.Key_V, CTRL, SHIFT, on=window.frame)
    content = window.editor.content()
    assert content.examples == (*before.examples, *EXAMPLES)
    assert content.tools == (*before.tools, FIND)
    assert content.output == OutputFormat("schema", SCHEMA)
    assert desk.notice().startswith("Pasted a JSON Schema.")
    desk.until(lambda: (draft := desk.stored_draft()) is not None and draft.content == content)
    for _ in range(3):
        window.command("undo")
    assert window.editor.content() == before


def test_clipboard_without_parts_is_refused_with_a_sentence(desk: Desk) -> None:
    window = desk.open()
    before = window.editor.content()
    QApplication.clipboard().setText("Hello, world")
    window.command("paste_parts")
    assert desk.notice() == "There are no examples, tools or JSON Schema in the clipboard. Copy them first."
    assert window.editor.content() == before


def test_schema_pasted_into_a_message_is_offered_as_the_output_format(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(ASKED)
    window.editor.focus_first()
    field = window.editor.blocks[0].field
    field.select(2, 0)
    field.insertFromMimeData(copied(SCHEMA))
    as_text = window.editor.content()
    assert as_text.messages == (Message("user", "Hi" + SCHEMA),)
    assert desk.notice() == "You pasted a JSON Schema as text."
    offer = next(one for one in window.notice.findChildren(QPushButton) if one.text() == "Use as output format")
    offer.click()
    assert window.editor.content() == Content(ASKED.messages, output=OutputFormat("schema", SCHEMA))
    window.command("undo")
    assert window.editor.content() == as_text


def test_offer_stays_until_the_pasted_text_is_edited(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(ASKED)
    window.editor.focus_first()
    field = window.editor.blocks[0].field
    field.insertFromMimeData(copied(PAIRS))
    field.select(0, 0)
    desk.type("x")
    window.shown_notice.end_leaving()
    assert desk.notice() == "You pasted 2 examples as text."
    field.select(3, 2)
    desk.type("y")
    assert not desk.notice().startswith("You pasted")
    assert window.editor.content().examples == ()


def test_offer_for_a_pasted_text_goes_with_its_prompt(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(ASKED)
    window.editor.focus_first()
    window.editor.blocks[0].field.insertFromMimeData(copied(PAIRS))
    assert desk.notice() == "You pasted 2 examples as text."
    desk.until(lambda: not window.notice.is_new)
    before = window.prompt_uid
    window.command("new_prompt")
    desk.until(lambda: window.prompt_uid not in ("", before))
    desk.until(lambda: not desk.notice().startswith("You pasted"))
