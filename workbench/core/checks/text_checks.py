"""Checks of the words of an answer: equals, contains and its relatives, starts-with, regex, word-count, is-refusal."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

from workbench.core.checks import js_text
from workbench.core.checks.check_result import Finding, Span, UnscoredError, listed, quoted
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import MISSING, is_number, to_number, to_string
from workbench.core.checks.json_text import json_words, parse_json
from workbench.core.checks.refusals import refusal_in
from workbench.core.checks.script_engine import PatternError, ScriptStoppedError


def equals(inputs: CheckInputs) -> Finding:
    """Compare the whole answer, as JSON when the value is a map, a list or null."""
    wanted, text = inputs.value, inputs.text
    if wanted is None or isinstance(wanted, list | dict):
        expected = json_words(wanted)
        try:
            holds = js_text.same_json(wanted, parse_json(text))
        except ValueError:
            return Finding(
                False, "The answer is not JSON, so it cannot equal a JSON value.", None, None, expected, text
            )
        reason = "The answer equals the expected JSON." if holds else "The answer is JSON, but not the expected JSON."
        return Finding(holds, reason, None, None, expected, text)
    expected = to_string(wanted)
    if holds := expected == text:
        return Finding(True, f"The answer is exactly {quoted(expected)}.", None, (0, len(text)), expected, text)
    return Finding(False, f"The answer is not exactly {quoted(expected)}.", None, None, expected, text)


def contains(inputs: CheckInputs, *, ignore_case: bool = False) -> Finding:
    """Look for one text."""
    wanted = inputs.value
    if not (isinstance(wanted, str) and wanted) and not is_number(wanted):
        raise UnscoredError("Enter a text to look for. An empty one is in every answer.")
    text = to_string(wanted)
    place = _finder(inputs.text, ignore_case)(text)
    verb = "contains" if place else "does not contain"
    return Finding(place is not None, f"The answer {verb} {quoted(text)}.", place=place)


def contains_any(inputs: CheckInputs, *, ignore_case: bool = False) -> Finding:
    """Look for at least one of several texts."""
    texts, find = wanted_texts(inputs.value), _finder(inputs.text, ignore_case)
    for text in texts:
        if place := find(text):
            return Finding(True, f"The answer contains {quoted(text)}.", place=place)
    return Finding(False, f"The answer contains none of {listed(texts)}." if texts else "There is no text to look for.")


def contains_all(inputs: CheckInputs, *, ignore_case: bool = False) -> Finding:
    """Look for every one of several texts."""
    texts, find = wanted_texts(inputs.value), _finder(inputs.text, ignore_case)
    places = [find(text) for text in texts]
    missing = [text for text, place in zip(texts, places, strict=True) if place is None]
    if missing:
        return Finding(False, f"The answer does not contain {listed(missing)}.")
    if not texts:
        return Finding(True, "There is no text to look for.")
    return Finding(True, f"The answer contains {listed(texts)}.", place=places[0])


def starts_with(inputs: CheckInputs) -> Finding:
    """Compare the beginning of the answer, case-sensitively."""
    wanted = inputs.value
    if not isinstance(wanted, str) or not wanted:
        raise UnscoredError("Enter the text that the answer must begin with. A number needs quotes.")
    if inputs.text.startswith(wanted):
        return Finding(True, f"The answer begins with {quoted(wanted)}.", place=(0, len(wanted)))
    start = inputs.text[: len(wanted)]
    return Finding(False, f"The answer does not begin with {quoted(wanted)}.", None, None, wanted, start)


def regex(inputs: CheckInputs) -> Finding:
    """Search with a JavaScript regular expression without flags."""
    pattern = inputs.value
    if not isinstance(pattern, str) or not pattern:
        raise UnscoredError("Enter a regular expression. A number needs quotes.")
    engine = inputs.needed_engine("Regular expressions")
    try:
        place = engine.search(pattern, inputs.text)
    except PatternError as error:
        return Finding(False, f"The regular expression is invalid: {error}. Correct it.", is_final=True)
    except ScriptStoppedError as error:
        raise UnscoredError(str(error)) from error
    verb = "matches" if place else "does not match"
    return Finding(place is not None, f"The answer {verb} the pattern {quoted(pattern)}.", place=place)


def word_count(inputs: CheckInputs) -> Finding:
    """Compare the number of words with a number, or with a map of `min` and `max`."""
    wanted, count = inputs.value, len(js_text.words(inputs.text))
    found = f"The answer has {count:,} {'word' if count == 1 else 'words'}"
    if isinstance(wanted, dict):
        low, high = wanted.get("min", MISSING), wanted.get("max", MISSING)
        if low is MISSING and high is MISSING:
            raise UnscoredError("Enter a number of words, or a map with min, max or both.")
        least, most = to_number(low), to_number(high)
        if low is not MISSING and high is not MISSING and not least <= most:
            raise UnscoredError("The minimum number of words is above the maximum. Correct one of them.")
        holds = (low is MISSING or count >= least) and (high is MISSING or count <= most)
        return Finding(holds, f"{found}; {_range(low, high)} expected.")
    number = to_number(wanted) if isinstance(wanted, str) or is_number(wanted) else math.nan
    if math.isnan(number):
        raise UnscoredError("Enter a number of words, or a map with min, max or both.")
    return Finding(count == number, f"{found}; {to_string(number)} expected.")


def is_refusal(inputs: CheckInputs) -> Finding:
    """Look for the phrases with which models decline; an empty answer is a refusal with score 0."""
    if not js_text.trim(inputs.text):
        return Finding(True, "The answer is empty, which counts as a refusal.", score=0.0, keeps_score=True)
    if place := refusal_in(inputs.text):
        phrase = quoted(inputs.text[place[0] : place[1]])
        return Finding(True, f"The answer sounds like a refusal: {phrase}.", place=place)
    return Finding(False, "The answer contains no phrase of a refusal.")


def wanted_texts(value: Any) -> list[str]:
    """Return the texts of a list, or of a text of comma-separated values. Raises UnscoredError."""
    if isinstance(value, list):
        return [to_string(item) for item in value]
    if not isinstance(value, str) or not value:
        raise UnscoredError("Enter the texts to look for, separated by commas, or a list.")
    return list(_comma_separated(value))


def _comma_separated(value: str) -> Iterator[str]:
    """Yield the non-empty fields. A field in double quotes keeps commas and white space."""
    at, end = 0, len(value)
    while True:
        while at < end and (value[at] in js_text.WHITE or value[at] == ","):
            at += 1
        if at >= end:
            return
        if value[at] != '"':
            stop = value.find(",", at)
            stop = end if stop < 0 else stop
            yield js_text.trim(value[at:stop])
            at = stop
            continue
        field, at = _quoted_field(value, at + 1)
        yield field
        while at < end and value[at] in js_text.WHITE:
            at += 1
        if at < end and value[at] != ",":
            raise UnscoredError("Separate the texts with commas: there is something behind a closing quote.")


def _quoted_field(value: str, at: int) -> tuple[str, int]:
    """Return the field whose opening quote is before `at`, and the position behind its closing quote."""
    parts: list[str] = []
    while at < len(value):
        two = value[at : at + 2]
        if two in ('\\"', "\\\\", '""'):
            parts.append(two[1])
            at += 2
        elif value[at] == '"':
            return "".join(parts), at + 1
        else:
            parts.append(value[at])
            at += 1
    raise UnscoredError("A text begins with a double quote that is not closed. Close it.")


def _finder(text: str, ignore_case: bool) -> Callable[[str], Span | None]:
    if not ignore_case:
        return functools.partial(_find, text)
    lowered = text.lower()

    def find(wanted: str) -> Span | None:
        place = _find(lowered, wanted.lower())
        return place if place is None or len(lowered) == len(text) else js_text.unlowered(text, place)

    return find


def _find(text: str, wanted: str) -> Span | None:
    at = text.find(wanted)
    return None if at < 0 else (at, at + len(wanted))


def _range(low: Any, high: Any) -> str:
    if low is MISSING:
        return f"at most {to_string(high)}"
    return f"at least {to_string(low)}" if high is MISSING else f"{to_string(low)} to {to_string(high)}"
