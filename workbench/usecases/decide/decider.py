"""Decides about prompts of one history: gathers the evidence and applies the rules."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import date

from workbench.core.decide.decide import decide
from workbench.core.decide.decision import Decision
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.rules import DecideRules, decide_rules
from workbench.core.lanes import LITELLM, Lane
from workbench.store import Store
from workbench.store.errors import missing
from workbench.usecases.decide.column_evidence import ModelBook
from workbench.usecases.decide.evidence_runs import evidence_runs
from workbench.usecases.decide.gatherer import EvidenceGatherer
from workbench.usecases.decide.hand_over_plan import hand_over_plan
from workbench.usecases.testing.tries import SuiteTries


class Decider:
    """Decides about the prompts of one history. Reads block; writes return a future at once."""

    def __init__(
        self,
        store: Store,
        tries: Callable[[], SuiteTries],
        models: ModelBook,
        now: Callable[[], str],
        today: Callable[[], date],
    ) -> None:
        """`tries` returns the tries of all prompts, `today` the day in UTC on which routes and dates are judged."""
        self._store, self._models, self._now, self._today = store, models, now, today
        self._gatherer = EvidenceGatherer(store, tries, models, lever_keys(decide_rules()))

    def goals(self, prompt_uid: str) -> DecideGoals:
        """Return the goals of a prompt. Raises StoreError."""
        return self._store.decide.goals(prompt_uid)

    def save_goals(self, prompt_uid: str, goals: DecideGoals) -> Future[None]:
        """Replace the goals of a prompt; the future raises StoreError."""
        return self._store.decide.save_goals(prompt_uid, goals, self._now())

    def evidence(self, prompt_uid: str) -> DecideEvidence:
        """Return everything that is known about a prompt. Raises StoreError."""
        return self._gatherer.gather(prompt_uid, self._name(prompt_uid), self._today())

    def decision(self, prompt_uid: str) -> Decision:
        """Return what to do about a prompt, and why. Raises StoreError."""
        return decide(self.evidence(prompt_uid), decide_rules())

    def report(self, prompt_uid: str) -> DecisionReport:
        """Return the decision about a prompt with what a report says beside it. Raises StoreError."""
        found = self.evidence(prompt_uid)
        made = decide(found, decide_rules())
        runs = evidence_runs(self._store, {uid for finding in made.findings for uid in finding.run_uids})
        plan = hand_over_plan(made, decide_rules(), lambda model: self._models.retires_on(Lane("", LITELLM, model)))
        return DecisionReport(found.prompt, found.today, made, found.goals, found.cases, found.training, runs, plan)

    def _name(self, prompt_uid: str) -> str:
        for archived in (False, True):
            for row in self._store.prompts(archived):
                if row.uid == prompt_uid:
                    return row.name
        raise missing("prompt", prompt_uid)


def lever_keys(rules: DecideRules) -> dict[str, str]:
    """Return the ids of levers by the keys of techniques and parts that count as a try of them."""
    return {key: lever.id for lever in rules.levers for key in lever.techniques}
