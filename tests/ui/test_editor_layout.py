"""How the messages lie, and the keys that go from one to the other."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QToolButton

from tests.ui.editor_support import (
    ALT,
    CTRL,
    SHIFT,
    TWO,
    Key,
    blocks,
    button,
    choose,
    content,
    editor,
    fields,
    focused,
    machine,
    more,
    press,
    role_button,
    shown,
    theme,
    ticks,
    type_text,
)
from workbench.core.content import Content
from workbench.ui.editor import ContentEditor
from workbench.ui.theme import Theme

pytestmark = machine
__all__ = ["editor", "shown", "theme", "ticks"]

LONG = "\n".join(f"line {i}" for i in range(300))


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
    for _ in range(9):
        seen.append(focused().accessibleName() or focused().text())
        press(Key.Key_Tab, CTRL if focused() in fields(editor) else Qt.KeyboardModifier.NoModifier)
    assert seen[:8] == [
        "Role of message 1: System", "Techniques ▾", "Actions for message 1", "System message, 1 of 2",
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
    assert add.mapTo(blocks(editor)[0].parentWidget(), QPoint(0, 0)).y() >= bottom
    assert add.parentWidget().rect().contains(add.geometry())
    assert add.width() >= add.sizeHint().width()


def _below(editor: ContentEditor) -> int:
    """Where the buttons stand that add something."""
    return button(editor, "+ Message").parentWidget().y()


def test_a_field_grows_with_its_text_at_once(editor: ContentEditor) -> None:
    editor.set_content(TWO)
    field = fields(editor)[1]
    field.setFocus()
    before, below = field.height(), _below(editor)
    press(Key.Key_Return)
    line = field.height() - before
    assert line > 0
    assert _below(editor) == below + line
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


def test_a_message_that_comes_or_moves_is_seen_whole(editor: ContentEditor) -> None:
    editor.set_content(content(*[("user", "one\ntwo")] * 15))
    area = editor.findChild(QScrollArea)

    def seen(widget: Any) -> bool:
        top = widget.mapTo(area.viewport(), QPoint(0, 0)).y()
        return bool(top >= 0 and top + widget.height() <= area.viewport().height())

    editor.add_next()
    assert seen(blocks(editor)[-1])
    assert seen(button(editor, "+ Message"))
    choose(more(editor, 0), "Move down")
    assert seen(blocks(editor)[1])
    choose(more(editor, 14), "Remove")
    assert seen(blocks(editor)[14])
    choose(more(editor, 14), "Duplicate")
    assert seen(blocks(editor)[15])
    editor.undo()
    editor.undo()
    assert seen(blocks(editor)[14])


def test_the_caret_stays_in_view_when_the_height_shrinks(editor: ContentEditor) -> None:
    editor.set_content(content(*[("user", "line\n" * 4)] * 6))
    area = editor.findChild(QScrollArea)
    fields(editor)[3].setFocus()
    press(Key.Key_End, CTRL)
    type_text("x")
    editor.resize(editor.width(), 250)
    QApplication.processEvents()
    rect = focused().cursorRect()
    top = focused().viewport().mapTo(area.viewport(), rect.topLeft()).y()
    assert 0 <= top <= area.viewport().height() - rect.height()
