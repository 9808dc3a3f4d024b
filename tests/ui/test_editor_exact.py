"""Text that a document cannot hold, and how it is marked there: pure functions."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ui.editor_support import CORPUS, texts
from workbench.ui.editor.exact_text import PARAGRAPH, STAND_INS, encodable, from_document, pasted, to_document, units
from workbench.ui.editor.marks import name_of
from workbench.ui.editor.spans import spans
from workbench.ui.editor.text_mirror import TextMirror


@given(texts)
@example("\ufdd2")
@example("\ufdd2\r")
@example("\ufdd3\ufdd2\ufdd2")
@example("\r\r\n\n")
def test_any_text_round_trips_through_the_document(text: str) -> None:
    assert from_document(to_document(text)) == text


@pytest.mark.parametrize("name", CORPUS)
def test_corpus_round_trips_through_the_document(name: str) -> None:
    assert from_document(to_document(CORPUS[name])) == CORPUS[name]


@given(texts)
def test_document_text_has_no_character_that_qt_would_change(text: str) -> None:
    assert not set(to_document(text)) & set(STAND_INS)


@given(texts)
def test_qt_paragraph_separators_are_read_as_newlines(text: str) -> None:
    assert from_document(to_document(text).replace("\n", PARAGRAPH)) == text


@given(texts, texts)
def test_converted_parts_concatenate_to_the_converted_text(one: str, two: str) -> None:
    assert to_document(one) + to_document(two) == to_document(one + two)
    assert from_document(to_document(one) + to_document(two)) == one + two


@given(st.text(st.sampled_from("\ud83d\ude00\ud800\udfffa\r😀")))
def test_lone_surrogate_becomes_the_replacement_character(text: str) -> None:
    assert encodable(text).encode().decode() == encodable(text)
    assert from_document(to_document(text)) == encodable(text)


def test_lone_surrogates_are_replaced_and_pasted_crlf_becomes_lf() -> None:
    assert encodable("a\ud800b\udc00") == "a\ufffdb\ufffd"
    assert encodable("\ud83d\ude00") == "😀"
    assert encodable("a\r\nb") == "a\r\nb"
    assert pasted("a\r\nb\rc\ud800") == "a\nb\rc\ufffd"


@given(texts)
def test_units_count_utf_16_code_units(text: str) -> None:
    assert units(text) == sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)


@given(texts, st.data())
def test_text_mirror_follows_any_edit(text: str, data: st.DataObject) -> None:
    mirror = TextMirror()
    mirror.reset(text)
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    inserted = data.draw(texts)
    edit = mirror.splice(units(text[:start]), units(text[start:stop]), inserted)
    wanted = text[:start] + inserted + text[stop:]
    assert mirror.text() == wanted
    assert len(mirror) == units(wanted)
    if edit is None:
        assert wanted == text
    else:
        other = TextMirror()
        other.reset(text)
        again = other.splice(edit.position, units(edit.removed), edit.inserted)
        assert other.text() == wanted
        assert again == edit


def test_reported_edit_is_minimal() -> None:
    mirror = TextMirror()
    mirror.reset("hello 😀 world")
    edit = mirror.splice(0, len(mirror), "hello 😁 world")
    assert edit is not None
    assert (edit.position, edit.removed, edit.inserted) == (6, "😀", "😁")
    assert mirror.splice(0, len(mirror), "hello 😁 world") is None


def test_variables_and_odd_characters_are_found_in_utf_16_positions() -> None:
    found = spans("😀{{ name }} a\u00a0b\u200b")
    assert [(s.start, s.length, s.kind) for s in found] == [
        (2, 10, "variable"),
        (14, 1, "space"),
        (16, 1, "hidden"),
    ]


@given(texts)
def test_spans_lie_inside_the_paragraph_and_carry_their_text(text: str) -> None:
    paragraph = to_document(text).replace("\n", "")
    encoded = paragraph.encode("utf-16-le")
    for span in spans(paragraph):
        assert encoded[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le") == span.text


@pytest.mark.parametrize("text", ["plain", "\ttab", "👩‍👩‍👧‍👦 🏳️‍🌈", "نیم‌فاصله", "{{", "{{ 1x }}", "é ü ß"])
def test_ordinary_text_has_no_marks(text: str) -> None:
    assert spans(text) == ()


def test_odd_characters_have_names() -> None:
    assert name_of("\u00a0") == "U+00A0 no-break space"
    assert name_of("\r") == "U+000D carriage return"
    assert name_of("\x01") == "U+0001 control character"
