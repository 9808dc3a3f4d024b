"""Pasted text is sent, stored and restored to the byte."""

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


def test_pasted_text_is_sent_stored_and_restored_unchanged(desk: Desk) -> None:
    """One long session with the real engine: paste, run on echo, look at request and answer, restore."""
    window = desk.open(script=None)
    window.lane_list.replace_all(window.draft_lanes[1:])
    slot = window.slots()[0]
    window.lane_list.set_model(slot, ECHO, ECHO_MODEL)
    window.lane_list.set_pinned(slot, None)
    window.editor.set_content(Content())
    window.editor.add_message("user")
    field = window.editor.first_viewport().parentWidget()
    assert isinstance(field, QPlainTextEdit)
    field.setFocus()
    desk.until(field.hasFocus)
    for name, text in EXACT_TEXTS.items():
        wanted = unify_newlines(text)
        field.setFocus()
        desk.ctrl(Qt.Key.Key_A)
        if text[0] in "\ufeff\ufffe":
            # Qt drops it as a byte order mark on the way to the clipboard; a file may begin with it.
            window.editor.set_content(Content((Message("user", text),)))
            window.editor.focus_first()
        else:
            QGuiApplication.clipboard().setText(text)
            desk.ctrl(Qt.Key.Key_V)
        assert window.editor.content().messages[0].text == wanted, name
        desk.run()
        result = window.store.iteration_detail(window.shown_run()).outputs[0].result
        assert result.state == "finished", name
        assert result.request["messages"][-1]["content"].encode() == wanted.encode(), name
        assert wanted in result.text, name
    newest = [row.run_uid for row in desk.timeline()]
    for run_uid, (name, text) in zip(newest, reversed(EXACT_TEXTS.items()), strict=True):
        window.view_row(run_uid)
        desk.until(lambda: window.viewing is not None)
        window.take_over(branch=False)
        assert window.editor.content().messages[0].text == unify_newlines(text), name
