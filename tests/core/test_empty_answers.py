"""Empty answers, their explanations, and the other choices of an answer."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest

from workbench.core.empty_answers import BLANKS, MOST_BLANKS, empty_answer, empty_sentence, state_words
from workbench.core.further_choices import FurtherChoice, further_choices, further_words
from workbench.core.money import Usage
from workbench.core.runs import AnswerStep, Failure, Result

CALL, ANSWER = AnswerStep("tool_call", "{}", "find", "c1"), AnswerStep("tool_result", "x", "find", "c1")
OTHER = {"further_choices": [{"index": 1, "text": "b"}]}


@pytest.mark.parametrize(
    ("result", "hint"),
    [
        (Result("finished"), "The model sent no text. Retry"),
        (Result("finished", BLANKS), "The model sent only blank space."),
        (Result("finished", reasoning="hm", finish_reason="stop"), "The model sent only reasoning."),
        (Result("finished", finish_reason="length"), "The token limit was reached before any text. Raise"),
        (Result("finished", reasoning="hm", finish_reason="length"), "Reasoning used up all tokens. Raise Max tokens"),
        (
            Result("finished", finish_reason="MAX_TOKENS", usage=Usage(1, 64, None, 64)),
            "Reasoning used up all tokens. Raise Max tokens",
        ),
        (Result("finished", finish_reason="content_filter"), "The provider's filter withheld the text."),
        (Result("finished", finish_reason="tool_calls"), "The provider reports a tool call but sent none."),
        (Result("finished", response=OTHER), "The first choice is empty; another one has text."),
        (Result("finished", steps=(CALL, ANSWER)), "The model sent no text."),
    ],
)
def test_empty_answer_has_a_hint(result: Result, hint: str) -> None:
    found = empty_answer(result)
    assert found is not None
    assert found.hint.startswith(hint)
    assert state_words(result) == "empty answer"
    assert empty_sentence(result).startswith("Empty answer (")
    assert (result.finish_reason or "no finish reason") in empty_sentence(result)
    assert empty_sentence(result, blind=True) == "Empty answer."


def test_hint_mentions_reasoning_only_if_the_answer_had_some() -> None:
    plain, thought = (empty_answer(Result("finished", reasoning=text, finish_reason="length")) for text in ("", "hm"))
    assert plain is not None
    assert thought is not None
    assert plain.hint.endswith("Raise Max tokens in the lane's parameters.")
    assert thought.hint.endswith("Raise Max tokens in the lane's parameters, or lower Reasoning effort.")


def test_white_space_and_invisible_characters_are_blank() -> None:
    """Drawn format characters are signs before Arabic numbers, and those of ruby text and hieroglyphs."""
    drawn = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    drawn |= {*range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440)}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if character.isspace() or (unicodedata.category(character) == "Cf" and code not in drawn):
            assert character in BLANKS, hex(code)
        if character in BLANKS and not character.isspace():
            assert unicodedata.category(character) in ("Cf", "Mn") or code in (
                0x115F,
                0x1160,
                0x2065,
                0x2800,
                0x3164,
                0xFFA0,
            )
    for code in (0x2060, 0x2064, 0x3000, 0x2000, 0x200A, 0x202F, 0x85, 0x3164):
        assert chr(code) in BLANKS


def test_blank_text_above_the_limit_is_not_an_empty_answer() -> None:
    assert empty_answer(Result("finished", " " * MOST_BLANKS)) is not None
    assert empty_answer(Result("finished", " " * (MOST_BLANKS + 1))) is None


@pytest.mark.parametrize(
    "result",
    [
        Result("finished", "a"),
        Result("finished", " " * 1001),
        Result("finished", steps=(CALL,)),
        Result("finished", steps=(CALL, ANSWER, CALL)),
        Result("failed", failure=Failure("x", "No.")),
        Result("stopped"),
        Result("streaming"),
    ],
)
def test_other_results_are_not_empty_answers(result: Result) -> None:
    assert empty_answer(result) is None
    assert state_words(result) == result.state
    assert empty_sentence(result) == ""


@pytest.mark.parametrize(
    "response", [None, 1, "x", [], {}, {"further_choices": 3}, {"further_choices": [1, None]}, {"choices": [{}, {}]}]
)
def test_response_without_further_choices_gives_none(response: Any) -> None:
    assert further_choices(response) == ()


def test_further_choices_of_any_shape_are_read() -> None:
    stored = [
        {"index": "x", "text": 3, "tool_calls": [{}, {}], "cut": True},
        {"index": 4, "text": "b", "reasoning": "c"},
    ]
    assert further_choices({"further_choices": stored}) == (
        FurtherChoice(1, "", calls=2, is_cut=True),
        FurtherChoice(4, "b", "c"),
    )
    assert (further_words(0), further_words(2)) == ("", "1 of 3 choices shown")
