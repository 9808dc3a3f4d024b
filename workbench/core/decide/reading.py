"""What the rules ask of the evidence: the champion's columns, the set that counts, and the costs of more calls.

Invariant: the hold-out counts as soon as it has enough scored cases; else the cases that the person tuned on. Tuned
columns and guard sets never stand for the prompt itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from workbench.core.decide.decision import Action, Need, NeedKind
from workbench.core.decide.evidence import (
    CallFigures,
    ColumnEvidence,
    DecideEvidence,
    EvidenceSet,
    JudgeEvidence,
    PairEvidence,
    PairRole,
)
from workbench.core.decide.figure_words import call_effort, minutes_of
from workbench.core.decide.rules import DecideRules
from workbench.core.statistics.judge_cells import origin_words

if TYPE_CHECKING:
    from workbench.core.statistics.columns import PassRate

OWN_SETS: tuple[EvidenceSet, ...] = ("holdout", "tuning")
GUARD_SETS: tuple[EvidenceSet, ...] = ("general", "refusal")


@dataclass(frozen=True)
class EvidenceReading:
    """The evidence with the rules that it is read by."""

    evidence: DecideEvidence
    rules: DecideRules

    @cached_property
    def main(self) -> ColumnEvidence | None:
        """The champion's column on the set that counts; None without a scored case."""
        there = {one.set_name: one for one in self._own() if one.key == self.champion}
        holdout, tuning = (there.get(name) for name in OWN_SETS)
        if holdout is not None and (tuning is None or _cases(holdout) >= self.rules.thresholds.fewest_cases):
            return holdout
        return tuning

    @cached_property
    def lacking(self) -> ColumnEvidence | None:
        """The champion's column that counts, or one that has no result at all."""
        if self.main is not None:
            return self.main
        own = (one for one in self.evidence.columns if one.set_name in OWN_SETS and one.key == self.champion)
        return next(own, None)

    @cached_property
    def champion(self) -> str:
        """The key of the column that the advice is about; without one that is scored, that with the most cases."""
        columns = list(self._own())
        if not columns or any(one.key == self.evidence.champion for one in columns):
            return self.evidence.champion
        return max(columns, key=_cases).key

    def _own(self) -> Iterable[ColumnEvidence]:
        return (
            one
            for one in self.evidence.columns
            if one.set_name in OWN_SETS and one.passes is not None and not one.adapter
        )

    def column(self, key: str, set_name: EvidenceSet) -> ColumnEvidence | None:
        """Return the column of a key on a set."""
        return next((one for one in self.evidence.columns if (one.key, one.set_name) == (key, set_name)), None)

    @cached_property
    def passes(self) -> PassRate | None:
        """The pass rate that counts: corrected for a judge's errors if it was."""
        if self.main is None:
            return None
        return self.main.passes if self.main.corrected_passes is None else self.main.corrected_passes

    @cached_property
    def scored(self) -> int:
        """The number of cases with a result in the champion's column."""
        return 0 if self.main is None else _cases(self.main)

    @cached_property
    def is_rated(self) -> bool:
        """Whether there are enough scored cases for a rate."""
        return self.scored >= self.rules.thresholds.fewest_cases

    @cached_property
    def decided(self) -> int:
        """The number of verdicts that prefer one side."""
        return sum(one.wins + one.losses for one in self.evidence.verdicts)

    @cached_property
    def is_judged_only(self) -> bool:
        """Whether nothing but a judge decides the champion's results."""
        return self.main is not None and self.main.by_judge > 0 and not self.main.by_rule + self.main.by_person

    @cached_property
    def judge(self) -> JudgeEvidence | None:
        """How far the judge of the champion's results was compared with labels; None if none decides about them."""
        if self.main is None or not self.main.by_judge:
            return None
        return self.judge_of(self.main.run_uids) or JudgeEvidence(0)

    @cached_property
    def is_judge_trusted(self) -> bool:
        """Whether the judge of the champion's results was compared with enough labels for advice to rest on it."""
        judge = self.judge
        return judge is not None and judge.is_compared and judge.labels >= self.rules.thresholds.judge_labels

    def judge_of(self, run_uids: Iterable[str]) -> JudgeEvidence | None:
        """Return the least known of the judges of these tests, None if no judge decides in them."""
        found = [self.evidence.judges[uid] for uid in run_uids if uid in self.evidence.judges]
        return min(found, key=lambda one: (not one.is_comparing, one.labels), default=None)

    def judge_words(self, run_uids: Iterable[str]) -> str:
        """Return the few words beside a number of these tests, "" if no judge decides in them."""
        found = [self.evidence.judges[uid] for uid in run_uids if uid in self.evidence.judges]
        return origin_words(is_measured=all(one.is_measured for one in found), is_corrected=False) if found else ""

    def column_judge_words(self, column: ColumnEvidence) -> str:
        """Return the few words beside the pass rate of a column, "" if no judge decides about its results."""
        if not column.by_judge:
            return ""
        found = self.judge_of(column.run_uids) or JudgeEvidence(0)
        is_corrected = column.corrected_passes is not None
        return origin_words(is_measured=found.is_measured, is_corrected=is_corrected)

    @cached_property
    def margin(self) -> float:
        """The gain that matters, as a fraction."""
        goal = self.evidence.goals.margin
        return self.rules.thresholds.margin if goal is None else goal

    @cached_property
    def figures(self) -> CallFigures | None:
        """Tokens, cost and time of the champion's calls, from the set that counts or another one."""
        found = [self.main, *(one for one in self.evidence.columns if one.key == self.champion)]
        known = (one.figures for one in found if one is not None and one.figures is not None)
        return next(known, self.evidence.other_calls)

    def pairs(self, role: PairRole) -> dict[str, PairEvidence]:
        """Return the pairs of a role by challenger, on the hold-out if it has enough cases, else as tuned on."""
        found: dict[str, PairEvidence] = {}
        for one in self.evidence.pairs:
            if one.role != role or one.set_name not in OWN_SETS or one.champion != self.champion:
                continue
            other = found.get(one.challenger)
            if other is None or self._rank(one) > self._rank(other):
                found[one.challenger] = one
        return found

    def _rank(self, pair: PairEvidence) -> tuple[bool, int]:
        enough = pair.passes.pairs >= self.rules.thresholds.fewest_cases
        return pair.set_name == "holdout" and enough, pair.passes.pairs

    def call_usd(self) -> float | None:
        """Return the measured dollars of a call of the champion, 0 if it is free, None if unknown."""
        if self.figures is None:
            return None
        return 0.0 if self.figures.is_free else self.figures.cost_usd

    def effort(self, calls: int) -> tuple[float | None, float | None]:
        """Return the dollars and minutes of more calls like the champion's; None if unknown."""
        price = self.call_usd()
        pace = None if self.figures is None else self.figures.calls_per_minute
        return (None if price is None else calls * price), minutes_of(calls, pace)

    def effort_words(self, calls: int) -> str:
        """Return ": 60 calls, about $0.40, 6 minutes", to follow what is needed."""
        return call_effort(self.rules, calls, *self.effort(calls))

    def need(
        self,
        kind: NeedKind,
        count: int | None,
        sentence: str,
        *,
        calls: int | None = None,
        action: Action | None = None,
        goal: str = "",
    ) -> Need:
        """Return a need with what its calls take."""
        usd, minutes = (None, None) if calls is None else self.effort(calls)
        return Need(kind, count, sentence, calls, usd, minutes, action, goal)


def _cases(column: ColumnEvidence) -> int:
    return 0 if column.passes is None else column.passes.cases
