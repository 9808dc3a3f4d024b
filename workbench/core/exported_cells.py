"""The cells of a test run, and what judges and people said of answers, in the form that all export formats read.

Invariant: a cell has the result that counts, with what people overruled, and what each check said. Verdicts of judges
and labels of people are apart from it and from each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ExportedCheck:
    """What a check said: pass, fail or unscored. `type` is promptfoo's, with "not-" before it if it is negated."""

    type: str
    state: str
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class ExportedJudgement:
    """What a judge said of an answer by a check, named by its hash and type.

    `agreeing` of `repeats` rounds gave the state. `probability` is that of a pass according to a decision model.
    """

    check: str
    type: str
    state: str
    score: float | None
    probability: float | None = None
    repeats: int = 1
    agreeing: int = 1


@dataclass(frozen=True, slots=True)
class ExportedLabel:
    """What a person said of an answer by the check with this hash: pass, fail or unsure.

    `picked` says how the answer was chosen: random, borderline, file or own.
    """

    check: str
    label: str
    picked: str
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class ExportedComparison:
    """How a judge compared an answer with another one by uid: better, worse, or a tie."""

    other: str
    verdict: Literal["better", "worse", "tie"]
    judge: str
    criterion: str


@dataclass(frozen=True, slots=True)
class ExportedCell:
    """The result of an answer in a test run.

    `state` is pass, fail, unscored or no_answer, "" if it is not scored. `overruled` counts checks that a person
    decided otherwise. `is_reused`: the answer was made by an earlier run.
    """

    state: str = ""
    score: float | None = None
    reason: str = ""
    overruled: int = 0
    is_reused: bool = False
    checks: tuple[ExportedCheck, ...] = ()
    judged: tuple[ExportedJudgement, ...] = ()
    labels: tuple[ExportedLabel, ...] = ()
