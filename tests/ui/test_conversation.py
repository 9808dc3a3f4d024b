"""Continuing from an answer, and importing recorded ones, in the real window."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.ui.desk import Desk
from tests.ui.editor_support import content, focused, type_text
from workbench.core.content import Content

pytestmark = pytest.mark.window
CONVERSATION = json.dumps(
    {"model": "m", "messages": [{"role": "user", "content": "Hi {{x}}"}, {"role": "assistant", "content": "Hello"}]}
)


def test_continuing_from_an_answer_extends_the_draft_and_can_be_undone(desk: Desk) -> None:
    window = desk.open()
    before = window.draft()
    window.editor.focus_first()
    desk.run()
    pinned = window.store.version(window.prompt_uid, 1).content
    window.focus_lane(0)
    desk.ctrl(Qt.Key.Key_J)
    desk.until(lambda: window.draft().content != before.content)
    messages = window.draft().content.messages
    assert messages[:-2] == pinned.messages, "the draft continues from version 1, which the lane ran"
    assert [(m.role, m.text) for m in messages[-2:]] == [("assistant", "Hello there."), ("user", "")]
    assert window.based_on == 1
    desk.until(lambda: focused().window() is window.frame)
    type_text("And now?")
    assert window.draft().content.messages[-1].text == "And now?"
    window.notice.action_clicked.emit("offer")
    assert window.draft().content == before.content


def test_imported_conversation_becomes_messages_and_keeps_the_system_prompt(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(content(("system", "Be brief."), ("user", "old")))
    QGuiApplication.clipboard().setText(CONVERSATION)
    window.actions["paste_dialogue"].trigger()
    actions = window.dialogs.conversation_actions
    dialog = actions.dialog
    assert dialog is not None
    desk.until(dialog.replace.isEnabled)
    assert dialog.told.text() == "OpenAI JSON: 2 messages"
    assert "model" in dialog.notes.text()
    dialog.replace.click()
    wanted = content(("system", "Be brief."), ("user", "Hi {{x}}"), ("assistant", "Hello"))
    assert window.editor.content() == wanted
    assert "{{x}}" in desk.notice()
    window.editor.undo()
    assert window.editor.content() == content(("system", "Be brief."), ("user", "old"))


def test_dialogue_json_pasted_into_an_empty_prompt_offers_the_import(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(Content())
    window.editor.focus_first()
    QGuiApplication.clipboard().setText(CONVERSATION)
    desk.ctrl(Qt.Key.Key_V)
    desk.until(lambda: "recorded dialogue" in desk.notice())
    window.notice.action_clicked.emit("offer")
    dialog = window.dialogs.conversation
    assert dialog is not None
    assert dialog.isModal(), "no other prompt can be opened meanwhile"
    desk.until(dialog.replace.isEnabled)
    dialog.field.set_exact("nothing of the kind")
    desk.until(lambda: "No dialogue" in dialog.told.text())
    assert not dialog.replace.isEnabled()
    dialog.reject()


def test_continue_requires_an_answer_whose_name_is_not_hidden(desk: Desk) -> None:
    window = desk.open()
    go_on = window.actions["continue_lane"]
    window.focus_lane(0)
    desk.until(lambda: not go_on.isEnabled())
    window.editor.focus_first()
    desk.run()
    window.focus_lane(0)
    desk.until(go_on.isEnabled)
    window.actions["blind"].trigger()
    desk.run()
    window.focus_lane(0)
    assert not go_on.isEnabled()
    desk.press(Qt.Key.Key_1)
    desk.until(go_on.isEnabled)


def test_continuing_from_a_past_answer_changes_the_draft(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    window.editor.set_content(content(("user", "Something new")), undoable=True)
    window.session.edited()
    desk.run()
    ran = {lane.position: lane.version for lane in window.workbench.history.detail(desk.timeline()[1].run_uid).lanes}
    desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    desk.until(lambda: window.viewing is not None)
    window.focus_lane(1)
    desk.ctrl(Qt.Key.Key_J)
    desk.until(lambda: window.viewing is None)
    asked = window.store.version(window.prompt_uid, ran[1]).content.messages
    messages = window.draft().content.messages
    assert messages[: len(asked)] == asked
    assert [(m.role, m.text) for m in messages[len(asked) :]] == [("assistant", "Hello there."), ("user", "")]
    desk.until(lambda: focused().window() is window.frame)
    type_text("Thanks")
    desk.run()
    newest = window.workbench.history.detail(desk.timeline()[0].run_uid)
    made = window.store.version(window.prompt_uid, newest.lanes[1].version)
    assert [m.text for m in made.content.messages[-2:]] == ["Hello there.", "Thanks"]
    assert made.parent == ran[1]
