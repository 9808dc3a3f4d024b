"""The message editor, driven by keys and mouse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QScrollArea, QToolButton

from tests.ui.editor_support import (
    ALT,
    CORPUS,
    CTRL,
    SHIFT,
    Key,
    Ticks,
    blocks,
    content,
    editor,
    fields,
    focused,
    machine,
    press,
    shown,
    texts,
    theme,
    ticks,
    type_text,
)
from workbench.core.content import Content, Message
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.journal import PAUSE_MS
from workbench.ui.theme import Theme

pytestmark = machine
__all__ = ["editor", "shown", "theme", "ticks"]

TWO = content(("system", "Be {{tone}}.\nAlways."), ("user", "{{question}}"))
LONG = "\n".join(f"line {i}" for i in range(300))


def heard(editor: ContentEditor) -> list[str]:
    """What the editor says from now on."""
    said: list[str] = []
    editor.edited.connect(lambda: said.append("edited"))
    editor.undo_state_changed.connect(lambda: said.append(f"undo {editor.can_undo:d} redo {editor.can_redo:d}"))
    return said


def button(editor: ContentEditor, text: str) -> QPushButton:
    return next(b for b in editor.findChildren(QPushButton) if b.text() == text)


def choose(opener: Any, *path: str) -> None:
    """Open a menu by keyboard and choose an entry, through submenus."""
    opener.setFocus()
    QTest.keyClick(opener, Key.Key_Space)
    menu = QApplication.activePopupWidget()
    for name in path:
        assert isinstance(menu, QMenu)
        action = next(a for a in menu.actions() if a.text() == name)
        if action.menu() is not None:
            menu = action.menu()
        else:
            action.trigger()
    top = QApplication.activePopupWidget()
    if top is not None:
        top.close()


def more(editor: ContentEditor, index: int) -> QToolButton:
    return blocks(editor)[index].findChild(QToolButton)


def role_button(editor: ContentEditor, index: int) -> QPushButton:
    return blocks(editor)[index].findChild(QPushButton)


# Content


def test_content_comes_back_exactly(editor: ContentEditor) -> None:
    for text in CORPUS.values():
        given = content(("system", text), ("user", "x"), ("assistant", text))
        editor.set_content(given)
        assert editor.content() == given


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), texts), max_size=4))
def test_any_content_comes_back_exactly(editor: ContentEditor, pairs: list[tuple[str, str]]) -> None:
    editor.set_content(content(*pairs))
    assert editor.content() == content(*pairs)


def test_template_and_unknown_keys_are_carried_along(editor: ContentEditor) -> None:
    given = Content((Message("user", "a"),), "jinja", '{"tools":[1]}')
    editor.set_content(given)
    QTest.keyClicks(fields(editor)[0], "b")
    assert editor.content() == Content((Message("user", "ba"),), "jinja", '{"tools":[1]}')


def test_an_empty_content_waits_for_its_first_letter(editor: ContentEditor) -> None:
    assert editor.content() == Content()
    assert "{{name}}" in fields(editor)[0].placeholderText()
    editor.focus_first()
    type_text("Hi")
    assert editor.content() == content(("user", "Hi"))
    editor.undo()
    assert editor.content() == Content()


def test_an_empty_message_that_was_given_is_kept(editor: ContentEditor) -> None:
    editor.set_content(content(("user", "")))
    assert editor.content() == content(("user", ""))


def test_variables_in_order(editor: ContentEditor) -> None:
    editor.set_content(content(("system", "{{b}} {{a}}"), ("user", "{{ a }} {{c}}")))
    assert editor.variables() == ("b", "a", "c")


def test_content_is_read_once_per_change(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    assert editor.content() is editor.content()
    first = editor.content()
    editor.focus_first()
    type_text("x")
    assert editor.content() is not first
    assert editor.content().messages[1] == first.messages[1]


# Undo


def test_undo_goes_across_messages_and_shows_where(editor: ContentEditor) -> None:
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


def test_runs_of_typing_part_like_in_an_editor(editor: ContentEditor, ticks: Ticks) -> None:
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


def test_composed_text_is_undone_as_it_was_committed(editor: ContentEditor) -> None:
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


def test_undo_of_the_window_and_of_the_text_are_one(editor: ContentEditor) -> None:
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


def test_restore_is_one_step(editor: ContentEditor) -> None:
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


def test_restoring_what_is_there_is_no_step(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    editor.set_content(TWO, undoable=True)
    assert not editor.can_undo


def test_new_content_starts_a_new_journal(editor: ContentEditor) -> None:
    editor.focus_first()
    type_text("x")
    said = heard(editor)
    editor.set_content(TWO)
    assert not editor.can_undo
    assert said == ["undo 0 redo 0"]
    editor.undo()
    editor.redo()
    assert editor.content() == TWO


def test_messages_come_go_move_and_change_roles_undoably(editor: ContentEditor) -> None:
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


def test_the_last_message_can_go_and_come_back(editor: ContentEditor) -> None:
    editor.set_content(content(("user", "only")))
    choose(more(editor, 0), "Remove")
    assert editor.content() == Content()
    QTest.mouseClick(button(editor, "+ Message"), Qt.MouseButton.LeftButton)
    assert editor.content() == content(("user", ""))
    editor.undo()
    editor.undo()
    assert editor.content() == content(("user", "only"))


def test_the_next_role_makes_sense(editor: ContentEditor) -> None:
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


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=steps, back=st.integers(0, 12))
def test_whatever_was_done_can_be_undone_and_redone(
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


# Keys between messages


def test_up_and_down_walk_through_all_messages(editor: ContentEditor) -> None:
    editor.set_content(content(("system", "abc\ndef"), ("user", "gh"), ("assistant", "ijkl\nm")))
    one, two, three = fields(editor)
    one.setFocus()
    press(Key.Key_End)
    press(Key.Key_Down)
    assert focused() is one
    press(Key.Key_Down)
    assert (focused(), two.textCursor().position()) == (two, 2)
    press(Key.Key_Down)
    assert (focused(), three.textCursor().position()) == (three, 2)
    press(Key.Key_Down, times=3)
    assert (focused(), three.textCursor().blockNumber()) == (three, 1)
    press(Key.Key_Up, times=2)
    assert focused() is two
    press(Key.Key_Up)
    assert (focused(), one.textCursor().blockNumber()) == (one, 1)
    press(Key.Key_Down, SHIFT)
    assert focused() is one


def test_ctrl_up_and_down_go_to_the_ends_and_then_on(editor: ContentEditor) -> None:
    editor.set_content(content(("system", "abc\ndef"), ("user", "gh")))
    one, two = fields(editor)
    one.setFocus()
    press(Key.Key_Down, CTRL)
    assert (focused(), one.textCursor().position()) == (one, 7)
    press(Key.Key_Down, CTRL)
    assert (focused(), two.textCursor().position()) == (two, 2)
    press(Key.Key_Down, CTRL)
    press(Key.Key_Up, CTRL)
    assert (focused(), two.textCursor().position()) == (two, 0)
    press(Key.Key_Up, CTRL)
    assert (focused(), one.textCursor().position()) == (one, 0)


def test_tab_order_is_that_of_the_eye(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    role_button(editor, 0).setFocus()
    seen = []
    for _ in range(8):
        seen.append(focused().accessibleName() or focused().text())
        press(Key.Key_Tab, CTRL if focused() in fields(editor) else Qt.KeyboardModifier.NoModifier)
    assert seen[:7] == [
        "Role of message 1: System", "Actions for message 1", "System message, 1 of 2",
        "Role of message 2: User", "Actions for message 2", "User message, 2 of 2", "+ Message",
    ]  # fmt: skip


def test_a_click_below_is_a_click_at_the_end(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    page = editor.findChild(QScrollArea).widget()
    QTest.mouseClick(page, Qt.MouseButton.LeftButton, pos=QPoint(200, page.height() - 5))
    assert focused() is fields(editor)[1]
    assert fields(editor)[1].textCursor().atEnd()


def test_the_focused_message_is_remembered(editor: ContentEditor) -> None:
    assert editor.focused_block is None
    editor.set_content(TWO)
    fields(editor)[1].setFocus()
    assert editor.focused_block == 1
    role_button(editor, 0).setFocus()
    assert editor.focused_block == 1


# Reading only


def test_reading_only_shows_and_changes_nothing(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    editor.focus_first()
    type_text("x")
    before = editor.content()
    editor.set_read_only(True)
    assert not editor.can_undo
    type_text("y")
    editor.undo()
    editor.add_message("user")
    press(Key.Key_Z, CTRL)
    assert editor.content() == before
    assert not any(b.isVisible() for b in editor.findChildren(QToolButton))
    assert not any(b.isVisible() for b in editor.findChildren(QPushButton) if b.text().startswith("+"))
    QTest.mouseClick(role_button(editor, 0), Qt.MouseButton.LeftButton)
    assert QApplication.activePopupWidget() is None
    editor.set_read_only(False)
    editor.undo()
    assert editor.content() == TWO


def test_content_shown_read_only_stays_so(editor: ContentEditor) -> None:
    editor.set_read_only(True)
    editor.set_content(content(("user", "a"), ("user", "b"), ("user", "c")))
    assert not any(field.editable for field in fields(editor))


# Layout


@pytest.mark.parametrize("width", [220, 460, 1200])
@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_nothing_overlaps_and_nothing_is_cut(theme: Theme, editor: ContentEditor, width: int, scale: float) -> None:
    theme.set_scale(scale)
    editor.resize(width, 500)
    editor.set_content(content(("system", "word " * 60), ("user", "x"), ("assistant", ""), ("user", LONG)))
    QApplication.processEvents()
    bottom = 0
    for block in blocks(editor):
        assert block.y() == bottom
        bottom += block.height()
        inside = [block.field, block.findChild(QPushButton), block.findChild(QToolButton)]
        for widget in inside:
            assert block.rect().contains(widget.geometry())
        role, actions = inside[1:]
        assert role.geometry().right() < actions.geometry().left()
        assert role.height() >= role.sizeHint().height()
        assert block.field.y() >= role.geometry().bottom()
    add = button(editor, "+ Message")
    assert add.y() >= bottom
    assert add.width() >= add.sizeHint().width()


def test_a_field_grows_with_its_text_at_once(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    field = fields(editor)[1]
    field.setFocus()
    before, below = field.height(), button(editor, "+ Message").y()
    press(Key.Key_Return)
    line = field.height() - before
    assert line > 0
    assert button(editor, "+ Message").y() == below + line
    press(Key.Key_Backspace)
    assert field.height() == before


def test_one_long_message_takes_what_is_free_and_scrolls(editor: ContentEditor) -> None:
    editor.set_content(content(("system", LONG), ("user", "q")))
    area = editor.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() == 0
    assert fields(editor)[0].verticalScrollBar().maximum() > 0
    assert button(editor, "+ Message").geometry().bottom() <= editor.height()


def test_long_messages_share_and_the_column_scrolls(editor: ContentEditor) -> None:
    editor.set_content(content(("system", LONG), ("user", LONG), ("assistant", "a")))
    area = editor.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() > 0
    for field in fields(editor)[:2]:
        assert 0.45 * editor.height() < field.height() <= 0.6 * editor.height()


def test_the_caret_is_always_in_view(editor: ContentEditor) -> None:
    editor.set_content(content(*[("user", "line\n" * 12)] * 6))
    area = editor.findChild(QScrollArea)

    def in_view() -> bool:
        rect = focused().cursorRect()
        top = focused().viewport().mapTo(area.viewport(), rect.topLeft()).y()
        return top >= 0 and top + rect.height() <= area.viewport().height()

    editor.focus_first()
    press(Key.Key_Down, times=75)
    assert focused() is fields(editor)[5]
    assert in_view()
    type_text("x")
    press(Key.Key_Up, times=75)
    assert focused() is fields(editor)[0]
    assert area.verticalScrollBar().value() == 0
    editor.undo()
    assert focused() is fields(editor)[5]
    assert in_view()


def test_the_view_follows_typing_at_the_end(editor: ContentEditor) -> None:
    editor.set_content(content(("system", "line\n" * 20), ("user", "x")))
    area = editor.findChild(QScrollArea)
    fields(editor)[1].setFocus()
    for _ in range(30):
        press(Key.Key_Return)
        rect = focused().cursorRect()
        bottom = focused().viewport().mapTo(area.viewport(), rect.bottomLeft()).y()
        assert bottom <= area.viewport().height()
        assert focused().viewport().rect().contains(rect)


def test_zoom_and_theme_follow(theme: Theme, editor: ContentEditor) -> None:
    editor.set_content(TWO)
    small = fields(editor)[0].height()
    theme.set_scale(2.0)
    QApplication.processEvents()
    assert fields(editor)[0].height() > 1.6 * small
    theme.set_mode("dark")
    editor.grab()
    inks = {s.format.foreground().color().name() for f in fields(editor) for s in f.extraSelections()}
    assert inks == {theme.tokens.violet}


def test_content_set_while_hidden_is_laid_out_when_shown(editor: ContentEditor) -> None:
    editor.hide()
    editor.set_content(content(("system", "a\nb\nc\nd\ne"), ("user", "q")))
    editor.show()
    QApplication.processEvents()
    assert fields(editor)[0].verticalScrollBar().maximum() == 0


def test_long_paragraphs_say_that_they_are_not_coloured(qtbot: Any, editor: ContentEditor) -> None:
    editor.set_content(content(("system", "{{a}} " + "word " * 5000), ("user", "{{b}}")))
    label = blocks(editor)[0].findChild(QLabel)
    qtbot.waitUntil(label.isVisible)
    assert "20,000" in label.text()
    assert blocks(editor)[0].rect().contains(label.geometry())
    assert editor.variables() == ("a", "b")
    fields(editor)[0].setFocus()
    press(Key.Key_A, CTRL)
    type_text("short")
    qtbot.waitUntil(lambda: not label.isVisible())


def test_every_control_has_a_name(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    for widget in [*editor.findChildren(QPushButton), *editor.findChildren(QToolButton)]:
        assert widget.accessibleName() or widget.text()
        assert widget.toolTip()
    assert [f.accessibleName() for f in fields(editor)] == ["System message, 1 of 2", "User message, 2 of 2"]


def test_alt_keys_are_the_windows(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    editor.focus_first()
    press(Key.Key_1, ALT)
    press(Key.Key_Return, CTRL)
    assert editor.content() == TWO


def test_five_megabytes_can_be_pasted_edited_and_undone(editor: ContentEditor) -> None:
    text = ("word {{name}} " * 100 + "\n") * 3600
    editor.focus_first()
    QApplication.clipboard().setText(text)
    press(Key.Key_V, CTRL)
    type_text("x")
    assert editor.content() == content(("user", text + "x"))
    editor.undo()
    editor.undo()
    assert editor.content() == Content()
    editor.redo()
    assert editor.content() == content(("user", text))
    QApplication.clipboard().clear()
