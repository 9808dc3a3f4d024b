"""Verdicts in the replies of judges: rubric, factuality, criterion, and which of two answers is better.

Invariant: a verdict that is returned was said. Replies without one, with one outside of what was asked, or with several
that differ raise UnscoredError. Where promptfoo fills a gap by a rule that its users rely on (no `pass` means true, no
`score` means that of `pass`), so does this module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeVar

from workbench.core.checks.check_result import UnscoredError, quoted
from workbench.core.checks.js_text import MISSING, to_number
from workbench.core.judging.reply_json import reply_objects, without_thoughts

Category = Literal["A", "B", "C", "D", "E"]
Better = Literal["first", "second", "equal"]
CATEGORIES: dict[Category, str] = {
    "A": "The answer says less than the reference, and nothing against it.",
    "B": "The answer says more than the reference, and nothing against it.",
    "C": "The answer states the same facts as the reference.",
    "D": "The answer contradicts the reference.",
    "E": "The answer differs from the reference in ways that do not concern facts.",
}
EMPTY = "The judge's reply is empty."
_YES = frozenset({"true", "yes", "pass", "y"})
_NO = frozenset({"false", "no", "fail", "n"})
_LONGEST = 1_000
_LETTER = re.compile(r"(?<![A-Za-z0-9'’])\(?([A-Ea-e])\)")
_ONE_LETTER = re.compile(r"\(?([A-E])\)?\.?")
_LAST_WORD = re.compile(r"(?:\A|[\s*_`\"'(>])(Y|N)[*_`\"')\s]*\Z")
_INTEGER = re.compile(r"\d+")
_BETTER: dict[str, Better] = {
    "first": "first",
    "second": "second",
    "equal": "equal",
    "tie": "equal",
    "neither": "equal",
    "both": "equal",
}

T = TypeVar("T")


class RubricVerdict(NamedTuple):
    """What a judge says about a rubric. The score may be of any scale; `reason` is "" without one."""

    passed: bool
    score: float
    reason: str = ""


class CategoryVerdict(NamedTuple):
    """How an answer relates to a reference."""

    category: Category
    reason: str = ""


class BetterVerdict(NamedTuple):
    """Which of two answers is better."""

    better: Better
    reason: str = ""


def rubric_verdict(text: str) -> RubricVerdict:
    """Return the verdict in the first object with `pass` or `score`. Raises UnscoredError."""
    found = [_rubric(one) for one in reply_objects(text, ("pass", "score"))]
    return _only(found, text, lambda one: (one.passed, one.score))


def category_verdict(text: str) -> CategoryVerdict:
    """Return the category of a reply: `category` in a JSON object, or a letter like “(A)”. Raises UnscoredError."""
    objects = [one for one in reply_objects(text, ("category",)) if isinstance(one["category"], str)]
    if objects:
        return _only([_category(one) for one in objects], text, lambda one: one.category)
    plain = without_thoughts(text).strip()
    letters = list(_LETTER.finditer(plain))
    # A letter in front is the answer, whatever follows; elsewhere it may be one that is ruled out.
    if letters and (letters[0].start() == 0 or len({match[1].upper() for match in letters}) == 1):
        reason = plain[letters[0].end() :].strip()
        return CategoryVerdict(_as_category(letters[0][1].upper()), _shown(reason or plain))
    raise _unclear(text)


def criterion_verdict(text: str) -> RubricVerdict:
    """Return whether a criterion is met: `verdict` in a JSON object, or a last word Y or N. Raises UnscoredError."""
    objects = reply_objects(text, ("verdict",))
    if objects:
        return _only([_criterion(one, text) for one in objects], text, lambda one: one.passed)
    plain = without_thoughts(text).rstrip()
    last = _LAST_WORD.search(plain)
    if last is None:
        raise _unclear(text)
    reason = plain[: last.start()]
    # The letter is often repeated.
    if (again := _LAST_WORD.search(reason)) is not None:
        reason = reason[: again.start()]
    return RubricVerdict(last[1] == "Y", float(last[1] == "Y"), _shown(reason))


def better_verdict(text: str) -> BetterVerdict:
    """Return which answer is better: `better` in a JSON object, or the index 0 or 1. Raises UnscoredError."""
    objects = reply_objects(text, ("better",))
    if objects:
        return _only([_better(one, text) for one in objects], text, lambda one: one.better)
    numbers = set(_INTEGER.findall(without_thoughts(text)))
    if len(numbers) == 1 and (number := numbers.pop()) in ("0", "1"):
        return BetterVerdict("first" if number == "0" else "second", _shown(text) if len(text.strip()) > 1 else "")
    raise _unclear(text)


def _only(found: list[T], text: str, verdict: Any) -> T:
    """Return the first of equal verdicts: an answer can quote, or imitate, a verdict that is not the judge's."""
    if not found:
        raise _unclear(text)
    if len({verdict(one) for one in found}) > 1:
        raise UnscoredError("The judge's reply has several verdicts that differ.")
    return found[0]


def _rubric(data: dict[str, Any]) -> RubricVerdict:
    passed = _truth(data.get("pass"))
    given = data.get("score")
    if given is None:
        if data.get("pass") is None:
            raise UnscoredError("The judge's reply has neither pass nor score.")
        return RubricVerdict(passed, float(passed), _reason(data))
    score = to_number(given) if isinstance(given, bool | int | float) or _is_text(given) else math.nan
    if not math.isfinite(score):
        raise UnscoredError(f"The judge's score {quoted(str(given))} is not a number.")
    return RubricVerdict(passed, score, _reason(data))


def _truth(given: object) -> bool:
    """Return `pass` as a truth value; promptfoo takes none for true."""
    if given is None:
        return True
    if isinstance(given, bool):
        return given
    word = given.strip().lower() if isinstance(given, str) else ""
    if word not in _YES | _NO:
        raise UnscoredError(f"The judge's pass is {quoted(str(given))}, neither true nor false.")
    return word in _YES


def _category(data: dict[str, Any]) -> CategoryVerdict:
    match = _ONE_LETTER.fullmatch(data["category"].strip().upper())
    if match is None:
        raise UnscoredError(f"The judge's category is {quoted(data['category'])}, not a letter from A to E.")
    category = _as_category(match[1])
    return CategoryVerdict(category, _reason(data) or CATEGORIES[category])


def _as_category(letter: str) -> Category:
    return next(category for category in CATEGORIES if category == letter)


def _criterion(data: dict[str, Any], text: str) -> RubricVerdict:
    word = str(data["verdict"]).strip().lower()
    if word not in _YES | _NO:
        raise _unclear(text)
    return RubricVerdict(word in _YES, float(word in _YES), _reason(data))


def _better(data: dict[str, Any], text: str) -> BetterVerdict:
    word = str(data["better"]).strip().lower()
    if word not in _BETTER:
        raise _unclear(text)
    return BetterVerdict(_BETTER[word], _reason(data))


def _reason(data: dict[str, Any]) -> str:
    given = data.get("reason", MISSING)
    return _shown(given) if isinstance(given, str) else ""


def _shown(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_text(given: object) -> bool:
    return isinstance(given, str) and bool(given.strip())


def _unclear(text: str) -> UnscoredError:
    said = without_thoughts(text).strip()
    return UnscoredError(f"The judge's reply has no clear verdict: {quoted(said)}" if said else EMPTY)


def all_words(reasons: Iterable[str]) -> str:
    """Join reasons that are not empty, each once."""
    return " ".join(dict.fromkeys(one for one in reasons if one))
