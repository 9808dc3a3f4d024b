"""Results of checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.cases import Check

CheckState = Literal["pass", "fail", "unscored"]
Span = tuple[int, int]
"""Start and end of a place in the answer, in code points."""
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class MetricScore:
    """The score of a named metric, 0 to 1, and its weight in a mean with equally named ones."""

    name: str
    score: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check.

    `score` is from 0 to 1, None when unscored. `reason` is a sentence that is true for passes and failures alike.
    `place` is what was found in the answer. `expected` and `found` are texts for a word diff, both None or both set.
    `parts` are the results of the members of a set, in the order of its checks, or those that a script listed.
    """

    state: CheckState
    score: float | None
    reason: str
    place: Span | None = None
    expected: str | None = None
    found: str | None = None
    parts: tuple[CheckResult, ...] = ()
    metrics: tuple[MetricScore, ...] = ()


class UnscoredError(Exception):
    """Raised by the function of a type when it cannot evaluate a check. The text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the function of a type found, before `not-` is applied.

    `score` is None for checks that only pass or fail. `keeps_score` marks scores that `not-` does not turn around.
    `is_final` marks findings that fail with and without `not-`, such as an invalid pattern. `passes_negated` replaces
    the opposite of `holds` under `not-`.
    """

    holds: bool
    reason: str
    score: float | None = None
    place: Span | None = None
    expected: str | None = None
    found: str | None = None
    keeps_score: bool = False
    is_final: bool = False
    passes_negated: bool | None = None
    parts: tuple[CheckResult, ...] = ()
    metrics: tuple[MetricScore, ...] = ()


def unscored(reason: str) -> CheckResult:
    """Return the result of a check that cannot be evaluated."""
    return CheckResult("unscored", None, reason)


def result_of(check: Check, finding: Finding) -> CheckResult:
    """Return the result of a finding: applies `not-`, and a weight of 0, which lets a check pass in any case."""
    passed = finding.holds
    if finding.is_final:
        passed = False
    elif check.negated:
        passed = not finding.holds if finding.passes_negated is None else finding.passes_negated
    if finding.score is None:
        score = float(passed)
    else:
        score = 1 - finding.score if check.negated and not finding.keeps_score else finding.score
    if check.weight == 0:
        passed = True
    return CheckResult(
        "pass" if passed else "fail",
        score,
        finding.reason,
        finding.place,
        finding.expected,
        finding.found,
        finding.parts,
        finding.metrics,
    )


def quoted(text: str) -> str:
    """Return a text in quotes on one line, shortened."""
    line = " ".join(text.split()) if "\n" in text else text
    return f"“{line}”" if len(line) <= _SHOWN else f"“{line[: _SHOWN - 1]}…”"


def listed(texts: list[str], most: int = 10) -> str:
    """Return texts in quotes, separated by commas, at most `most` of them."""
    shown = ", ".join(quoted(text) for text in texts[:most])
    return f"{shown} and {len(texts) - most} more" if len(texts) > most else shown
