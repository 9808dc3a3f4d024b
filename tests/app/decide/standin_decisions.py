"""A stand-in for decisions of a history: evidence made by hand, decided by the product's rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.core.decide import scenarios
from workbench.app.decide.source import PromptDecision
from workbench.core.decide.decide import decide
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.report import DecisionReport, EvidenceRun
from workbench.core.decide.rules import decide_rules
from workbench.store.errors import failure


@dataclass
class StandInDecisions:
    """`made` gives the evidence of every prompt; `goals` replace those of the evidence once they are saved."""

    made: Callable[[], DecideEvidence] = scenarios.data_rich
    goals: DecideGoals | None = None
    is_broken: bool = False
    reads: list[str] = field(default_factory=list)
    """The prompts whose decision was read."""

    def read(self, prompt_uid: str) -> PromptDecision:
        self.reads.append(prompt_uid)
        if self.is_broken:
            raise failure("io", "the disk does not answer")
        return decided_prompt(prompt_uid, self.made(), self.goals)

    def save_goals(self, prompt_uid: str, goals: DecideGoals) -> None:
        self.goals = goals

    def runs(self, uids: Sequence[str]) -> tuple[EvidenceRun, ...]:
        return tuple(EvidenceRun(uid, f"test {uid.rpartition('-')[2]}", None, is_test=True) for uid in uids)


def decided_prompt(prompt_uid: str, found: DecideEvidence, goals: DecideGoals | None = None) -> PromptDecision:
    """Return the decision about evidence, with other goals if they are given."""
    found = found if goals is None else replace(found, goals=goals)
    decision = decide(found, decide_rules())
    report = DecisionReport(found.prompt, found.today, decision, found.goals, found.cases, found.training)
    return PromptDecision(prompt_uid, report)
