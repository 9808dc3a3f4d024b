"""What labels show of a judge, in words for people who have never heard of catch rates.

Invariant: the counts are those of the statistics; a judge with too few labels gets no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.core.statistics.judge_words import judge_words
from workbench.core.text import counted

if TYPE_CHECKING:
    from workbench.core.statistics.judge_error import JudgeError
    from workbench.core.testing.judged_report import ColumnJudging, JudgedCheck

_FEW = 0.15
"""The share of wrong verdicts from which a judge is called lenient or strict."""


def measured_words(judge: JudgedCheck, columns: Sequence[ColumnJudging]) -> tuple[str, ...]:
    """Return the verdict on a judge, its measured error, and the corrected rates of the columns."""
    error = judge.error
    if error is None:
        return ()
    sentences = (verdict_words(error), judge_words(error), judge.agreement_words, judge.threshold_words)
    return tuple(filter(None, (*sentences, *(one.words for one in columns))))


def verdict_words(error: JudgeError) -> str:
    """Return what is wrong with a judge in one sentence, "" while it is unmeasured."""
    if not error.is_measured:
        return ""
    missed, alarms = error.missed, error.alarms
    lenient = f"it passed {counted(missed, 'answer')} that you failed"
    strict = f"it failed {counted(alarms, 'answer')} that you passed"
    if not missed and not alarms:
        return "The judge said what you said about every answer."
    both = " and ".join((*((lenient,) if missed else ()), *((strict,) if alarms else ())))
    is_lenient = error.catch is not None and missed > _FEW * error.catch.size
    is_strict = error.false_alarms is not None and alarms > _FEW * error.false_alarms.size
    if is_lenient and is_strict:
        return f"The judge errs both ways: {both}."
    if is_lenient:
        return f"The judge is too lenient: {both}."
    if is_strict:
        return f"The judge is too strict: {both}."
    return f"The judge mostly agrees with you: {both}."
