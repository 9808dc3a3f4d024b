"""Matching brackets and tags."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import Key, content, editor, fields, press, shown, theme, ticks
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.code_help import CodeHelp
from workbench.ui.editor.indent import parted
from workbench.ui.editor.pairs import BracketPairs, pair_at
from workbench.ui.widgets.theme import Theme

__all__ = ["editor", "shown", "theme", "ticks"]


@pytest.mark.parametrize(
    ("text", "caret", "wanted"),
    [
        ("a(b[c]d)", 1, ("(", ")")),
        ("a(b[c]d)", 8, (")", "(")),
        ("a(b", 2, None),
        ("<a><a>x</a></a>", 1, ("<a>", "</a>")),
        ("<doc id='1'>x</doc>", 15, ("</doc>", "<doc id='1'>")),
        ("<br/> x", 2, None),
        ("plain", 2, None),
    ],
)
def test_a_pair_is_found_from_either_end(text: str, caret: int, wanted: tuple[str, str] | None) -> None:
    pair = pair_at(text, caret)
    assert (pair and tuple(text[a:b] for a, b in pair)) == wanted


def test_nested_tags_of_the_same_name_are_matched_correctly() -> None:
    assert pair_at("<a><a>x</a></a>", 1) == ((0, 3), (11, 15))


@given(st.text(alphabet="()[]{}<a/> ", max_size=40), st.integers(0, 40))
def test_matching_brackets_find_each_other(text: str, caret: int) -> None:
    if (pair := pair_at(text, min(caret, len(text)))) and text[pair[0][0]] in "()[]{}":
        assert pair_at(text, pair[1][0] + 1) == (pair[1], pair[0])


def test_the_pair_at_the_caret_is_framed(editor: ContentEditor, theme: Theme, qtbot: QtBot) -> None:
    CodeHelp(editor, theme, lambda work, then: then(work()))
    editor.set_content(content(("user", "😀\n(b)")))
    editor.focus_first()
    press(Key.Key_Down)
    pairs = fields(editor)[0].findChild(BracketPairs)
    qtbot.waitUntil(lambda: pairs.spans == ((3, 4), (5, 6)))
    press(Key.Key_Up)
    qtbot.waitUntil(lambda: pairs.spans == ())


@given(st.text(alphabet="<a/> =", max_size=30), st.integers(0, 30))
def test_tag_pair_requires_a_tag_that_touches_the_caret(text: str, caret: int) -> None:
    caret = min(caret, len(text))
    tags = [m for m in re.finditer(r"<(/?)(a[\w:.-]*)(?:\s[^<>]*?)?(/?)>", text) if not m[3]]
    at_caret = any(tag.start() <= caret <= tag.end() for tag in tags)
    assert at_caret or pair_at(text, caret) is None


def test_text_around_a_position_ignores_soft_breaks(editor: ContentEditor) -> None:
    text = "é" + "word 😀 " * 4_000
    editor.set_content(content(("user", text)))
    record = fields(editor)[0].record
    assert record.is_broken
    for position in (0, 1, 9_000, len(record) - 3, len(record)):
        before, behind = record.around(position, 5_000)
        assert before == parted(text, max(0, position - 5_000), position)[1]
        assert behind == parted(text, position, position + 5_000)[1]
