"""Checks suggested from the shape of answers.

Invariant: a suggestion passes on as many answers as it says, and never fails on a winner. Each one is evaluated before
it is suggested, so that its rules here need not repeat those of its type.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from workbench.core.cases import Check, json_text
from workbench.core.checks import js_text
from workbench.core.checks.check_result import CheckResult, quoted
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer

MOST_SUGGESTIONS = 5
MOST_ANSWERS = 50
"""Maximum number of answers that are looked at."""
Evaluate = Callable[[Check, CheckedAnswer], CheckResult]
_NAME = re.compile(r"[^\W\d][\w$]*")
_TOKEN = re.compile(r"\w[\w.-]*\w")
_SHORTEST_VALUE, _LONGEST_VALUE = 3, 200
_SHORTEST_TOKEN = 4
_ALL, _NONE = ("All {count} answers", "Both answers"), ("None of the {count} answers", "Neither answer")
_SHORTEST_START, _LONGEST_START = 8, 80
_FEWER, _MORE = 0.8, 1.25
"""How far a suggested number of words may be from that of the answers."""


@dataclass(frozen=True, slots=True)
class CheckCandidate:
    """A check that may be suggested.

    `one`, `every` and `some` say that the only answer, all answers, or `{passes} of {count}` pass. Of each `group` one
    check is suggested at most. `is_for_case`: the check holds for the values of one case only.
    """

    check: Check
    group: str
    one: str
    every: str
    some: str
    is_for_case: bool = False


@dataclass(frozen=True, slots=True)
class CheckSuggestion:
    """A suggested check. `sentence` says why; it passes on `passes` of `answers` answers."""

    check: Check
    sentence: str
    passes: int
    answers: int


def suggest_checks(
    answers: Sequence[CheckedAnswer],
    winners: Collection[int] = (),
    present: Sequence[Check] = (),
    *,
    schema: str = "",
    is_for_case: bool = False,
    evaluate: Evaluate = evaluate,
) -> tuple[CheckSuggestion, ...]:
    """Return checks that fit the answers, best first, at most `MOST_SUGGESTIONS`.

    `winners` are positions of answers that no suggestion may fail. Nothing like a check of `present` is suggested.
    `schema` is the JSON Schema of the prompt's output format as JSON text, "" for none. `is_for_case` allows checks
    that hold for one case only.
    """
    answers = answers[:MOST_ANSWERS]
    found = candidates(answers, present, schema=schema, is_for_case=is_for_case)
    return ranked(found, [[evaluate(one.check, answer) for one in found] for answer in answers], winners)


def candidates(
    answers: Sequence[CheckedAnswer], present: Sequence[Check] = (), *, schema: str = "", is_for_case: bool = False
) -> tuple[CheckCandidate, ...]:
    """Return the checks that are to be evaluated on all answers, best first."""
    known = {_group(check) for check in present}
    return tuple(
        one
        for one in _candidates(answers, schema)
        if one.group not in known and one.check not in present and (is_for_case or not one.is_for_case)
    )


def ranked(
    found: Sequence[CheckCandidate], results: Sequence[Sequence[CheckResult]], winners: Collection[int] = ()
) -> tuple[CheckSuggestion, ...]:
    """Return the suggestions: `results` has one row per answer, in the order of `found`."""
    count = len(results)
    best: dict[str, tuple[int, CheckSuggestion]] = {}
    for at, one in enumerate(found):
        passing = {number for number, row in enumerate(results) if row[at].state == "pass"}
        if not passing or not passing.issuperset(number for number in winners if number < count):
            continue
        passes = len(passing)
        # A check that only some answers pass is worth a suggestion if those are the good ones, or most of them.
        if passes < count and passes * 3 < count * 2 and not (winners and passes * 2 >= count):
            continue
        sentence = _sentence(one, passes, count)
        if one.group not in best or passes > best[one.group][1].passes:
            place = best[one.group][0] if one.group in best else len(best)
            best[one.group] = place, CheckSuggestion(one.check, sentence, passes, count)
    ordered = sorted(best.values(), key=lambda pair: pair[0])
    return tuple(suggestion for _, suggestion in ordered[:MOST_SUGGESTIONS])


def _sentence(one: CheckCandidate, passes: int, count: int) -> str:
    if count == 1:
        text = one.one
    elif passes == count:
        text = one.every if count > 2 else one.every.replace(*_ALL).replace(*_NONE)
    else:
        text = one.some if passes > 1 else one.one.replace("The answer", "1 of {count} answers", 1)
    return text.format(count=count, passes=passes)


def _group(check: Check) -> str:
    """Return the group of a check: those of one group say the same of the answers."""
    if check.type in ("is-json", "contains-json"):
        return "json"
    if check.type in ("is-xml", "contains-xml", "is-html", "contains-html"):
        return "markup"
    if check.type in ("word-count", "finish-reason", "is-refusal", "starts-with"):
        return check.type
    return f"{'contains' if check.type == 'icontains' else check.type} {check.value}"


def _candidates(answers: Sequence[CheckedAnswer], schema: str) -> Iterator[CheckCandidate]:
    texts = [answer.text for answer in answers]
    if not texts:
        return
    yield from _formats(schema)
    yield from _values(answers)
    yield _made(
        Check("is-refusal", negated=True),
        "The answer is not a refusal.",
        "None of the {count} answers is a refusal.",
        "{passes} of {count} answers are not refusals.",
    )
    if all(js_text.trim(text) for text in texts):
        yield _says(Check("is-refusal"), "a refusal", "refusals")
    is_prose = sum(text.lstrip()[:1] in "{[<`" for text in texts) * 2 < len(texts)
    if is_prose and len(texts) > 1:
        yield from _start(answers)
        yield from _words(texts)
    if any(answer.finish_reason for answer in answers):
        yield _made(
            Check("finish-reason", value=json_text("stop")),
            "The answer is complete: the model stopped by itself.",
            "All {count} answers are complete: the model stopped by itself.",
            "{passes} of {count} answers are complete: the model stopped by itself.",
        )


def _formats(schema: str) -> Iterator[CheckCandidate]:
    if schema:
        yield _made(
            Check("is-json", value=schema),
            "The answer fits the JSON Schema of the output format.",
            "All {count} answers fit the JSON Schema of the output format.",
            "{passes} of {count} answers fit the JSON Schema of the output format.",
        )
    yield _says(Check("is-json"), "JSON")
    yield _has(Check("contains-json"), "JSON")
    yield _says(Check("is-html"), "HTML")
    yield _says(Check("is-xml"), "XML")
    yield _has(Check("contains-html"), "HTML")
    yield _has(Check("contains-xml"), "XML")


def _values(answers: Sequence[CheckedAnswer]) -> Iterator[CheckCandidate]:
    """Yield checks for values, and for numbers and codes in them, that the answers repeat."""
    whole: list[str] = []
    for name in dict.fromkeys(name for answer in answers for name in answer.values):
        values = [value for answer in answers if isinstance(value := answer.values.get(name), str)]
        if not values or not all(_SHORTEST_VALUE <= len(value.strip()) <= _LONGEST_VALUE for value in values):
            continue
        whole += values
        if _NAME.fullmatch(name):
            template = json_text(f"{{{{{name}}}}}")
            repeated = f"the value of {name}".replace("{", "{{").replace("}", "}}")
            for kind in ("contains", "icontains"):
                yield _repeats(Check(kind, value=template), repeated)
    for token in _tokens(whole):
        text = quoted(token).replace("{", "{{").replace("}", "}}")
        yield _repeats(Check("contains", value=json_text(token)), text, is_for_case=True)


def _tokens(values: Sequence[str]) -> list[str]:
    """Return the codes in values, such as order numbers, longest first."""
    found = {token for value in values for token in _TOKEN.findall(value)}.difference(values)
    codes = [one for one in found if len(one) >= _SHORTEST_TOKEN and any(letter.isdigit() for letter in one)]
    return sorted(codes, key=lambda code: (-len(code), code))[:MOST_SUGGESTIONS]


def _start(answers: Sequence[CheckedAnswer]) -> Iterator[CheckCandidate]:
    start = _common_start([answer.text for answer in answers])
    if any(len(answer.text) > len(start) for answer in answers):
        start = start[: max(start.rfind(" "), start.rfind("\n")) + 1].rstrip()
    if len(start) < _SHORTEST_START or "{{" in start or "{%" in start or "{#" in start or "#}" in start:
        return
    repeats_value = any(
        isinstance(value, str) and len(value) >= _SHORTEST_VALUE and value in start
        for answer in answers
        for value in answer.values.values()
    )
    text = quoted(start).replace("{", "{{").replace("}", "}}")
    yield _made(
        Check("starts-with", value=json_text(start)),
        f"The answer begins with {text}.",
        f"All {{count}} answers begin with {text}.",
        f"{{passes}} of {{count}} answers begin with {text}.",
        is_for_case=repeats_value,
    )


def _common_start(texts: Sequence[str]) -> str:
    """Return the longest common start of all texts, at most `_LONGEST_START` characters."""
    # What the first and the last text in order have in common, all have in common.
    first, last = min(texts)[:_LONGEST_START], max(texts)
    return next((first[:at] for at, letter in enumerate(first) if last[at : at + 1] != letter), first)


def _words(texts: Sequence[str]) -> Iterator[CheckCandidate]:
    counts = [len(js_text.words(text)) for text in texts]
    low, high = math.floor(min(counts) * _FEWER), math.ceil(max(counts) * _MORE)
    if not low:
        return
    yield _made(
        Check("word-count", value=json_text({"min": low, "max": high})),
        f"The answer has {low:,} to {high:,} words.",
        f"All {{count}} answers have {low:,} to {high:,} words.",
        f"{{passes}} of {{count}} answers have {low:,} to {high:,} words.",
    )


def _says(check: Check, what: str, several: str = "") -> CheckCandidate:
    several = several or what
    return _made(
        check,
        f"The answer is {what}.",
        f"All {{count}} answers are {several}.",
        f"{{passes}} of {{count}} answers are {several}.",
    )


def _has(check: Check, what: str) -> CheckCandidate:
    return _made(
        check,
        f"The answer contains {what}.",
        f"All {{count}} answers contain {what}.",
        f"{{passes}} of {{count}} answers contain {what}.",
    )


def _repeats(check: Check, what: str, *, is_for_case: bool = False) -> CheckCandidate:
    return _made(
        check,
        f"The answer repeats {what}.",
        f"All {{count}} answers repeat {what}.",
        f"{{passes}} of {{count}} answers repeat {what}.",
        is_for_case=is_for_case,
    )


def _made(check: Check, one: str, every: str, some: str, *, is_for_case: bool = False) -> CheckCandidate:
    return CheckCandidate(check, _group(check), one, every, some, is_for_case)
