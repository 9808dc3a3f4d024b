"""The form of a JSON Schema, driven through its controls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.editor_support import Key, editor, press, shown, theme, ticks, type_text
from workbench.core.blocks import OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.output_format import FIRST_SCHEMA, OutputSection
from workbench.ui.editor.schema_form import SchemaDialog, SchemaRow
from workbench.ui.editor.section import PartSection
from workbench.ui.editor.tools import ToolSection

__all__ = ["editor", "shown", "theme", "ticks"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SCHEMA = Content((Message("user", "Hi"),), output=OutputFormat("schema", FIRST_SCHEMA))


def opened(editor: ContentEditor, kind: type[PartSection], entry: str) -> SchemaDialog:
    while editor.parts_shown.is_catching_up:
        QTest.qWait(1)
    (section,) = (section for section in editor.findChildren(kind) if section.isVisible())
    menu = QMenu()
    section.fill_menu(menu)
    next(action for action in menu.actions() if action.text() == entry).trigger()
    (dialog,) = editor.findChildren(SchemaDialog)
    while not dialog.isActiveWindow():
        QTest.qWait(1)
    return dialog  # type: ignore[no-any-return]


def act(row: SchemaRow, text: str) -> None:
    menu = row.menu()
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()
    QApplication.processEvents()


def retype(row: SchemaRow, title: str) -> None:
    index = row.kind.findText(title)
    row.kind.setCurrentIndex(index)
    row.kind.activated.emit(index)


def schema(editor: ContentEditor) -> dict[str, Any]:
    output = editor.content().output
    assert output is not None
    return json.loads(output.schema)  # type: ignore[no-any-return]


def test_schema_form_changes_the_schema_as_one_undo_step(editor: ContentEditor) -> None:
    editor.set_content(SCHEMA)
    dialog = opened(editor, OutputSection, "Edit as a form…")
    row = dialog.rows[(0,)]
    assert (row.name.text(), row.kind.currentText(), row.required.isChecked()) == ("answer", "string", True)
    row.choices.setText("yes, no, yes")
    dialog.add.click()
    assert not dialog.use.isEnabled()
    assert "has no name" in dialog.wrong.text()
    assert dialog.rows[(1,)].name.hasFocus()
    type_text("parts")
    retype(dialog.rows[(1,)], "list of object")
    act(dialog.rows[(1,)], "Add a property inside")
    assert dialog.rows[(1, 0)].name.hasFocus()
    type_text("sku")
    dialog.rows[(1, 0)].required.click()
    dialog.use.click()
    part = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
    assert schema(editor) == {
        "type": "object",
        "properties": {
            "answer": {"type": "string", "enum": ["yes", "no"]},
            "parts": {"type": "array", "items": {**part, "additionalProperties": False}},
        },
        "required": ["answer"],
        "additionalProperties": False,
    }
    editor.undo()
    assert editor.content() == SCHEMA


def test_properties_can_be_moved_removed_and_added(editor: ContentEditor) -> None:
    three = '{"type": "object", "properties": {"a": {"type": "string"}, "b": {"minimum": 1}, "c": {"type": "number"}}}'
    editor.set_content(replace(SCHEMA, output=OutputFormat("schema", three)))
    dialog = opened(editor, OutputSection, "Edit as a form…")
    assert "but kept: the type of b" in dialog._kept.text()
    assert dialog.rows[(1,)].kind.currentText() == "as written"
    act(dialog.rows[(2,)], "Move up")
    act(dialog.rows[(0,)], "Remove")
    act(dialog.rows[(0,)], "Add a property below")
    type_text("c")
    assert "Two properties are called “c”" in dialog.wrong.text()
    type_text("2")
    dialog.use.click()
    assert list(schema(editor)["properties"].items()) == [
        ("c", {"type": "number"}),
        ("c2", {"type": "string"}),
        ("b", {"minimum": 1}),
    ]


def test_escape_in_the_form_changes_nothing(editor: ContentEditor) -> None:
    editor.set_content(SCHEMA)
    dialog = opened(editor, OutputSection, "Edit as a form…")
    dialog.rows[(0,)].name.setText("other")
    press(Key.Key_Escape)
    assert editor.content() == SCHEMA
    assert not editor.can_undo


def test_unchanged_form_keeps_the_schema_text(editor: ContentEditor) -> None:
    editor.set_content(replace(SCHEMA, output=OutputFormat("schema", '{"type":"object","properties":{"a":{}}}')))
    opened(editor, OutputSection, "Edit as a form…").use.click()
    assert not editor.can_undo


def test_invalid_schema_opens_no_form_and_shows_a_note(editor: ContentEditor) -> None:
    editor.set_content(replace(SCHEMA, output=OutputFormat("schema", "{")))
    (section,) = (section for section in editor.findChildren(OutputSection) if section.isVisible())
    section.edit_as_form(section.schema, "Output format")
    assert "it has no form" in section.note.text()
    assert not editor.findChildren(SchemaDialog)


def test_form_sets_the_parameters_of_a_tool(editor: ContentEditor) -> None:
    editor.set_content(Content((Message("user", "Hi"),), tools=(Tool("lookup"),)))
    dialog = opened(editor, ToolSection, "Edit parameters as a form…")
    assert dialog.windowTitle() == "Parameters of lookup: properties"
    type_text("order")
    dialog.rows[(0,)].description.setText("Its number")
    dialog.use.click()
    (tool,) = editor.content().tools
    assert json.loads(tool.parameters)["properties"] == {"order": {"type": "string", "description": "Its number"}}
