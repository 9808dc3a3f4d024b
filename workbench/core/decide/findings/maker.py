"""Builds findings: fills in the rule's row and question, and rates the confidence.

Invariant: confidence is high on a hold-out of enough cases, decided by rules and people, or by a judge whose errors are
corrected, with a result clear of the threshold; medium if one of these is missing; low if two are, or if a rule of
thumb decides. A sentence about results that a judge decided says so, and that the judge is unmeasured while it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.decide.decision import Confidence, Figure, Finding, FindingWord, Need
from workbench.core.decide.evidence import EvidenceSet
from workbench.core.decide.reading import EvidenceReading
from workbench.core.statistics.proportions import ConfidenceInterval

if TYPE_CHECKING:
    from workbench.core.statistics.comparisons import PassComparison

LEVELS: tuple[Confidence, ...] = ("high", "medium", "low")


_OF_RESULTS = frozenset({"F5", "F6", "F7", "F8", "F9", "F10", "F16"})
"""Findings about passes and failures, beside F4."""


def with_judge(sentence: str, judged: str) -> str:
    """Return a sentence with the few words about the judge that its numbers rest on, unless it has them."""
    if not judged or "unmeasured" in sentence or "corrected" in sentence:
        return sentence
    return f"{sentence} {judged[:1].upper()}{judged[1:]}."


def level(missing: int) -> Confidence:
    """Return the confidence with a number of conditions missing."""
    return LEVELS[min(missing, 2)]


@dataclass(frozen=True, slots=True)
class FindingMaker:
    """Makes the findings of one evidence."""

    reading: EvidenceReading

    def confidence(self, set_name: EvidenceSet, cases: float, *, is_clear: bool) -> Confidence:
        """Return the confidence of a result on `cases` cases of a set; `is_clear` of the threshold."""
        reading = self.reading
        is_corrected = reading.main is not None and reading.main.corrected_passes is not None
        judged = reading.judge is not None and not (reading.is_judge_trusted and is_corrected)
        return level((set_name != "holdout") + (cases < reading.rules.thresholds.high_cases) + judged + (not is_clear))

    def finding(
        self,
        name: str,
        state: str,
        word: FindingWord,
        sentence: str,
        confidence: Confidence = "high",
        figures: tuple[Figure, ...] = (),
        run_uids: tuple[str, ...] = (),
        need: Need | None = None,
        *,
        is_ruled: bool = False,
    ) -> Finding:
        """Return a finding with the row and question of its rule."""
        rule = self.reading.rules.findings[name]
        sure: Confidence = "low" if is_ruled or word == "cannot tell" else confidence
        answers = self.reading.rules.answers
        judged = self._judge_words(name, run_uids)
        return Finding(
            name,
            rule.row,
            rule.question,
            state,
            word,
            sure,
            with_judge(sentence, judged),
            figures,
            run_uids,
            need,
            is_ruled=is_ruled,
            answer=answers.get(f"{name}.{state}", answers.get(f"{name}.{word}", word)),
            judge_words=judged,
        )

    def _judge_words(self, name: str, run_uids: Iterable[str]) -> str:
        """Return the few words beside the numbers of a finding, "" if they rest on no judge."""
        main = self.reading.main
        if name == "F4":
            return "" if main is None else self.reading.column_judge_words(main)
        if name == "F6" and (main is None or not main.judge_failed):
            # Formats are checked by rule; only the number of failures may be a judge's.
            return ""
        return self.reading.judge_words(run_uids) if name in _OF_RESULTS else ""

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the wording."""
        return self.reading.rules.say(key, **values)


def share_figure(label: str, share: float, cases: int, set_name: EvidenceSet, ends: ConfidenceInterval) -> Figure:
    """Return a rate with its interval."""
    return Figure(label, "rate", share, cases, set_name, ends.low, ends.high)


def pair_figure(label: str, passes: PassComparison, set_name: EvidenceSet) -> Figure:
    """Return the difference of a pair with its interval."""
    ends = passes.interval
    low, high = (None, None) if ends is None else (ends.low, ends.high)
    return Figure(label, "points", passes.difference, passes.pairs, set_name, low, high)


def percents(ends: ConfidenceInterval) -> str:
    """Return the ends of an interval: "68.1 to 91.3 %"."""
    return f"{100 * ends.low:.1f} to {100 * ends.high:.1f} %"
