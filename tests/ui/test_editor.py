"""The message editor, driven by keys and mouse."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests import depth
from tests.ui.editor_support import (
    CORPUS,
    CTRL,
    SHIFT,
    TWO,
    Key,
    Ticks,
    blocks,
    button,
    choose,
    content,
    editor,
    fields,
    focused,
    heard,
    machine,
    more,
    press,
    role_button,
    shown,
    texts,
    theme,
    ticks,
    type_text,
)
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.journal import PAUSE_MS, MessageExtras

pytestmark = machine
__all__ = ["editor", "shown", "theme", "ticks"]


# Content


def test_corpus_content_round_trips_exactly(editor: ContentEditor) -> None:
    for text in CORPUS.values():
        given = content(("system", text), ("user", "x"), ("assistant", text))
        editor.set_content(given)
        assert editor.content() == given


@depth.examples(40, 1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), texts), max_size=4))
def test_random_content_round_trips_exactly(editor: ContentEditor, pairs: list[tuple[str, str]]) -> None:
    editor.set_content(content(*pairs))
    assert editor.content() == content(*pairs)


def test_template_and_unknown_keys_are_preserved(editor: ContentEditor) -> None:
    given = Content((Message("user", "a"),), "jinja", '{"tools":[1]}')
    editor.set_content(given)
    QTest.keyClicks(fields(editor)[0], "b")
    assert editor.content() == Content((Message("user", "ba"),), "jinja", '{"tools":[1]}')


def test_first_letter_creates_the_message_of_an_empty_content(editor: ContentEditor) -> None:
    assert editor.content() == Content()
    assert "{{name}}" in fields(editor)[0].placeholderText()
    editor.focus_first()
    type_text("Hi")
    assert editor.content() == content(("user", "Hi"))
    editor.undo()
    assert editor.content() == Content()


def test_loaded_empty_message_is_kept(editor: ContentEditor) -> None:
    editor.set_content(content(("user", "")))
    assert editor.content() == content(("user", ""))


def test_variables_are_listed_in_order_of_first_use(editor: ContentEditor) -> None:
    editor.set_content(content(("system", "{{b}} {{a}}"), ("user", "{{ a }} {{c}}")))
    assert editor.variables() == ("b", "a", "c")


def test_content_is_cached_until_the_next_change(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    assert editor.content() is editor.content()
    first = editor.content()
    editor.focus_first()
    type_text("x")
    assert editor.content() is not first
    assert editor.content().messages[1] == first.messages[1]


# Undo


def test_undo_spans_messages_and_focuses_the_changed_one(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    said = heard(editor)
    one, two = fields(editor)
    one.setFocus()
    type_text("one ")
    two.setFocus()
    type_text("two ")
    one.setFocus()
    type_text("more ")
    changed = editor.content()
    press(Key.Key_Z, CTRL)
    assert (editor.content().messages[0].text, focused()) == ("one Be {{tone}}.\nAlways.", one)
    press(Key.Key_Z, CTRL)
    assert (editor.content().messages[1].text, focused()) == ("{{question}}", two)
    press(Key.Key_Z, CTRL)
    assert (editor.content(), focused(), one.textCursor().position()) == (TWO, one, 0)
    press(Key.Key_Z, CTRL)
    assert editor.content() == TWO
    press(Key.Key_Z, CTRL | SHIFT)
    press(Key.Key_Y, CTRL)
    press(Key.Key_Y, CTRL)
    press(Key.Key_Y, CTRL)
    assert editor.content() == changed
    assert said.count("edited") == 13 + 6
    assert [s for s in said if s != "edited"] == [
        "undo 1 redo 0", "undo 1 redo 1", "undo 0 redo 1", "undo 1 redo 1", "undo 1 redo 0"
    ]  # fmt: skip


def test_typing_is_split_into_undo_steps_at_pauses_caret_moves_and_pastes(editor: ContentEditor, ticks: Ticks) -> None:
    editor.focus_first()
    type_text("ab")
    ticks.now += PAUSE_MS + 1
    type_text("cd")
    press(Key.Key_Left)
    press(Key.Key_Right)
    type_text("ef")
    press(Key.Key_Return)
    type_text("gh")
    QApplication.clipboard().setText("PASTED")
    press(Key.Key_V, CTRL)
    type_text("i")
    press(Key.Key_Backspace, times=3)
    states = []
    while editor.can_undo:
        editor.undo()
        states.append("".join(m.text for m in editor.content().messages))
    assert states == [
        "abcdef\nghPASTEDi", "abcdef\nghPASTED", "abcdef\ngh", "abcdef\n", "abcdef", "abcd", "ab", ""
    ]  # fmt: skip


def test_committed_input_method_text_can_be_undone_and_redone(editor: ContentEditor) -> None:
    editor.focus_first()
    for preedit, commit in (("ni", ""), ("nih", ""), ("", "你"), ("hao", ""), ("", "好")):
        event = QInputMethodEvent(preedit, [])
        event.setCommitString(commit)
        QApplication.sendEvent(focused(), event)
    assert editor.content() == content(("user", "你好"))
    press(Key.Key_Z, CTRL)
    assert editor.content() == Content()
    press(Key.Key_Y, CTRL)
    assert editor.content() == content(("user", "你好"))


def test_window_undo_and_text_undo_share_one_journal(editor: ContentEditor) -> None:
    action = QAction(editor)
    action.setShortcut(QKeySequence("Ctrl+Z"))
    action.triggered.connect(editor.undo)
    editor.addAction(action)
    editor.set_content(TWO)
    fields(editor)[0].setFocus()
    type_text("a")
    fields(editor)[1].setFocus()
    type_text("b")
    press(Key.Key_Z, CTRL)
    assert [m.text for m in editor.content().messages] == ["aBe {{tone}}.\nAlways.", "{{question}}"]
    button(editor, "+ Message").setFocus()
    press(Key.Key_Z, CTRL)
    assert editor.content() == TWO


def test_restoring_content_is_one_undo_step(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    editor.focus_first()
    type_text("mine ")
    mine = editor.content()
    said = heard(editor)
    old = content(("user", "old"), ("assistant", "answer"), ("user", "more"))
    editor.set_content(old, undoable=True)
    assert (editor.content(), said) == (old, [])
    fields(editor)[2].setFocus()
    type_text("x")
    editor.undo()
    editor.undo()
    assert editor.content() == mine
    editor.undo()
    assert editor.content() == TWO
    for _ in range(3):
        editor.redo()
    assert editor.content().messages[2].text == "xmore"


def test_restoring_identical_content_adds_no_undo_step(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    editor.set_content(TWO, undoable=True)
    assert not editor.can_undo


def test_loading_content_clears_the_undo_journal(editor: ContentEditor) -> None:
    editor.focus_first()
    type_text("x")
    said = heard(editor)
    editor.set_content(TWO)
    assert not editor.can_undo
    assert said == ["undo 0 redo 0"]
    editor.undo()
    editor.redo()
    assert editor.content() == TWO


def test_adding_moving_removing_messages_and_changing_roles_is_undoable(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    states = [editor.content()]

    def did(*messages: tuple[str, str]) -> None:
        assert editor.content() == content(*messages)
        states.append(editor.content())

    system, user = ("system", "Be {{tone}}.\nAlways."), ("user", "{{question}}")
    QTest.mouseClick(button(editor, "+ Message"), Qt.MouseButton.LeftButton)
    did(system, user, ("assistant", ""))
    assert focused() is fields(editor)[2]
    type_text("Yes")
    did(system, user, ("assistant", "Yes"))
    choose(more(editor, 2), "Move up")
    did(system, ("assistant", "Yes"), user)
    choose(more(editor, 0), "Move down")
    did(("assistant", "Yes"), system, user)
    choose(role_button(editor, 0), "User")
    did(("user", "Yes"), system, user)
    choose(more(editor, 0), "Change role", "Assistant")
    did(("assistant", "Yes"), system, user)
    choose(more(editor, 1), "Duplicate")
    did(("assistant", "Yes"), system, system, user)
    choose(more(editor, 0), "Remove")
    did(system, system, user)
    for state in reversed(states[:-1]):
        editor.undo()
        assert editor.content() == state
    assert not editor.can_undo
    for state in states[1:]:
        editor.redo()
        assert editor.content() == state


def test_only_message_can_be_removed_and_restored(editor: ContentEditor) -> None:
    editor.set_content(content(("user", "only")))
    choose(more(editor, 0), "Remove")
    assert editor.content() == Content()
    QTest.mouseClick(button(editor, "+ Message"), Qt.MouseButton.LeftButton)
    assert editor.content() == content(("user", ""))
    editor.undo()
    editor.undo()
    assert editor.content() == content(("user", "only"))


def test_added_messages_alternate_roles_and_system_is_offered_once(editor: ContentEditor) -> None:
    editor.set_content(content(("user", "q")))
    button(editor, "+ System").click()
    for _ in range(3):
        button(editor, "+ Message").click()
    assert [m.role for m in editor.content().messages] == ["system", "user", "assistant", "user", "assistant"]
    assert not button(editor, "+ System").isVisible()
    editor.add_message("system")
    assert editor.content().messages[-1].role == "system"
    assert editor.focused_block == 5


steps = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.integers(0, 9), st.sampled_from(["a", "{{x}}", "é😀", "\n", " w"])),
        st.tuples(st.just("paste"), st.integers(0, 9), texts),
        st.tuples(st.just("back"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("all"), st.integers(0, 9), st.sampled_from(["z", ""])),
        st.tuples(st.sampled_from(["up", "down", "duplicate", "remove", "role", "add", "restore", "pause"]),
                  st.integers(0, 9), st.sampled_from(["system", "user", "assistant"])),
    ),
    max_size=12,
)  # fmt: skip


@depth.examples(25, 625, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=steps, back=st.integers(0, 12))
@example(plan=[("remove", 0, ""), ("remove", 0, ""), ("restore", 0, "system")], back=0)
def test_any_sequence_of_edits_can_be_undone_and_redone(
    editor: ContentEditor, ticks: Ticks, plan: list[tuple[str, int, str]], back: int
) -> None:
    start = content(("system", "a\rb"), ("user", "{{q}}"))
    editor.set_content(start)
    for name, number, text in plan:
        there = blocks(editor)
        block = there[number % len(there)] if there else None
        if name == "add":
            editor.add_message(text)  # type: ignore[arg-type]
        elif name == "restore":
            editor.set_content(content((text, "restored\u2028"), ("user", str(number))), undoable=True)
        elif name == "pause":
            ticks.now += PAUSE_MS + 1
        elif block is None:
            continue
        elif name == "role":
            block.role_wanted.emit(block, text)
        elif name in ("up", "down"):
            if 0 <= there.index(block) + (1 if name == "down" else -1) < len(there):
                block.action_wanted.emit(block, name)
        elif name in ("duplicate", "remove"):
            block.action_wanted.emit(block, name)
        else:
            block.field.setFocus()
            if name == "type":
                type_text(text)
            elif name == "back":
                press(Key.Key_Backspace)
            elif name == "all":
                press(Key.Key_A, CTRL)
                type_text(text) if text else press(Key.Key_Delete)
            else:
                QApplication.clipboard().setText(text)
                press(Key.Key_V, CTRL)
    end = editor.content()
    for _ in range(back):
        editor.undo()
    for _ in range(back):
        editor.redo()
    assert editor.content() == end
    while editor.can_undo:
        editor.undo()
    assert editor.content() == start
    while editor.can_redo:
        editor.redo()
    assert editor.content() == end


def test_parts_and_message_extras_are_undoable(editor: ContentEditor) -> None:
    file = Attachment("ab", "image/png", "order.png")
    whole = Content(
        (Message("system", "Be kind."), Message("user", "Hi", (file,), cache=True)),
        examples=(Example("a", "b"), Example("c", "d", enabled=False)),
        examples_in="system",
        output=OutputFormat("schema", "{", "answer"),
        tools=(Tool("lookup", rows=(ToolRow("{}", "x"),)),),
        tool_rounds=3,
    )
    edit, told = editor, []
    edit.set_content(whole)
    edit.parts_changed.connect(lambda: told.append(1))
    assert edit.content() == whole
    edit.set_parts(replace(edit.parts, examples=(), tool_rounds=2))
    edit.set_extras(edit._column.blocks[1].key, MessageExtras())
    changed = replace(whole, messages=(*whole.messages[:1], Message("user", "Hi")), examples=(), tool_rounds=2)
    assert edit.content() == changed
    edit.undo()
    edit.undo()
    assert edit.content() == whole
    edit.redo()
    edit.redo()
    assert edit.content() == changed
    assert len(told) == 3
    edit.set_content(Content())
    assert edit.content() == Content()
    edit.undo()
    assert edit.content() == Content()
