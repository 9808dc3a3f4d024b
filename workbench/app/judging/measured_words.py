"""What labels show of a judge, in words for people who have never heard of catch rates.

Invariant: the counts are those of the statistics; a judge with too few labels gets no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.core.statistics.judge_words import bias_words, judge_words, verdict_words

if TYPE_CHECKING:
    from workbench.core.testing.judged_report import ColumnJudging, JudgedCheck


_BRACKETS = "In brackets: where the true rate very probably is (95 % interval). More labels make it shorter."


def measured_words(judge: JudgedCheck, columns: Sequence[ColumnJudging]) -> tuple[str, ...]:
    """Return the verdict on a judge, its measured error, and the corrected rates of the columns."""
    error = judge.error
    if error is None:
        return ()
    shown = f"{bias_words(error)} {judge_words(error)}".lstrip()
    sentences = (verdict_words(error), shown, judge.agreement_words, judge.threshold_words)
    brackets = _BRACKETS if error.is_measured else ""
    return tuple(filter(None, (*sentences, *(one.words for one in columns), brackets)))
