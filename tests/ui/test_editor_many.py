"""Many messages: the window never waits for their widgets, and none of them is lost."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.editor_support import (
    Key,
    blocks,
    content,
    editor,
    fields,
    focused,
    machine,
    press,
    shown,
    theme,
    ticks,
    type_text,
)
from workbench.core.content import Content
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.waiting_messages import AT_ONCE, MORE, MOST, STEP, WaitingMessages

pytestmark = machine
__all__ = ["editor", "shown", "theme", "ticks"]


def many(count: int) -> Content:
    return content(*((("user", "assistant")[i % 2], f"message {i} {{{{v{i}}}}}") for i in range(count)))


def more_button(editor: ContentEditor) -> Any:
    return editor._column._adders._more


def test_first_messages_are_shown_immediately_and_the_rest_in_steps(
    qtbot: Any, editor: ContentEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = many(60)
    steps: list[int] = []
    take = WaitingMessages._take

    def counted(waiting: WaitingMessages, count: int) -> None:
        steps.append(count)
        take(waiting, count)

    monkeypatch.setattr(WaitingMessages, "_take", counted)
    editor.set_content(wanted)
    assert len(blocks(editor)) == AT_ONCE
    assert editor.content() == wanted
    assert editor.variables() == tuple(f"v{i}" for i in range(60))
    assert steps == []
    qtbot.waitUntil(lambda: len(blocks(editor)) == 60)
    assert steps == [STEP] * ((60 - AT_ONCE) // STEP)
    assert editor.content() == wanted
    assert not more_button(editor).isVisible()
    assert [field.exact() for field in fields(editor)] == [message.text for message in wanted.messages]


def test_messages_beyond_the_limit_are_shown_on_request(qtbot: Any, editor: ContentEditor) -> None:
    wanted = many(2_000)
    editor.set_content(wanted)
    qtbot.waitUntil(lambda: len(blocks(editor)) == MOST)
    assert editor.content() == wanted
    assert more_button(editor).isVisible()
    assert f"{2_000 - MOST:,}" in more_button(editor).text()
    assert not editor._column._adders._message.isVisible()
    QTest.mouseClick(more_button(editor), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(blocks(editor)) == MOST + MORE)
    assert f"{2_000 - MOST - MORE:,}" in more_button(editor).text()
    editor.focus_first()
    type_text("x")
    texts = [message.text for message in editor.content().messages]
    assert texts == ["x" + wanted.messages[0].text, *(message.text for message in wanted.messages[1:])]


@pytest.mark.parametrize("count", [60, pytest.param(MOST + 60, marks=pytest.mark.deep(only=True))])
def test_undo_reaches_messages_whose_widgets_are_pending_again(qtbot: Any, editor: ContentEditor, count: int) -> None:
    wanted = many(count)
    editor.set_content(wanted)
    editor._waiting.hurry(count)
    last = fields(editor)[-1]
    last.setFocus()
    type_text("one")
    editor.add_message("user")
    type_text("two")
    edited = editor.content()
    editor.set_content(content(("user", "else")), undoable=True)
    editor.undo()
    assert editor.content() == edited
    assert len(blocks(editor)) < count
    for _ in range(3):
        editor.undo()
    assert editor.content() == wanted
    assert focused() is fields(editor)[-1]
    for _ in range(3):
        editor.redo()
    assert editor.content() == edited
    assert len(blocks(editor)) == count + 1


def test_message_added_during_loading_is_the_last(editor: ContentEditor) -> None:
    editor.set_content(many(60))
    editor.add_message("user")
    type_text("last")
    assert [message.text for message in editor.content().messages][-2:] == ["message 59 {{v59}}", "last"]
    assert focused() is fields(editor)[-1]


def test_keys_typed_before_all_widgets_exist_are_kept(qtbot: Any, editor: ContentEditor) -> None:
    editor.set_content(many(100))
    editor.focus_first()
    for letter in "typed":
        type_text(letter)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: len(blocks(editor)) == 100)
    assert focused() is fields(editor)[0]
    press(Key.Key_Return)
    assert editor.content().messages[0].text.startswith("typed\n")
