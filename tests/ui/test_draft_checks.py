"""Problems with variables and templates are reported in the real window."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from tests.ui.desk import Desk
from workbench.core.blocks import Example, OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.output_format import OutputSection
from workbench.ui.editor.problem_marks import ProblemMarks
from workbench.ui.editor.tools import ToolSection
from workbench.ui.features.compose import draft_checks as checking
from workbench.ui.features.compose.draft_checks import AT_ONCE
from workbench.usecases.template_check import schema_faults


def put(desk: Desk, content: Content, **values: str) -> None:
    view = desk.window.compose_view
    view.set_draft(content, tuple(values.items()))
    desk.window.checking.check()


def block(desk: Desk, index: int) -> MessageBlock:
    return desk.window.editor.blocks[index]


def user(text: str) -> Content:
    return Content((Message("user", text),))


def chosen(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()


def test_misspelt_variable_is_reported_and_fixed_from_the_menu(desk: Desk) -> None:
    window = desk.open()
    put(desk, user("😀 {{langauge}}, in {{ langauge }} and {{tone}}"), language="English")
    assert "{{langauge}} has no value; did you mean {{language}}?" in block(desk, 0)._note.text()
    assert window.values.unused.names() == ("language",)
    chosen(block(desk, 0).field.context_menu(), "Change {{langauge}} to {{language}}")
    window.checking.check()
    assert window.editor.content().messages[0].text == "😀 {{language}}, in {{ language }} and {{tone}}"
    assert not block(desk, 0)._note.is_shown
    assert window.values.unused.isHidden()
    window.draft_saver.flush()
    desk.until(lambda: (draft := desk.stored_draft()) and "langauge" not in draft.content.messages[0].text)
    window.editor.undo()
    assert "{{langauge}}, in {{ langauge }}" in window.editor.content().messages[0].text


def test_problems_of_many_messages_are_shown_in_batches(desk: Desk) -> None:
    view = desk.open().compose_view
    count = 2 * AT_ONCE + 10
    put(desk, Content(tuple(Message("user", f"{number} in {{{{langauge}}}}") for number in range(count))))
    desk.until(lambda: len(view.editor.blocks) == count)

    def noted() -> int:
        return sum(one._note.is_shown for one in view.editor.blocks)

    view.values.set_values({"language": "English"})
    desk.window.checking.check()
    assert noted() == AT_ONCE
    desk.until(lambda: noted() == count)
    view.values.set_values({"langauge": "English"})
    desk.window.checking.check()
    assert noted() == count - AT_ONCE
    view.values.set_values({"language": "English"})
    desk.window.checking.check()
    desk.until(lambda: noted() == count)


def test_misspelt_variable_in_jinja_tags_is_fixed(desk: Desk) -> None:
    window = desk.open()
    put(
        desk,
        replace(user("😀 {% for x in ordres %}{{ x }}{% endfor %}{{ ordres | length }}"), template="jinja"),
        orders="a",
    )
    assert "did you mean {{orders}}?" in block(desk, 0)._note.text()
    chosen(block(desk, 0).field.context_menu(), "Change {{ordres}} to {{orders}}")
    text = window.editor.content().messages[0].text
    assert text == "😀 {% for x in orders %}{{ x }}{% endfor %}{{ orders | length }}"


def test_misspelt_variable_in_an_example_is_reported(desk: Desk) -> None:
    window = desk.open()
    put(desk, Content((Message("user", "{{tone}}"),), examples=(Example("{{toen}}", "Hi"),)), tone="warm")
    desk.until(lambda: window.editor.parts_shown.example_sections)
    (section,) = window.editor.parts_shown.example_sections
    assert "did you mean {{tone}}?" in section.note.text()
    assert section.fields[0].findChild(ProblemMarks).fixes() == (("toen", "tone"),)


def rows(desk: Desk) -> list[QPushButton]:
    """Return the visible buttons for unused values."""
    return [button for button in desk.window.values.unused.buttons() if button.isVisible()]


def test_unused_value_rows_follow_typing_and_hide_for_past_iterations(desk: Desk) -> None:
    window = desk.open()
    put(desk, user("Hi "), **{f"name_{number}": "x" for number in range(7)})
    unused = window.values.unused
    assert [row.accessibleName().split(" ")[4].rstrip(",") for row in rows(desk)[:-1]] == [
        f"name_{n}" for n in range(5)
    ]
    assert rows(desk)[-1].text() == "and 2 more unused · remove all 7"
    block(desk, 0).field.setFocus()
    block(desk, 0).field.moveCursor(block(desk, 0).field.textCursor().MoveOperation.End)
    desk.type("{{name_0}}")
    desk.until(lambda: "name_0" not in unused.names())
    assert unused.isVisible()
    window.step(1)
    desk.until(lambda: window.viewing is not None)
    assert not unused.isVisible()
    window.back()
    assert unused.isVisible()


def test_removing_an_unused_value_clears_every_set_and_can_be_undone(desk: Desk) -> None:
    window = desk.open()
    put(desk, user("{{a}}"), a="1", b="two", c="3")
    sets = window.value_sets
    sets.add_rows([("one", (("a", "1"), ("b", "first"))), ("other", (("a", "2"), ("b", "second"), ("d", "")))])
    window.checking.check()
    before = sets.sets
    assert window.values.unused.names() == ("b",)
    (button,) = rows(desk)
    button.setFocus()
    desk.press(Qt.Key.Key_Space)
    assert rows(desk) == []
    assert [dict(one.values) for one in sets.sets][1:] == [{"a": "1"}, {"a": "2", "d": ""}]
    window.draft_saver.flush()
    desk.until(lambda: (draft := desk.stored_draft()) and "b" not in dict(draft.values))
    assert "from every chosen case" in desk.notice()
    next(b for b in window.notice.findChildren(QPushButton) if b.text() == "Undo").click()
    assert [sorted(one.values) for one in sets.sets] == [sorted(one.values) for one in before]
    desk.until(lambda: len(rows(desk)) == 1)


def test_row_of_a_misspelt_variable_fixes_every_use_in_one_undo_step(desk: Desk) -> None:
    window = desk.open()
    text = Content(
        (Message("system", "In {{langauge}}, only {{langauge}}."), Message("user", "{{q}} {{langauge}}!")),
        examples=(Example("{{langauge}}?", "Yes."), Example("{{langauge}}", "off", enabled=False)),
    )
    put(desk, text, language="French", q="Why?")
    field = block(desk, 1).field
    field.setFocus()
    field.select(len("{{q}} {{langauge}}"), 0)
    panel = window.values
    (offer,) = [b for b in panel.findChildren(QPushButton) if b.isVisible() and b.text() == "language?"]
    assert offer.accessibleName() == "Change langauge to language everywhere in the prompt"
    offer.click()
    mended = window.editor.content()
    assert "langauge" not in str(mended)
    assert mended.examples[1] == Example("{{language}}", "off", enabled=False)
    assert not offer.isVisible()
    assert panel.variables() == ("language", "q")
    assert panel.unused.names() == ()
    assert field.caret() == len("{{q}} {{language}}")
    window.editor.undo()
    assert window.editor.content() == text
    window.editor.redo()
    assert window.editor.content() == mended


def test_focus_stays_in_the_values_when_a_row_is_removed(desk: Desk) -> None:
    window = desk.open()
    panel = window.values
    put(desk, user("{{langauge}} and {{q}}"), language="French", spare="x", more="y")
    (offer,) = [b for b in panel.findChildren(QPushButton) if b.isVisible() and b.text() == "language?"]
    offer.setFocus()
    desk.press(Qt.Key.Key_Space)
    row = panel.current()
    assert row is not None
    assert (row.name, row.field.hasFocus()) == ("language", True)
    rows(desk)[0].setFocus()
    desk.press(Qt.Key.Key_Space)
    desk.press(Qt.Key.Key_Space, on=(last := rows(desk)[0]))
    assert not last.isVisible()
    assert panel.isAncestorOf(QApplication.focusWidget())
    put(desk, user("Hi"), spare="x")
    rows(desk)[0].setFocus()
    desk.press(Qt.Key.Key_Space)
    assert block(desk, 0).field.hasFocus()


def test_values_of_the_shown_set_are_not_marked_missing(desk: Desk) -> None:
    window = desk.open()
    put(desk, user("{{question}}"))
    marks = block(desk, 0).field.findChild(ProblemMarks)
    assert marks._missing == {"question"}
    window.value_sets.add_rows([("one", (("question", "Where?"),))])
    desk.until(lambda: not marks._missing)


def test_template_is_switched_by_button_command_and_undo(desk: Desk) -> None:
    window = desk.open()
    put(desk, user("{{ x | upper }}"))
    editor = window.editor
    assert editor.variables() == ()
    button = next(b for b in editor.findChildren(QPushButton) if b.text() == "Template: plain")
    button.click()
    assert button.text() == "Template: Jinja2"
    assert editor.variables() == ("x",)
    assert window.values.variables() == ("x",)
    window.draft_saver.flush()
    desk.until(lambda: (draft := desk.stored_draft()) and draft.content.template == "jinja")
    editor.undo()
    assert editor.content().template == "plain"
    window.command("template")
    assert editor.content().template == "jinja"


def test_template_error_is_shown_at_its_line(desk: Desk) -> None:
    window = desk.open(script=None)
    messages = (Message("system", "Be brief."), Message("user", "Order:\n{% for x in xs %}\n{{ x | uper }}"))
    put(desk, Content(messages, "jinja", examples=(Example("{{ q }}", "{% if %}"),)))
    checking = window.checking
    desk.until(lambda: checking.mistake is not None)
    found = checking.mistake
    assert found is not None
    assert (found.kind, found.number) == ("message", 2)
    assert block(desk, 1)._note.text() == found.sentence
    assert block(desk, 1).field.findChild(ProblemMarks)._line == found.line
    assert not block(desk, 0)._note.is_shown
    put(desk, Content((Message("user", "{{ q }}"),), "jinja", examples=(Example("{{ q }}", "a\n{% if %}"),)))
    desk.until(lambda: (now := checking.mistake) is not None and now.kind == "example")
    (section,) = window.editor.parts_shown.example_sections
    assert "Line 2 of example 1 (assistant)" in section.note.text()
    assert [field.findChild(ProblemMarks)._line for field in section.fields] == [0, 2]
    put(desk, Content((Message("user", "{{ q }}"),), "jinja"))
    desk.until(lambda: checking.mistake is None)
    assert not block(desk, 0)._note.is_shown


def test_schema_caret_and_the_error_below_the_schema_stay_in_view(desk: Desk) -> None:
    window = desk.open(size=(1024, 600))
    schema = '{\n"type": "object"' + ',\n"title": "x"' * 14 + "}"
    lines = Message("system", "Be brief.\n" * 8), Message("user", "Hi.\n" * 6)
    put(desk, Content(lines, output=OutputFormat("schema", schema)))
    column = window.message_column
    desk.until(lambda: window.editor.findChildren(OutputSection))
    (section,) = window.editor.findChildren(OutputSection)
    desk.until(lambda: section.y() > 0)
    column.verticalScrollBar().setValue(section.y() - 200)
    section.schema.setFocus()
    section.schema.select(0, 0)
    desk.until(section.schema.hasFocus)

    def bottom(widget: QWidget, place: QRect) -> int:
        return widget.mapTo(column.viewport(), place.bottomLeft()).y()

    for _ in range(20):
        desk.press(Qt.Key.Key_Down)
    assert bottom(section.schema.viewport(), section.schema.cursorRect()) < column.viewport().height()
    desk.press(Qt.Key.Key_A)
    desk.until(lambda: section.note.isVisible())
    assert bottom(section.note, section.note.rect()) < column.viewport().height()


def test_valid_json_that_is_an_invalid_schema_is_reported(desk: Desk) -> None:
    window = desk.open()
    wrong = '{"type": "object", "properties": {"a": {"type": "strin"}}}'
    tools = (Tool("good", parameters='{"type": "object"}'), Tool("bad", parameters=wrong))
    put(desk, Content((Message("user", "Hi"),), output=OutputFormat("schema", wrong), tools=tools))
    editor = window.editor
    desk.until(lambda: not editor.parts_shown.is_catching_up)

    def notes() -> list[str]:
        sections = (*editor.findChildren(OutputSection), *editor.findChildren(ToolSection))
        return [section.note.text() for section in sections]

    desk.until(lambda: "The schema is invalid at" in notes()[0])
    assert [("The schema of the parameters is invalid at" in note) for note in notes()[1:]] == [False, True]
    editor.set_parts(replace(editor.parts, output=OutputFormat("schema", '{"type": "object"}'), tools=tools[:1]))
    desk.until(lambda: notes() == ["", ""])


def test_schemas_are_checked_one_at_a_time_and_the_last_result_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    go_on, begun = threading.Event(), []

    def slow(content: Content) -> tuple[str, tuple[str, ...]]:
        begun.append(content.output)
        go_on.wait(20)
        return schema_faults(content)

    monkeypatch.setattr(checking, "schema_faults", slow)
    editor = window.editor
    try:
        for kind in ("a", "b", "strin"):
            put(desk, Content((Message("user", "Hi"),), output=OutputFormat("schema", f'{{"type": "{kind}"}}')))
            window.checking.check()
        assert len(begun) <= 1
    finally:
        go_on.set()
    (section,) = editor.findChildren(OutputSection)
    desk.until(lambda: "'strin'" in section.note.text())
    assert len(begun) == 2
