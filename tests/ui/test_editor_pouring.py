"""Very long pasted texts: stored at once, shown chunk by chunk, and exact whatever is edited meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.desk import ECHO, Desk
from tests.ui.lanes_support import theme
from workbench.ui.editor import chunked_insert
from workbench.ui.editor import field as fields
from workbench.ui.editor.exact_text import text_data
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
LINES = "The quick brown fox 😀 sees {{name}}\u00a0\u2028here.\n"


@pytest.fixture
def field(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> ExactField:
    """A field that inserts any text longer than a line in chunks, one per iteration of the event loop."""
    monkeypatch.setattr(fields, "_AT_ONCE", 200)
    monkeypatch.setattr(chunked_insert, "_CHUNK", 90)
    monkeypatch.setattr(chunked_insert, "_FOR_S", 0)
    made = ExactField(theme)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    made.setFocus()
    return made


def paste(field: ExactField, text: str) -> None:
    field.insertFromMimeData(text_data(text))


def shown(field: ExactField) -> int:
    return field.document().characterCount() - 1


def whole(qtbot: QtBot, field: ExactField) -> None:
    qtbot.waitUntil(lambda: not field.record.is_incomplete)


def test_pasted_text_is_stored_immediately_and_shown_in_chunks(qtbot: QtBot, field: ExactField) -> None:
    text = LINES * 40
    field.set_exact("before  behind")
    field.select(7, 0)
    edits: list[tuple[int, str, str]] = []
    field.edited.connect(lambda edit, _kind: edits.append(tuple(edit)))
    paste(field, text)
    expected = f"before {text} behind"
    assert field.exact() == expected
    assert shown(field) < field.length
    assert field.caret() == field.length - len(" behind")
    assert field.record.around(7, 3) == ("re ", LINES[:3])
    whole(qtbot, field)
    assert field.exact() == expected
    assert shown(field) == field.length
    assert [edit[0] for edit in edits] == [7]
    assert field.textCursor().position() == field.length - len(" behind")


def test_loaded_text_is_stored_immediately_and_shown_in_chunks(qtbot: QtBot, field: ExactField) -> None:
    told: list[object] = []
    field.edited.connect(lambda edit, _kind: told.append(edit))
    for text in (LINES * 40, "x" * 30_000, LINES * 30):
        field.set_exact(text)
        assert field.exact() == text
        assert shown(field) < field.length
        assert field.caret() == 0
        if text.startswith("x"):
            continue  # another text is loaded before all of this one is shown
        whole(qtbot, field)
        assert field.exact() == text
        assert shown(field) == field.length
        assert field.caret() == field.textCursor().position() == 0
    field.set_exact(LINES * 50)
    field.selectAll()
    assert field.createMimeDataFromSelection().text() == LINES * 50
    field.set_exact(LINES * 30)
    whole(qtbot, field)
    assert told == []
    assert field.history() == (False, False)
    QTest.keyClicks(field, "ab")
    assert field.exact() == "ab" + LINES * 30


Meanwhile = Callable[[ExactField], None]


def _type(field: ExactField) -> None:
    QTest.keyClicks(field, "xy")


def _undo(field: ExactField) -> None:
    QTest.keyClick(field, Key.Key_Z, CTRL)


def _undo_redo(field: ExactField) -> None:
    _undo(field)
    QTest.keyClick(field, Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)


def _again(field: ExactField) -> None:
    paste(field, LINES * 20)


def _over(field: ExactField) -> None:
    field.selectAll()
    paste(field, LINES * 20)


def _replace(field: ExactField) -> None:
    field.replace(3, 9, "new", quiet=False)


def _load(field: ExactField) -> None:
    field.set_exact("another text")


def _copy(field: ExactField) -> None:
    field.select(0, field.length)
    assert field.createMimeDataFromSelection().text() == field.exact()


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (_type, "ab{text}xycd"),
        (_undo, "abcd"),
        (_undo_redo, "ab{text}cd"),
        (_again, "ab{text}{half}cd"),
        (_over, "{half}"),
        (_replace, "ab{replaced}cd"),
        (_load, "another text"),
        (_copy, "ab{text}cd"),
    ],
)
@pytest.mark.parametrize("turns", [pytest.param(0, marks=pytest.mark.deep(only=True)), 3])
@pytest.mark.parametrize("text", [LINES * 40, "no line end at all, only words " * 2_000], ids=["lines", "one"])
def test_edits_during_a_chunked_insert_apply_to_the_complete_text(
    qtbot: QtBot, field: ExactField, meanwhile: Meanwhile, expected: str, turns: int, text: str
) -> None:
    field.set_exact("abcd")
    field.select(2, 0)
    paste(field, text)
    for _ in range(turns):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
    meanwhile(field)
    # "new" replaced nine characters, from the second on.
    replaced = f"{text[0]}new{text[10:]}"
    wanted = expected.format(text=text, half=LINES * 20, replaced=replaced)
    assert field.exact() == wanted
    whole(qtbot, field)
    assert field.exact() == wanted
    assert field.document_text() == field.record.text()
    assert field.toPlainText().replace("\n", "") == wanted.replace("\n", "").replace("\u2028", "").replace(
        "\u00a0", " "
    )


def test_random_pastes_are_exact_and_can_all_be_undone(qtbot: QtBot, field: ExactField) -> None:
    chance = random.Random(7)
    field.set_exact("start")
    states = [field.exact()]
    for _ in range(25):
        length = chance.randrange(0, 900)
        text = "".join(chance.choices("ab \n\r😀\u2029\ufdd0{}", k=length)) * chance.choice((1, 1, 30))
        before = field.exact()
        data = before.encode("utf-16-le")
        at = chance.randrange(0, field.length + 1)
        prefix = data[: 2 * at].decode("utf-16-le", "ignore")
        field.select(len(prefix.encode("utf-16-le")) // 2, 0)
        paste(field, text)
        wanted = prefix + text.replace("\r\n", "\n") + before[len(prefix) :]
        assert field.exact() == wanted
        for _ in range(chance.randrange(3)):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        states.append(wanted)
    whole(qtbot, field)
    for state in reversed([state for i, state in enumerate(states[:-1]) if state != states[i + 1]]):
        QTest.keyClick(field, Key.Key_Z, CTRL)
        assert field.exact() == state


def test_undo_right_after_a_long_paste_restores_the_previous_text(desk: Desk) -> None:
    window = desk.open(ECHO)
    field = window.editor.blocks[0].field
    window.editor.focus_first()
    field.selectAll()
    text = "A line of a very long text.\n" * 20_000
    QApplication.clipboard().setText(text)
    desk.ctrl(Key.Key_V)
    assert field.record.is_incomplete
    assert window.editor.content().messages[0].text == text
    desk.ctrl(Key.Key_Z)
    assert "support bot" in window.editor.content().messages[0].text
    desk.press(Key.Key_Z, CTRL, Qt.KeyboardModifier.ShiftModifier)
    assert window.editor.content().messages[0].text == text
    window.editor.blocks[0].field.moveCursor(QTextCursor.MoveOperation.Start)
    desk.until(lambda: not field.record.is_incomplete)
    assert field.toPlainText() == text
