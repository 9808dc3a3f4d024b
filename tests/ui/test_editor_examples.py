"""Examples in the editor, driven by keys and mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tests.ui.editor_support import Key, button, editor, press, shown, theme, ticks, type_text
from workbench.core.blocks import Example
from workbench.core.content import Content, Message
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.examples import ExampleSection
from workbench.ui.editor.paste_dialog import PasteExamples

__all__ = ["editor", "shown", "theme", "ticks"]
TWO = Content(
    (Message("system", "Be kind."), Message("user", "{{question}}")),
    examples=(Example("Where is 77AB12CD90?", "It was delivered."), Example("{{other}}", "Which number?")),
)


def sections(editor: ContentEditor) -> list[ExampleSection]:
    QTest.qWait(0)
    return editor.findChildren(ExampleSection)


def choose(section: ExampleSection, text: str) -> None:
    menu = QMenu()
    section.fill_menu(menu)
    next(action for action in menu.actions() if action.text() == text).trigger()


def settle(editor: ContentEditor) -> None:
    while editor.parts_shown.is_catching_up:
        QTest.qWait(1)


def test_tab_goes_from_field_to_field(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    first, second = sections(editor)
    first.user.setFocus()
    press(Key.Key_Tab)
    assert first.assistant.hasFocus()
    press(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert first.user.hasFocus()
    second.assistant.setFocus()
    press(Key.Key_Tab)
    assert not second.assistant.hasFocus()
    assert editor.content().examples == TWO.examples


def test_new_example_is_focused_and_its_text_can_be_undone(editor: ContentEditor) -> None:
    editor.set_content(Content((Message("system", "Be kind."), Message("user", "Hi"))))
    button(editor, "+ Example").click()
    (section,) = sections(editor)
    assert section.user.hasFocus()
    type_text("Where?")
    section.assistant.setFocus()
    type_text("There.")
    assert editor.content().examples == (Example("Where?", "There."),)
    editor.undo()
    assert editor.content().examples == (Example("Where?", ""),)
    assert section.assistant.exact() == ""
    editor.undo()
    editor.undo()
    assert editor.content().examples == ()
    editor.redo()
    editor.redo()
    editor.redo()
    assert editor.content().examples == (Example("Where?", "There."),)


def test_examples_are_shown_between_the_system_message_and_first_turn(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    settle(editor)
    system, user = editor._column.blocks
    first, second = sections(editor)
    assert system.geometry().bottom() < first.y() < first.geometry().bottom() < second.y() < user.y()
    assert first.hint.toolTip() == "· user → assistant (1 of 2)"
    assert editor.variables() == ("question", "other")


def test_examples_are_moved_switched_off_copied_and_removed(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    settle(editor)
    one, two = TWO.examples
    choose(sections(editor)[0], "Move down")
    assert editor.content().examples == (two, one)
    assert sections(editor)[1].user.hasFocus()
    choose(sections(editor)[0], "Switch off")
    off = Example(two.user, two.assistant, enabled=False)
    assert editor.content().examples == (off, one)
    assert "off, not sent" in sections(editor)[0].hint.toolTip()
    assert editor.variables() == ("question",)
    choose(sections(editor)[1], "Duplicate")
    settle(editor)
    assert editor.content().examples == (off, one, one)
    choose(sections(editor)[2], "Remove")
    choose(sections(editor)[1], "Put all examples into the system message")
    assert (editor.content().examples, editor.content().examples_in) == ((off, one), "system")
    for _ in range(5):
        editor.undo()
    assert editor.content() == TWO


def test_many_examples_are_shown_in_batches_but_all_are_content(editor: ContentEditor) -> None:
    many = Content((Message("user", "Hi"),), examples=tuple(Example(f"q{n}", f"a{n}") for n in range(30)))
    editor.set_content(many)
    assert len(sections(editor)) < 30
    assert editor.content() == many
    settle(editor)
    assert [section.example() for section in sections(editor)] == list(many.examples)
    editor.set_content(Content())
    assert sections(editor) == []


def test_examples_of_a_past_prompt_are_read_only(editor: ContentEditor) -> None:
    editor.set_read_only(True)
    editor.set_content(TWO)
    settle(editor)
    for section in sections(editor):
        assert not section.more.isVisible()
        QTest.keyClick(section.user, Qt.Key.Key_X)
    assert editor.content() == TWO


def test_pasted_table_rows_become_examples_in_one_undo_step(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    settle(editor)
    QGuiApplication.clipboard().setText("Question\tAnswer\nWhere?\tThere.\nalone\n")
    choose(sections(editor)[0], "Paste examples…")
    (dialog,) = editor.findChildren(PasteExamples)
    assert "1 example from a table with tabs" in dialog.told.text()
    assert "Line 3 has no second column." in dialog.told.text()
    dialog.take.click()
    settle(editor)
    assert editor.content().examples == (*TWO.examples, Example("Where?", "There."))
    assert editor.window().focusWidget() is sections(editor)[2].user
    editor.undo()
    assert editor.content() == TWO


def test_pasted_text_that_is_no_table_is_reported_and_adds_nothing(editor: ContentEditor) -> None:
    QGuiApplication.clipboard().clear()
    editor.parts_shown.paste_examples()
    (dialog,) = editor.findChildren(PasteExamples)
    assert not dialog.take.isEnabled()
    dialog.field.setPlainText("just words")
    assert dialog.told.text() == "Line 1 has no second column."
    dialog.reject()
    assert editor.content().examples == ()
