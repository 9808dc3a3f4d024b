"""Text as typed, and how it is cut into words."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.text import first_line, spaced_words, unify_newlines, words


@pytest.mark.parametrize(
    ("text", "unified"),
    [
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\rb"),
        ("\r\r\n", "\r\n"),
        ("\n\r", "\n\r"),
        ("\u2028\u00a0\x85", "\u2028\u00a0\x85"),
    ],
)
def test_only_crlf_becomes_lf(text: str, unified: str) -> None:
    assert unify_newlines(text) == unified


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\n\u00a0\u2028", []),
        ("Hello, world!", ["Hello", ",", "world", "!"]),
        ("snake_case x2 3.5", ["snake_case", "x2", "3", ".", "5"]),
        ("{{name}}", ["{", "{", "name", "}", "}"]),
        ("漢字かなカナ한국", ["漢", "字", "か", "な", "カ", "ナ", "한", "국"]),
        ("GPT漢字v2", ["GPT", "漢", "字", "v2"]),
        ("ｶﾅ𠀀豈", ["ｶ", "ﾅ", "𠀀", "豈"]),
        ("naïve Straße дом", ["naïve", "Straße", "дом"]),
        ("😀 a\0b", ["😀", "a", "\0", "b"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_spaced_words_know_the_white_space_before_them() -> None:
    assert list(spaced_words("a, b漢 字\n(c)")) == [
        ("a", False),
        (",", False),
        ("b", True),
        ("漢", False),
        ("字", True),
        ("(", True),
        ("c", False),
        (")", False),
    ]
    assert list(spaced_words(" a")) == [("a", True)]


@given(make.texts)
def test_words_are_the_text_without_white_space(text: str) -> None:
    assert "".join(words(text)) == "".join(text.split())
    assert [word for word, _ in spaced_words(text)] == words(text)


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("", 80, ""),
        (" \n\t\n", 80, ""),
        ("\n\n  Be brief.  \nMore", 80, "Be brief."),
        ("a\u2028b", 80, "a"),
        ("12345", 5, "12345"),
        ("123456", 5, "1234…"),
        ("123 56", 5, "123…"),
        ("x" * 81, 80, "x" * 79 + "…"),
    ],
)
def test_first_line(text: str, limit: int, line: str) -> None:
    assert first_line(text, limit) == line
    if limit == 80:
        assert first_line(text) == line
