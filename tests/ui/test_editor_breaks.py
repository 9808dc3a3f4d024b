"""Long paragraphs are shown in pieces; the soft breaks between them are visible but never part of the text."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel

from tests import depth
from tests.ui.editor_support import (
    CORPUS,
    CTRL,
    SHIFT,
    Key,
    Show,
    blocks,
    content,
    editor,
    fields,
    machine,
    press,
    shown,
    texts,
    theme,
    ticks,
    type_text,
)
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.exact_text import to_document, units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.long_lines import LONGEST, PIECE, SOFT, LongLineBreaks, broken, without_breaks
from workbench.ui.editor.paragraphs import is_soft
from workbench.ui.widgets.theme import Theme

pytestmark = machine
__all__ = ["editor", "shown", "theme", "ticks"]

SOLID = "0123456789abcdef" * 2500
WORDS = "some words {{name}} " * 2500
LONG = {
    "solid": SOLID,
    "words": WORDS,
    "emoji": "👩‍👩‍👧‍👦" * 3000,
    "combining": "e" + "\u0301" * 30_000,
    "bidi controls": "\u202a\u2067\u202c\u2069" * 10_000,
    "nbsp": "a\u00a0b" * 10_000,
    "between": f"head\n\n{SOLID}\ntail\n\n",
    "two": f"{WORDS}\n{SOLID}\n",
    "escapes": "\ufdd2\r\ufdd3\u2029" * 6000,
    "braces": "x{{name}}" * 5000,
}


@pytest.fixture
def field(theme: Theme, shown: Show) -> ExactField:
    made = ExactField(theme)
    shown(made)
    made.setFocus()
    return made


def paragraphs(field: ExactField) -> list[Any]:
    block, found = field.document().firstBlock(), []
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def read(field: ExactField) -> str:
    """Return the text from the document's paragraphs alone, independently of the field's record."""
    first, *rest = paragraphs(field)
    return first.text() + "".join(("" if is_soft(block) else "\n") + block.text() for block in rest)


def paste(text: str) -> None:
    QApplication.clipboard().setText(text)
    press(Key.Key_V, CTRL)


def place(field: ExactField, position: int) -> None:
    cursor = field.textCursor()
    cursor.setPosition(position)
    field.setTextCursor(cursor)


def soft_start(field: ExactField) -> int:
    """Return the document position of the piece after the first soft break."""
    return int(next(block for block in paragraphs(field) if is_soft(block)).position())


# Pure


@pytest.mark.parametrize("name", LONG)
def test_pieces_are_limited_in_length_and_never_empty(name: str) -> None:
    text = to_document(LONG[name])
    raw = broken(text)
    assert without_breaks(raw) == text
    assert SOFT in raw
    for paragraph in raw.split("\n"):
        pieces = paragraph.split(SOFT)
        assert all(units(piece) <= LONGEST for piece in pieces)
        assert len(pieces) == 1 or all(pieces)


@given(st.text(max_size=40), st.integers(0, LONGEST), st.integers(0, LONGEST))
def test_text_inserted_into_a_long_paragraph_keeps_pieces_short(text: str, before: int, after: int) -> None:
    raw = broken(text, before, after)
    assert without_breaks(raw) == text.replace(SOFT, "")
    lengths = [[units(piece) for piece in paragraph.split(SOFT)] for paragraph in raw.split("\n")]
    lengths[0][0] += before
    lengths[-1][-1] += after
    if units(text) <= PIECE:
        assert max(length for pieces in lengths for length in pieces) <= LONGEST + PIECE


def test_short_paragraphs_are_not_split() -> None:
    text = ("x" * (LONGEST - 1) + "\n") * 3
    assert broken(text) == text


def test_breaks_follow_white_space_and_never_split_a_variable() -> None:
    assert all(piece.endswith(" ") for piece in broken(WORDS).split(SOFT)[:-1])
    for piece in broken("x{{name}}" * 5000).split(SOFT):
        assert piece.count("{{") == piece.count("}}") == piece.count("{{name}}")


def test_positions_convert_between_text_with_and_without_breaks() -> None:
    known = LongLineBreaks()
    assert known.splice(0, "", f"abc{SOFT}de{SOFT}f") == (0, "", "abcdef")
    assert [known.plain(raw) for raw in range(9)] == [0, 1, 2, 3, 3, 4, 5, 5, 6]
    assert [known.raw(plain) for plain in range(7)] == [0, 1, 2, 3, 5, 6, 8]
    assert [known.raw(plain, behind=True) for plain in range(7)] == [0, 1, 2, 4, 5, 7, 8]
    assert known.splice(2, f"c{SOFT}d", "XYZ") == (2, "cd", "XYZ")
    assert len(known) == 1
    assert known.plain(8) == 7


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.text(st.sampled_from(f"a😀{SOFT}"), max_size=6))))
def test_breaks_are_tracked_correctly_through_any_edits(edits: list[tuple[int, int, str]]) -> None:
    raw, known = "", LongLineBreaks()
    for at, count, inserted in edits:
        at = min(at, len(raw))
        removed = raw[at : at + count]
        position = units(raw[:at])
        plain = without_breaks(raw)
        start, gone, come = known.splice(position, removed, inserted)
        raw = raw[:at] + inserted + raw[at + len(removed) :]
        data = plain.encode("utf-16-le")
        data = data[: 2 * start] + come.encode("utf-16-le") + data[2 * (start + units(gone)) :]
        assert data.decode("utf-16-le") == without_breaks(raw)
        assert len(known) == raw.count(SOFT)


# In a field


@pytest.mark.parametrize("name", LONG)
def test_long_paragraphs_round_trip_exactly(field: ExactField, name: str) -> None:
    text = LONG[name]
    field.set_exact(text)
    assert field.exact() == text
    assert field.is_broken
    assert field.length == units(to_document(text))
    assert all(block.length() - 1 <= LONGEST for block in paragraphs(field))
    press(Key.Key_A, CTRL)
    press(Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == text
    paste(text)
    assert field.exact() == text
    field.set_exact("short")
    assert (field.exact(), field.is_broken) == ("short", False)


@pytest.mark.parametrize("name", CORPUS)
def test_corpus_pasted_into_a_long_paragraph_is_exact_and_undoable(field: ExactField, name: str) -> None:
    field.set_exact(SOLID)
    place(field, soft_start(field))
    paste(CORPUS[name])
    wanted = SOLID[:PIECE] + CORPUS[name] + SOLID[PIECE:]
    assert field.exact() == wanted
    press(Key.Key_Z, CTRL)
    assert field.exact() == SOLID
    press(Key.Key_Y, CTRL)
    assert field.exact() == wanted


def test_keys_at_a_soft_break_act_on_the_text(field: ExactField) -> None:
    field.set_exact(SOLID)
    at = soft_start(field) - 1
    for start, key, modifiers, wanted in (
        (at + 1, Key.Key_Backspace, Qt.KeyboardModifier.NoModifier, SOLID[: at - 1] + SOLID[at:]),
        (at, Key.Key_Delete, Qt.KeyboardModifier.NoModifier, SOLID[:at] + SOLID[at + 1 :]),
    ):
        field.set_exact("")
        field.set_exact(SOLID)
        place(field, start)
        press(key, modifiers)
        assert field.exact() == wanted
    place(field, soft_start(field))
    before = field.caret()
    press(Key.Key_Left)
    assert field.caret() == before - 1
    press(Key.Key_Right, times=2)
    assert field.caret() == before + 1
    place(field, soft_start(field))
    press(Key.Key_Left, SHIFT)
    press(Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == field.exact()[before - 1]


def test_newline_typed_at_a_soft_break_is_a_real_newline(field: ExactField) -> None:
    field.set_exact(SOLID)
    place(field, soft_start(field))
    press(Key.Key_Return)
    assert field.exact() == SOLID[:PIECE] + "\n" + SOLID[PIECE:]
    press(Key.Key_Backspace)
    assert field.exact() == SOLID
    type_text("\nx\n")
    assert field.exact() == SOLID[:PIECE] + "\nx\n" + SOLID[PIECE:]


def test_text_typed_over_a_soft_break_contains_no_break(field: ExactField) -> None:
    field.set_exact(SOLID)
    start = soft_start(field)
    place(field, start)
    cursor = field.textCursor()
    cursor.setPosition(start + PIECE, QTextCursor.MoveMode.KeepAnchor)
    field.setTextCursor(cursor)
    type_text("k")
    composed = QInputMethodEvent("", [])
    composed.setCommitString("m\nn")
    QApplication.sendEvent(field, composed)
    assert field.exact() == SOLID[:PIECE] + "km\nn" + SOLID[2 * PIECE :]
    assert read(field) == field.exact()


def test_deleting_a_complete_piece_leaves_no_empty_line(field: ExactField) -> None:
    field.set_exact(SOLID)
    start = soft_start(field)
    count = len(paragraphs(field))
    place(field, start)
    press(Key.Key_End, SHIFT)
    cursor = field.textCursor()
    cursor.setPosition(start + PIECE, QTextCursor.MoveMode.KeepAnchor)
    field.setTextCursor(cursor)
    press(Key.Key_Delete)
    assert field.exact() == SOLID[:PIECE] + SOLID[2 * PIECE :]
    assert len(paragraphs(field)) == count - 1


def test_paragraph_that_grows_too_long_by_typing_is_split(field: ExactField) -> None:
    field.set_exact("x" * LONGEST)
    assert not field.is_broken
    press(Key.Key_End, CTRL)
    type_text("yz")
    assert field.exact() == "x" * LONGEST + "yz"
    assert field.is_broken
    press(Key.Key_Z, CTRL)
    assert field.exact() == "x" * LONGEST


def test_paragraphs_joined_beyond_the_limit_are_split(field: ExactField) -> None:
    field.set_exact("x" * 8000 + "\n" + "y" * 8000)
    place(field, 8001)
    press(Key.Key_Backspace)
    assert field.exact() == "x" * 8000 + "y" * 8000
    assert all(block.length() - 1 <= LONGEST for block in paragraphs(field))
    press(Key.Key_Z, CTRL)
    assert field.exact() == "x" * 8000 + "\n" + "y" * 8000


def whole(field: ExactField, position: int) -> int:
    """Return a position, moved out of the middle of a surrogate pair, where no key leads."""
    return position - ("\udc00" <= field.document().characterAt(position) <= "\udfff")


@pytest.mark.parametrize("seed", depth.seeds(3, 200))
def test_any_sequence_of_edits_is_exact_and_undoable(editor: ContentEditor, seed: int) -> None:
    chance = random.Random(seed)
    parts = [SOLID[:9000], WORDS[:12_000], "\n", "a\rb😀", "\n\n", "x" * 11_000]
    start = "".join(chance.choice(parts) for _ in range(6))
    editor.set_content(content(("user", start)))
    editor.focus_first()
    field = fields(editor)[0]
    wanted = to_document(start)
    for _ in range(60):
        where = [p.position() for p in paragraphs(field)]
        at = whole(field, chance.choice([*where, *(max(0, p - 1) for p in where), chance.randrange(where[-1] + 1)]))
        cursor = field.textCursor()
        cursor.setPosition(at)
        if chance.random() < 0.5:
            end = min(field.document().characterCount() - 1, at + chance.choice([1, 2, 50, 5000, 15_000]))
            cursor.setPosition(whole(field, end), QTextCursor.MoveMode.KeepAnchor)
        field.setTextCursor(cursor)
        before, selected = field.exact(), cursor.hasSelection()
        act = chance.choice(["type", "paste", "cut", "enter", "back", "delete"])
        if act == "type":
            type_text("q")
        elif act == "paste":
            paste(chance.choice(["", "p", "\n", "z" * 3000, WORDS[:15_000], "\r\u2029", "one\ntwo\n"]))
        elif act == "enter":
            press(Key.Key_Return)
        elif act == "cut":
            press(Key.Key_X, CTRL)
        else:
            press(Key.Key_Backspace if act == "back" else Key.Key_Delete)
        assert to_document(field.exact()) == read(field)
        assert all(block.length() - 1 <= LONGEST for block in paragraphs(field))
        if act == "back" and not selected and at > 0:
            assert before != field.exact()
        wanted = field.exact()
    while editor.can_undo:
        editor.undo()
        assert to_document(fields(editor)[0].exact()) == read(fields(editor)[0])
    assert editor.content() == content(("user", start))
    while editor.can_redo:
        editor.redo()
    assert fields(editor)[0].exact() == wanted


@given(texts)
def test_any_text_after_a_long_paragraph_round_trips_exactly(text: str) -> None:
    assert without_breaks(broken(to_document(SOLID + text))) == to_document(SOLID + text)


def test_variables_in_a_long_paragraph_are_highlighted(field: ExactField) -> None:
    field.set_exact(WORDS)
    field.grab()
    assert field.extraSelections()


def test_message_shows_a_note_while_its_text_has_soft_breaks(qtbot: Any, editor: ContentEditor) -> None:
    editor.set_content(content(("system", WORDS), ("user", "{{b}}")))
    block = blocks(editor)[0]
    assert block.findChild(QLabel) is None
    qtbot.waitUntil(lambda: block._note.is_shown)
    label = block.findChild(QLabel)
    assert label.isVisible()
    assert "10,000" in label.text()
    assert block.rect().contains(label.geometry())
    assert editor.variables() == ("name", "b")
    fields(editor)[0].setFocus()
    press(Key.Key_A, CTRL)
    type_text("short")
    qtbot.waitUntil(lambda: not label.isVisible())


def test_typing_a_letter_lays_out_only_a_few_pieces(editor: ContentEditor, qtbot: Any) -> None:
    """What makes typing quick in any text: neither Qt nor the editor ever lays out more than one piece for a letter."""
    editor.set_content(content(("user", SOLID * 20)))
    editor.focus_first()
    field = fields(editor)[0]
    qtbot.waitUntil(lambda: not field.record.is_incomplete)
    changes: list[int] = []
    field.document().contentsChange.connect(lambda _at, _removed, added: changes.append(added))
    press(Key.Key_End, CTRL)
    type_text("x")
    assert changes == [1]
    laid_out = [block for block in paragraphs(field) if block.layout().lineCount()]
    assert sum(block.length() for block in laid_out) < 20 * PIECE
