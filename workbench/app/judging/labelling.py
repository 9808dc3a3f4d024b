"""Labelling answers as the window shows it.

Invariant: an answer is shown blind: neither its column nor what a judge said of it is in `BlindAnswer`, and no count
tells it afterwards. What the labels show is read when the person asks for it, or at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.cases import Check
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.text import counted

LabelStep = Literal["start", "pass", "fail", "unsure", "skip", "undo"]
"""start: show the first answer."""
_MEETS, _FACTS = "Does the answer meet this?", "Does the answer agree with these facts?"
_QUESTIONS = {
    "llm-rubric": _MEETS,
    "model-graded-closedqa": _MEETS,
    "factuality": _FACTS,
    "model-graded-factuality": _FACTS,
    "answer-relevance": "Does the answer respond to what was asked?",
}
_SIMILAR = "Does the answer mean about the same as this?"
_FURTHER = "More random answers: they make the intervals shorter."
_MEASURED = "The judge is measured: see the result, or go on to correct each column's rate."
_OF_STAGE = {
    "random": "Random answers: only they measure the judge.",
    "borderline": "Borderline answers: they help to improve the judge, and do not measure it.",
}


@dataclass(frozen=True, slots=True)
class LabelledCheck:
    """A judged check of a test run, with its title on one line."""

    check_hash: str
    check: Check
    title: str
    labels: int = 0


@dataclass(frozen=True, slots=True)
class BlindAnswer:
    """An answer as a person sees it: its text, the values and the expectation of its case, and what is asked of it."""

    text: str
    question: str
    criterion: str
    values: tuple[tuple[str, str], ...] = ()
    expectation: str = ""


@dataclass(frozen=True, slots=True)
class MeasuredJudge:
    """How far a judge can be trusted, in sentences. `disagreements` are random answers that it and a person see
    differently.
    """

    sentences: tuple[str, ...]
    disagreements: int = 0
    is_measured: bool = False


@dataclass(frozen=True, slots=True)
class LabelPage:
    """What the dialog shows after a step. `answer` is None at the end, and then `measured` is there."""

    progress: str
    stage: str
    can_undo: bool
    answer: BlindAnswer | None = None
    measured: MeasuredJudge | None = None
    has_result: bool = False
    """Whether the labels say something: there are enough for the judge, or the whole random sample has one."""


def question_of(check: Check) -> str:
    """Return what a person is asked about an answer; a negated check is asked the other way round."""
    row = CHECK_TYPES.get(check.type)
    other = _SIMILAR if row is not None and row.needs_embeddings else "Is the answer good?"
    question = _QUESTIONS.get(check.type, other)
    return "Does the answer avoid this?" if check.negated else question


def progress_words(labelled: int, sample: int) -> str:
    """Return "21 of 40 random labels": counts by column would tell whose answer was labelled last."""
    return f"{labelled:,} of {counted(sample, 'random label')}"


def stage_words(picked: str, *, is_measured: bool, is_sampled: bool) -> str:
    """Return what kind of answer comes now, "" at the end.

    `is_measured`: there are enough labels for the judge, `is_sampled`: the whole random sample has a label.
    """
    if picked != "random":
        return _OF_STAGE.get(picked, "")
    return _FURTHER if is_sampled else _MEASURED if is_measured else _OF_STAGE["random"]
