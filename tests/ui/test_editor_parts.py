"""Tools and the output format in the editor, driven by keys and mouse."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton

from tests.ui.editor_support import button, editor, shown, theme, ticks, type_text
from workbench.core.blocks import OutputFormat, Tool, ToolRow
from workbench.core.content import TOOL_ROUNDS, Content, Message
from workbench.core.json_parts import fault
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.output_format import FIRST_SCHEMA, OutputSection
from workbench.ui.editor.section import PartSection
from workbench.ui.editor.tools import FIRST_PARAMETERS, ToolSection, tool_fault

__all__ = ["editor", "shown", "theme", "ticks"]
LOOKUP = Tool(
    "lookup_order",
    "Finds an order.",
    FIRST_PARAMETERS,
    '{"status": "unknown"}',
    (ToolRow('{"order_number": "123ABCDEFG"}', '{"status": "in transit"}'),),
)
WHOLE = Content((Message("user", "Hi"),), tools=(LOOKUP,), output=OutputFormat("schema", FIRST_SCHEMA, "status"))


def tools(editor: ContentEditor) -> list[ToolSection]:
    while editor.parts_shown.is_catching_up:
        QTest.qWait(1)
    return [section for section in editor.findChildren(ToolSection) if section.isVisible()]


def output(editor: ContentEditor) -> OutputSection:
    (section,) = (section for section in editor.findChildren(OutputSection) if section.isVisible())
    return section


def test_scrolling_field_keeps_its_scroll_bar_while_typing(
    editor: ContentEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt lays out all of a text anew when the bar goes or comes."""
    editor.set_content(replace(WHOLE, output=OutputFormat("schema", "{}\n" * 40)))
    field = output(editor).schema
    field.setFocus()
    asked: list[bool] = []
    fit = ExactField.fit

    def noted(one: ExactField, rect: QRect, *, scrolls: bool) -> None:
        if one is field:
            asked.append(scrolls)
        fit(one, rect, scrolls=scrolls)

    monkeypatch.setattr(ExactField, "fit", noted)
    type_text("x")
    assert asked
    assert all(asked)
    editor.set_content(replace(WHOLE, output=OutputFormat("schema", "{}")))
    assert not asked[-1]


def choose(section: PartSection, *path: str) -> None:
    top = QMenu()
    section.fill_menu(top)
    actions = top.actions()
    for text in path[:-1]:
        below = next(menu for menu in top.findChildren(QMenu) if menu.title() == text)
        actions = below.actions()
    next(action for action in actions if action.text() == path[-1]).trigger()


def test_tool_can_be_created_by_keyboard_and_undone(editor: ContentEditor) -> None:
    editor.set_content(Content((Message("user", "Hi"),)))
    button(editor, "+ Tool").click()
    (section,) = tools(editor)
    assert section.name.hasFocus()
    assert "needs a name" in section.note.text()
    type_text("lookup_order")
    assert section.note.text() == ""
    choose(section, "Add an answer for certain arguments")
    ((arguments, answer),) = section.pairs
    assert arguments.hasFocus()
    type_text('{"order_number": ')
    assert section.note.text().startswith("Arguments of answer 1: Line 1")
    type_text('"1"}')
    answer.setFocus()
    type_text("found")
    assert section.note.text() == ""
    wanted = Tool("lookup_order", parameters=FIRST_PARAMETERS, rows=(ToolRow('{"order_number": "1"}', "found"),))
    assert editor.content().tools == (wanted,)
    while editor.can_undo:
        editor.undo()
    assert editor.content().tools == ()
    while editor.can_redo:
        editor.redo()
    assert editor.content().tools == (wanted,)
    assert tools(editor)[0].tool() == wanted


def test_tools_and_output_format_are_shown_and_preserved_exactly(editor: ContentEditor) -> None:
    editor.set_content(WHOLE)
    (section,) = tools(editor)
    assert section.tool() == LOOKUP
    assert output(editor).output() == WHOLE.output
    assert editor.content() == WHOLE
    assert not any(b.isVisible() for b in editor.findChildren(QPushButton) if b.text() == "+ Output format")
    editor.set_content(Content((Message("user", "Hi"),)))
    assert tools(editor) == []
    assert button(editor, "+ Output format").isVisible()


def test_tools_are_switched_off_copied_moved_and_removed(editor: ContentEditor) -> None:
    editor.set_content(WHOLE)
    choose(tools(editor)[0], "Duplicate")
    choose(tools(editor)[1], "Switch off")
    choose(tools(editor)[1], "Move up")
    choose(tools(editor)[0], "Maximum rounds of tool calls", "2")
    off = replace(LOOKUP, enabled=False)
    assert (editor.content().tools, editor.content().tool_rounds) == ((off, LOOKUP), 2)
    assert "off, not sent" in tools(editor)[0].hint.toolTip()
    choose(tools(editor)[1], "Remove an answer", LOOKUP.rows[0].arguments)
    assert editor.content().tools == (off, replace(LOOKUP, rows=()))
    choose(tools(editor)[0], "Remove")
    assert editor.content().tools == (replace(LOOKUP, rows=()),)
    while editor.can_undo:
        editor.undo()
    assert editor.content() == WHOLE
    assert editor.content().tool_rounds == TOOL_ROUNDS


def test_output_format_switches_between_schema_and_json(editor: ContentEditor) -> None:
    editor.set_content(Content((Message("user", "Hi"),)))
    button(editor, "+ Output format").click()
    section = output(editor)
    assert section.schema.hasFocus()
    assert editor.content().output == OutputFormat("schema", FIRST_SCHEMA)
    choose(section, "Any JSON")
    assert not section.schema.isVisible()
    assert editor.content().output == OutputFormat("json", FIRST_SCHEMA)
    choose(section, "JSON Schema")
    assert section.schema.exact() == FIRST_SCHEMA
    section.schema.setFocus()
    type_text("x")
    assert section.note.text().startswith("Line 8, column 2")
    choose(section, "Remove")
    assert editor.content().output is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ('{"a": 1}', ""),
        ('{\n"a": 1,}', "Line 2"),
        ("[1]", "not an object"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[" * 200_000, "nested"),
    ],
)
def test_json_errors_are_reported_with_their_line(text: str, words: str) -> None:
    assert words in fault(text)
    assert bool(fault(text)) == bool(words)


def test_invalid_tool_name_is_reported() -> None:
    assert "unaccented letters" in tool_fault(Tool("Bestellung öffnen"))
    assert tool_fault(LOOKUP) == ""
