"""Continue from an answer, and recorded dialogues, in the real window."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.ui.desk import Desk
from tests.ui.editor_support import content, focused, type_text
from workbench.core.content import Content

pytestmark = pytest.mark.window
DIALOGUE = json.dumps(
    {"model": "m", "messages": [{"role": "user", "content": "Hi {{x}}"}, {"role": "assistant", "content": "Hello"}]}
)


def test_an_answer_goes_on_and_can_be_taken_back(desk: Desk) -> None:
    window = desk.open()
    before = window.compose.draft()
    window.view.editor.focus_first()
    desk.run()
    pinned = window.workbench.store.version(window.compose.prompt_uid, 1).content
    window.view.lanes.focus_lane(0)
    desk.ctrl(Qt.Key.Key_J)
    desk.until(lambda: window.compose.draft().content != before.content)
    messages = window.compose.draft().content.messages
    assert messages[:-2] == pinned.messages, "the lane ran version 1, and that is what its answer answers"
    assert [(m.role, m.text) for m in messages[-2:]] == [("assistant", "Hello there."), ("user", "")]
    assert window.compose.based_on == 1
    desk.until(lambda: focused().window() is window.frame)
    type_text("And now?")
    assert window.compose.draft().content.messages[-1].text == "And now?"
    window.notice.action_clicked.emit("offer")
    assert window.compose.draft().content == before.content


def test_a_dialogue_becomes_messages_and_keeps_the_system_prompt(desk: Desk) -> None:
    window = desk.open()
    window.view.editor.set_content(content(("system", "Be brief."), ("user", "old")))
    QGuiApplication.clipboard().setText(DIALOGUE)
    window.actions_["paste_dialogue"].trigger()
    actions = window.dialogs.conversation
    dialog = actions.dialog
    assert dialog is not None
    desk.until(dialog.replace.isEnabled)
    assert dialog.told.text() == "OpenAI JSON: 2 messages"
    assert "model" in dialog.notes.text()
    dialog.replace.click()
    wanted = content(("system", "Be brief."), ("user", "Hi {{x}}"), ("assistant", "Hello"))
    assert window.view.editor.content() == wanted
    assert "{{x}}" in desk.notice()
    window.view.editor.undo()
    assert window.view.editor.content() == content(("system", "Be brief."), ("user", "old"))


def test_json_pasted_into_an_empty_prompt_is_offered(desk: Desk) -> None:
    window = desk.open()
    window.view.editor.set_content(Content())
    window.view.editor.focus_first()
    QGuiApplication.clipboard().setText(DIALOGUE)
    desk.ctrl(Qt.Key.Key_V)
    desk.until(lambda: "recorded dialogue" in desk.notice())
    window.notice.action_clicked.emit("offer")
    dialog = window.dialogs.conversation.dialog
    assert dialog is not None
    desk.until(dialog.replace.isEnabled)
    dialog.field.set_exact("nothing of the kind")
    desk.until(lambda: "No dialogue" in dialog.told.text())
    assert not dialog.replace.isEnabled()
    dialog.reject()
