"""A decision as it is reported: with its prompt, day, goals, and the names of the runs behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workbench.core.decide.decision import Decision
from workbench.core.decide.evidence import CaseCounts, TrainingEvidence
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.hand_over import HandOverPlan
from workbench.core.decide.routes import day_words


@dataclass(frozen=True, slots=True)
class EvidenceRun:
    """A run behind a finding: the name that people see, and its day in UTC, None if unknown.

    `is_test` if the Test view shows it.
    """

    uid: str
    name: str
    day: date | None
    is_test: bool

    @property
    def title(self) -> str:
        """The name with its day: "test 3 (3 Dec 2026)"."""
        return self.name if self.day is None else f"{self.name} ({day_words(self.day)})"


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What a report of a decision is made of; `prompt` is the name of the prompt, `made_on` the day in UTC.

    `runs` are those behind its findings that are still in the history, newest first. `hand_over` is None unless the
    decision is about a tuned model.
    """

    prompt: str
    made_on: date
    decision: Decision
    goals: DecideGoals
    cases: CaseCounts
    training: TrainingEvidence | None = None
    runs: tuple[EvidenceRun, ...] = ()
    hand_over: HandOverPlan | None = None

    def runs_of(self, uids: Sequence[str]) -> tuple[EvidenceRun, ...]:
        """Return the runs with these uids, newest first."""
        wanted = frozenset(uids)
        return tuple(run for run in self.runs if run.uid in wanted)
