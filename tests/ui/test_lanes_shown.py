"""Answers in documents: whatever a model writes, a copy is exact."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument

from workbench.ui.editor.exact_text import encodable, units
from workbench.ui.widgets.reader import shown_text as module
from workbench.ui.widgets.reader.shown_text import ShownText, picture

ANY = st.text(st.characters(exclude_categories=()), max_size=200)
NASTY = st.text(
    st.sampled_from("a \n\r\t\u00a0\u2028\u2029\ufdd0\ufdd1\ufffc\0\x1b\x7f😀e\u0301\u200d\ud83d\ude00\u202e"),
    max_size=60,
)


def _type_in(pieces: list[str]) -> tuple[ShownText, QTextDocument]:
    shown, document = ShownText(), QTextDocument()
    cursor = QTextCursor(document)
    for piece in pieces:
        cursor.insertText(shown.append(piece))
    return shown, document


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@given(st.lists(ANY | NASTY, max_size=8))
def test_document_range_returns_the_exact_text(pieces: list[str]) -> None:
    shown, document = _type_in(pieces)
    text = "".join(pieces)
    assert shown.text == text
    assert document.characterCount() - 1 == units(text)
    end = document.characterCount() - 1
    assert _utf16(shown.exact(0, end)) == _utf16(text)
    middle = end // 2
    assert _utf16(shown.exact(0, middle)) + _utf16(shown.exact(middle, end)) == _utf16(text)


@given(st.integers(0, 2**32), st.sampled_from(["words ", "x", "漢", "e\u0301", "👩\u200d💻", "word\tword\n"]))
def test_long_paragraphs_are_split_and_copied_unchanged(seed: int, unit: str) -> None:
    choose = random.Random(seed)
    text = unit * (6000 // len(unit))
    pieces, at = [], 0
    while at < len(text):
        size = choose.choice((1, 3, 17, 400, 5000))
        pieces.append(text[at : at + size])
        at += size
    shown, document = _type_in(pieces)
    end = document.characterCount() - 1
    assert shown.exact(0, end) == text
    lines = document.toPlainText().split("\n")
    assert max(map(len, lines)) <= 2 * module.HARD_LIMIT + 4  # a character outside the BMP counts as two
    for position in range(0, end, 997):
        assert text.startswith(encodable(shown.exact(0, position)).rstrip("\ufffd"))


def test_long_paragraphs_split_after_a_space() -> None:
    _, document = _type_in(["word " * 1000])
    first = document.toPlainText().split("\n")[0]
    assert first.endswith(" ")
    assert module.SOFT_LIMIT <= len(first) < module.SOFT_LIMIT + 6
    _, document = _type_in(["word "] * 1000)
    assert document.toPlainText().split("\n")[0].endswith(" ")


def test_split_adds_no_empty_line() -> None:
    for text in ("x" * module.SOFT_LIMIT + " \nnext", "x" * module.HARD_LIMIT + "\nnext", "y " * 500 + "\n\nnext"):
        _, document = _type_in([text])
        assert document.toPlainText().count("\n") == text.count("\n")


def test_short_paragraphs_are_never_split() -> None:
    text = ("word " * 150 + "\n") * 50
    _, document = _type_in([text])
    assert document.toPlainText() == text


def test_control_characters_are_shown_as_symbols() -> None:
    assert picture("a\r\nb\rc\0\x1b") == "a\u200b\nb␍c␀␛"
    assert picture("plain\ttext\n") == "plain\ttext\n"


def test_surrogate_pairs_are_joined_and_lone_surrogates_replaced() -> None:
    assert encodable("\ud83d" + "\ude00") == "😀"
    assert encodable("a\ud83d") == "a\ufffd"
