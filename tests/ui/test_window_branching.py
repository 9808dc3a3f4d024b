"""Typing into a past iteration starts a branch, and nothing is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from workbench.core.content import Content, Message

Key = Qt.Key


def past(desk: Desk, text: str = "old text") -> None:
    """Run twice, open the first iteration, and put the caret at the end of its text."""
    desk.open()
    view = desk.window.compose_view
    values = tuple(view.values.all_values().items())
    for content in (text, "new text"):
        view.set_draft(Content((Message("user", content),)), values, undoable=True)
        desk.window.session.edited()
        desk.run()
    desk.window.view_row(desk.timeline()[1].run_uid)
    desk.until(lambda: desk.window.viewing is not None)
    assert view.past_editor is not None
    field = view.past_editor.blocks[0].field
    field.setFocus()
    field.select(field.length, 0)


def draft_text(desk: Desk) -> str:
    return desk.window.editor.content().messages[0].text


def test_typing_into_a_past_iteration_starts_a_branch_at_the_caret(desk: Desk) -> None:
    past(desk)
    desk.press(Key.Key_Left)
    assert desk.window.viewing is not None
    desk.type("1")
    desk.type("f")
    assert desk.window.viewing is None
    assert draft_text(desk) == "old tex1ft"
    assert "You edited #1" in desk.notice()
    assert QApplication.focusWidget() is desk.window.editor.blocks[0].field
    old = desk.rows("SELECT number FROM versions ORDER BY number DESC LIMIT 2")[1][0]
    assert desk.window.based_on == old
    desk.window.editor.undo()
    assert draft_text(desk) == "old text"
    desk.window.editor.undo()
    assert draft_text(desk) == "new text"
    assert desk.window.based_on == old + 1


def test_input_method_text_starts_a_branch(desk: Desk) -> None:
    past(desk)
    field = QApplication.focusWidget()
    assert field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    QApplication.sendEvent(field, QInputMethodEvent("´", []))
    assert desk.window.viewing is not None
    composed = QInputMethodEvent("", [])
    composed.setCommitString("é")
    QApplication.sendEvent(field, composed)
    assert desk.window.viewing is None
    assert draft_text(desk) == "old texté"
    assert "You edited #1" in desk.notice()
    desk.type("s")
    assert draft_text(desk) == "old textés"


def test_notice_restores_the_draft(desk: Desk) -> None:
    past(desk)
    desk.press(Key.Key_Backspace)
    assert draft_text(desk) == "old tex"
    desk.window.notice.action_clicked.emit("offer")
    assert draft_text(desk) == "new text"


def test_pasting_replaces_the_selection_in_the_branch(desk: Desk) -> None:
    past(desk, "old 😀 text")
    desk.window.past_editor.blocks[0].field.select(4, 2)  # type: ignore[union-attr] # it is there
    QApplication.clipboard().setText("b\r\nc")
    desk.ctrl(Key.Key_V)
    assert draft_text(desk) == "old b\nc text"
    QApplication.clipboard().clear()


def test_reading_and_copying_do_not_start_a_branch(desk: Desk) -> None:
    past(desk)
    desk.ctrl(Key.Key_A)
    desk.ctrl(Key.Key_C)
    desk.press(Key.Key_Home)
    assert QApplication.clipboard().text() == "old text"
    QApplication.clipboard().clear()
    assert desk.window.viewing is not None
    assert draft_text(desk) == "new text"
