"""What the Decide view needs of the history.

Invariant: every method blocks, and is called off the UI thread (`BackgroundTasks.run_large`). Nothing here computes:
the decision arrives with all its sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from workbench.core.decide.decision import Decision
    from workbench.core.decide.goals import DecideGoals
    from workbench.core.decide.report import DecisionReport, EvidenceRun


@dataclass(frozen=True, slots=True)
class PromptDecision:
    """The decision about a prompt, with everything that a report of it says."""

    prompt_uid: str
    report: DecisionReport

    @property
    def decision(self) -> Decision:
        """The decision."""
        return self.report.decision

    @property
    def goals(self) -> DecideGoals:
        """The figures of the person that it was made with."""
        return self.report.goals


class DecisionSource(Protocol):
    """Reads decisions, and stores the figures of the person."""

    def read(self, prompt_uid: str) -> PromptDecision:
        """Gather the evidence of a prompt and decide."""

    def save_goals(self, prompt_uid: str, goals: DecideGoals) -> None:
        """Store the figures of the person."""

    def runs(self, uids: Sequence[str]) -> tuple[EvidenceRun, ...]:
        """Return the runs that are still in the history, newest first."""
