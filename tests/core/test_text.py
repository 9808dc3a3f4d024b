"""Normalisation of typed text, and splitting into words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core import text as texts
from workbench.core.text import (
    counted,
    first_line,
    opening_words,
    plural,
    stretches,
    unbroken,
    unify_newlines,
    word_pattern,
    words,
)


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
        ("Hello, world!", ["Hello", "world"]),
        ("Be brief.", ["Be", "brief"]),
        ("snake_case x2 3.5 __init__ ___", ["snake_case", "x2", "3", "5", "init"]),
        ("don't 'quote' l’été", ["don't", "quote", "l’été"]),
        ("{{name}} <b> # - * …", ["name", "b"]),
        ("漢字かなカナ한국", ["漢", "字", "か", "な", "カ", "ナ", "한", "국"]),
        ("GPT漢字v2、「はい」。", ["GPT", "漢", "字", "v2", "は", "い"]),
        ("ｶﾅ𠀀豈", ["ｶ", "ﾅ", "𠀀", "豈"]),
        ("naïve Straße дом", ["naïve", "Straße", "дом"]),
        ("nai\u0308ve e\u0301", ["nai\u0308ve", "e\u0301"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("ไม่ได้น้ำมา ๒๕ บาท", ["ไม่", "ได้", "น้ำ", "มา", "๒๕", "บา", "ท"]),
        ("ຊື້ນ້ຳ", ["ຊື້", "ນ້ຳ"]),
        ("သင်အင်္ဂလိပ်စာ။", ["သင်", "အင်္ဂ", "လိပ်", "စာ"]),
        ("បញ្ជាទិញ៖ GPT៤", ["ប", "ញ្ជា", "ទិ", "ញ", "GPT៤"]),
        ("😀 a\0b ✓", ["a", "b"]),
    ],
)
def test_text_is_split_into_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(make.texts)
def test_words_contain_every_letter_and_digit_and_no_white_space(text: str) -> None:
    found = "".join(words(text))
    assert not any(character.isspace() for character in found)
    assert [c for c in found if c.isalnum()] == [c for c in text if c.isalnum()]


def test_letters_of_scripts_without_spaces_are_separate_words() -> None:
    for first, last in ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)):
        letters = [chr(code) for code in range(first, last + 1) if chr(code).isalpha()]
        assert letters
        assert [words(f"a{letter} ") for letter in letters] == [["a", letter] for letter in letters]


@given(st.text(st.characters(max_codepoint=127)))
def test_both_word_patterns_agree_on_ascii(text: str) -> None:
    assert words(text) == word_pattern("é").findall(text)


@given(make.texts, st.integers(4, 50))
def test_opening_words_are_the_start_of_the_text(text: str, limit: int) -> None:
    opening = opening_words(text, limit)
    assert len(opening) <= limit
    assert opening == " ".join(opening.split())
    assert " ".join(text.split()).startswith(opening.removesuffix("…"))
    assert bool(opening) or not text[: 4 * limit].split()


def test_opening_words_end_at_a_word_boundary() -> None:
    assert opening_words("one two three", 11) == "one two…"
    assert opening_words("one\n\ntwo", 11) == "one two"
    assert opening_words("x" * 30, 11) == "x" * 10 + "…"
    assert opening_words("漢字" * 10, 5) == "漢字漢字…"


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
def test_first_line_is_trimmed_and_cut_to_the_limit(text: str, limit: int, line: str) -> None:
    assert first_line(text, limit) == line
    if limit == 80:
        assert first_line(text) == line


@given(st.text(alphabet="ab_’'é. \n\u3042\u0e01\u0e40\u0301", max_size=200), st.integers(1, 12))
def test_words_do_not_depend_on_the_chunk_size(typed: str, size: int) -> None:
    whole = word_pattern(typed).findall(typed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(texts, "_STRETCH", size)
        assert words(typed) == whole
        cuts = list(stretches(typed, 0, len(typed)))
    assert "".join(typed[start:end] for start, end in cuts) == typed


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, ("call",), "0 calls"),
        (1, ("call",), "1 call"),
        (1200, ("call",), "1,200 calls"),
        (1, ("lane uses", "lanes use"), "1 lane uses"),
        (2, ("lane uses", "lanes use"), "2 lanes use"),
    ],
)
def test_a_noun_follows_its_number(number: int, noun: tuple[str, ...], text: str) -> None:
    assert counted(number, *noun) == text
    assert plural(number, *noun) == text.partition(" ")[2]


def test_no_module_makes_a_plural_by_hand() -> None:
    by_hand = re.compile(r"""[!=]= 1 else ["']s?["']\}|"1 ([a-z ]+)" if .* == 1 else f"\{[^{}]*\} \1s""")
    root = Path(texts.__file__).parents[1]
    found = [
        f"{file.relative_to(root)}:{number}: use plural or counted of core.text"
        for file in sorted(root.rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if by_hand.search(line)
    ]
    assert found == []


def test_figures_and_units_are_not_parted() -> None:
    shown = unbroken("95 % of 12 cases, 3 points, p = 0.02, p \\< 0.001, 1.4 s, 20 ms, 2 million, 1 point")
    assert shown.replace("\u00a0", "~") == (
        "95~% of 12 cases, 3~points, p~=~0.02, p~\\<~0.001, 1.4~s, 20~ms, 2~million, 1~point"
    )
    assert unbroken("step = 4 small pointers") == "step = 4 small pointers"
