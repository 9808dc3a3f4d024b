"""Control characters and bidirectional controls are made visible, and nothing else changes."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.steering import CONTROLS
from workbench.core.visible_text import visible, visible_name, visible_note

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def test_control_characters_are_shown_as_symbols_or_escapes() -> None:
    assert visible("a\x1b[2J\x07\r\u202eb\x7f\x9b") == "a␛[2J␇␍\\u202eb␡\\u009b"
    assert visible("one\n\ttwo") == "one\n\ttwo"
    assert visible_name("one\n\ttwo") == "one␊␉two"
    assert visible("one\r\ntwo\r") == visible_note("one\r\ntwo\r") == "one\ntwo␍"
    assert visible("\U000e0041\ud800") == "\\U000e0041\\ud800"


@pytest.mark.parametrize(
    "text", ["", "plain", "Ünïcödé 漢字 🙂", "👩\u200d💻", "שלום", "مرحبا", "a\u00a0b", "soft\u00adhyphen", ENGLAND]
)
def test_ordinary_texts_are_unchanged(text: str) -> None:
    assert visible(text) == text == visible_name(text)


def test_right_to_left_names_keep_their_marks() -> None:
    assert visible_name("שלום\u200f!") == "שלום\u200f!"


def test_every_control_and_directional_character_is_made_visible() -> None:
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        steers = unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in turning
        if steers and character not in "\t\n":
            assert visible(character) != character, hex(code)
            assert visible_name(character) != character, hex(code)


@given(st.text())
def test_visible_text_has_no_controls_and_is_stable(text: str) -> None:
    once = visible(text)
    assert CONTROLS.search(once.replace(ENGLAND, "")) is None
    assert visible(once) == once
    assert "\n" not in visible_name(text)
