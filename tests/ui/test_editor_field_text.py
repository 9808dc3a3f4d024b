"""The text of a field is exact, however it comes in."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QInputMethodEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication

from tests import depth
from tests.ui.editor_support import CORPUS, CTRL, Key, machine, press, shown, texts, theme, type_text
from tests.ui.field_support import field, paste, window
from workbench.core.text import unify_newlines
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.spans import spans

__all__ = ["field", "shown", "theme", "window"]


NONE = Qt.KeyboardModifier.NoModifier
pytestmark = machine


def compose(field: ExactField, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(field, event)


def test_text_is_unchanged_by_setting_copying_and_pasting(field: ExactField) -> None:
    for text in CORPUS.values():
        field.set_exact(text)
        assert field.exact() == text
        press(Key.Key_A, CTRL)
        press(Key.Key_C, CTRL)
        assert QApplication.clipboard().text() == text
        press(Key.Key_X, CTRL)
        assert field.exact() == ""
        assert QApplication.clipboard().text() == text
        press(Key.Key_V, CTRL)
        assert field.exact() == text
        press(Key.Key_Z, CTRL)
        assert field.exact() == ""
        press(Key.Key_Z, CTRL)
        assert field.exact() == text


@depth.examples(60, 1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_is_unchanged_by_the_clipboard(field: ExactField, text: str) -> None:
    paste(field, text)
    assert field.exact() == unify_newlines(text)
    if field.exact():
        press(Key.Key_A, CTRL)
        press(Key.Key_C, CTRL)
        assert QApplication.clipboard().text() == unify_newlines(text)
    field.set_exact(text)
    assert field.exact() == text


def test_pasted_crlf_becomes_lf(field: ExactField) -> None:
    paste(field, "a\r\nb\r\n")
    assert field.exact() == "a\nb\n"


def test_typed_text_is_stored_unchanged(field: ExactField) -> None:
    type_text("a\u00a0b\u202fc 😀 é\n\nx")
    press(Key.Key_Tab)
    assert field.exact() == "a\u00a0b\u202fc 😀 é\n\nx\t"


def test_only_plain_text_is_pasted(field: ExactField) -> None:
    data = QMimeData()
    data.setHtml("<b>rich</b>")
    assert not field.canInsertFromMimeData(data)
    data.setText("plain")
    assert field.canInsertFromMimeData(data)
    field.insertFromMimeData(data)
    assert field.exact() == "plain"
    assert field.createMimeDataFromSelection().formats() == ["text/plain"]


def test_dropped_text_is_inserted_unchanged(field: ExactField) -> None:
    data = QMimeData()
    data.setText("x\ry\u00a0")
    enter = QDragEnterEvent(QPoint(2, 2), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
    drop = QDropEvent(QPointF(2, 2), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
    QApplication.sendEvent(field.viewport(), enter)
    QApplication.sendEvent(field.viewport(), drop)
    assert field.exact() == "x\ry\u00a0"


def test_dropped_file_is_inserted_as_its_url(field: ExactField) -> None:
    data = QMimeData()
    data.setUrls([QUrl("file:///tmp/a.txt")])
    field.insertFromMimeData(data)
    assert field.exact() == "file:///tmp/a.txt"


def test_input_method_text_is_reported_only_when_committed(field: ExactField) -> None:
    said: list[tuple[Any, str]] = []
    field.set_exact("ab {{x}}")
    field.moveCursor(QTextCursor.MoveOperation.Right)
    field.edited.connect(lambda edit, kind: said.append(((edit.position, edit.removed, edit.inserted), kind)))
    compose(field, "ni")
    QApplication.processEvents()
    compose(field, "nih")
    assert (field.exact(), said) == ("ab {{x}}", [])
    compose(field, "", "你")
    assert field.exact() == "a你b {{x}}"
    compose(field, "hao", "")
    compose(field, "", "好")
    assert field.exact() == "a你好b {{x}}"
    assert said == [((1, "", "你"), "typing"), ((2, "", "好"), "typing")]


def test_every_edit_is_reported_with_the_removed_text(field: ExactField) -> None:
    said: list[tuple[int, str, str, str]] = []
    field.edited.connect(lambda edit, kind: said.append((edit.position, edit.removed, edit.inserted, kind)))
    type_text("a😀")
    press(Key.Key_Backspace)
    press(Key.Key_Return)
    press(Key.Key_Backspace)
    press(Key.Key_A, CTRL)
    type_text("z")
    paste(field, "pasted\rtext")
    field.selectAll()
    press(Key.Key_Delete)
    assert said == [
        (0, "", "a", "typing"),
        (1, "", "😀", "typing"),
        (1, "😀", "", "deleting"),
        (1, "", "\n", "other"),
        (1, "\n", "", "other"),
        (0, "a", "z", "typing"),
        (0, "z", "pasted\ufdd3text", "other"),
        (0, "pasted\ufdd3text", "", "deleting"),
    ]


def test_tooltip_names_an_odd_character(field: ExactField) -> None:
    field.set_exact("\u00a0")
    field.grab()
    margin = round(field.document().documentMargin())
    assert field._marks.describe(QPoint(margin + 2, margin + 5)) == "U+00A0 no-break space"
    assert field._marks.describe(QPoint(200, margin + 5)) == ""


def test_consecutive_hidden_characters_share_one_mark(field: ExactField) -> None:
    paste(field, "a" + "\u202a\u2067" * 4000)
    field.grab()
    assert [span.length for span in spans(field.document().firstBlock().text())] == [8000]
    at = QPoint(field.cursorRect(QTextCursor(field.document())).left() + field.fontMetrics().horizontalAdvance("a"), 8)
    assert "U+202A" in field._marks.describe(at)
    assert "7,999 more" in field._marks.describe(at)
