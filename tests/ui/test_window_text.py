"""What is pasted is sent, stored and restored to the byte."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from tests.corpus import EXACT_TEXTS
from tests.ui.desk import Desk
from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, ECHO_MODEL
from workbench.core.text import unify_newlines

pytestmark = pytest.mark.window


def test_pasted_texts_come_through_to_the_byte(desk: Desk) -> None:
    """One long session with the real engine: paste, run on echo, look at request and answer, restore."""
    window = desk.open(script=None)
    window.compose.lanes.replace_all(window.compose.lanes.lanes[1:])
    slot = window.shown_slots()[0]
    window.compose.lanes.set_model(slot, ECHO, ECHO_MODEL)
    window.compose.lanes.set_pinned(slot, None)
    window.view.editor.set_content(Content())
    window.view.editor.add_message("user")
    field = window.view.editor.first_viewport().parentWidget()
    assert isinstance(field, QPlainTextEdit)
    field.setFocus()
    desk.until(field.hasFocus)
    for name, text in EXACT_TEXTS.items():
        wanted = unify_newlines(text)
        field.setFocus()
        desk.ctrl(Qt.Key.Key_A)
        if text[0] in "\ufeff\ufffe":
            # Qt takes it for a byte order mark on the way onto the clipboard already; a file may begin with it.
            window.view.editor.set_content(Content((Message("user", text),)))
            window.view.editor.focus_first()
        else:
            QGuiApplication.clipboard().setText(text)
            desk.ctrl(Qt.Key.Key_V)
        assert window.view.editor.content().messages[0].text == wanted, name
        desk.run()
        result = window.workbench.store.iteration_detail(window.compose.shown_run()).outputs[0].result
        assert result.state == "finished", name
        assert result.request["messages"][-1]["content"].encode() == wanted.encode(), name
        assert wanted in result.text, name
    newest = [row.run_uid for row in desk.timeline()]
    for run_uid, (name, text) in zip(newest, reversed(EXACT_TEXTS.items()), strict=True):
        window.compose.view(run_uid)
        desk.until(lambda: window.compose.viewing is not None)
        window.handlers.take_over(branch=False)
        assert window.view.editor.content().messages[0].text == unify_newlines(text), name
