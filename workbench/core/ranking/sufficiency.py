"""Whether there are enough verdicts for a ranking, or a sentence to show instead.

Invariant: no rank is shown if there are too few verdicts to show a difference, whatever their outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.ranking.judgements import ComparisonSet
from workbench.core.text import plural

FEWEST = 6
"""One of two equal entrants wins all of five verdicts in 1 of 16 cases, all of six in 1 of 32 (two-sided sign test). So
with fewer than six not even unanimous verdicts show a difference at 95 %."""

Reason = Literal["", "no_verdict", "all_bad", "one_entrant", "few", "untold"]


@dataclass(frozen=True, slots=True)
class RankingSufficiency:
    """Whether a table may be shown: `reason` is "" for yes, else the reason, with the missing verdicts and a sentence.

    untold: there are enough verdicts, but they cannot answer the question.
    """

    reason: Reason = ""
    missing: int = 0
    sentence: str = ""

    def __bool__(self) -> bool:
        return not self.reason


def enough(comparisons: ComparisonSet, fewest: int = FEWEST) -> RankingSufficiency:
    """Return whether these comparisons may be shown as a table."""
    compared, bad, silent = comparisons.cases, comparisons.all_bad, comparisons.silent
    missing = fewest - compared
    if compared >= fewest:
        return RankingSufficiency()
    appears = f"The ranking appears after {fewest}."
    if compared:
        verdicts = f"{compared} {plural(compared, 'verdict')}"
        return RankingSufficiency("few", missing, f"{verdicts} so far. {appears}")
    if silent:
        said = "Each verdict covers a single entrant, so none says which is better."
        return RankingSufficiency(
            "one_entrant", missing, f"{said} Run two side by side, judge pairs, or group by something else."
        )
    if bad:
        said = "The only verdict is “all bad”" if bad == 1 else f"All {bad} verdicts are “all bad”"
        return RankingSufficiency(
            "all_bad", missing, f"{said}, which does not say which is better. Mark a winner or a tie."
        )
    return RankingSufficiency("no_verdict", missing, f"No verdict yet. {appears}")
