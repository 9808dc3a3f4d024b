"""A decision as it is reported: with its prompt, day and goals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.core.decide.decision import Decision
from workbench.core.decide.evidence import CaseCounts, TrainingEvidence
from workbench.core.decide.goals import DecideGoals


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What a report of a decision is made of; `prompt` is the name of the prompt, `made_on` the day in UTC."""

    prompt: str
    made_on: date
    decision: Decision
    goals: DecideGoals
    cases: CaseCounts
    training: TrainingEvidence | None = None
