"""What the decision table reads: all findings of one evidence, with levers, costs and routes.

Invariant: findings come in an order in which each only needs those before it; nothing here decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.decide.cost_figures import CostPicture
from workbench.core.decide.cost_picture import CostReader
from workbench.core.decide.decision import Finding, Lever
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.findings import costs, failures, models, quality, training, tries, tuned
from workbench.core.decide.findings.maker import FindingMaker
from workbench.core.decide.levers import levers, usual_levers
from workbench.core.decide.reading import EvidenceReading
from workbench.core.decide.routes import JudgedRoute, judged_routes
from workbench.core.decide.rules import DecideRules

_UNPAID = frozenset({"never", "no", "near"})
_TOO_FEW_ROWS = frozenset({"none", "too_few"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """The findings of one evidence by their id, and what they were computed from."""

    maker: FindingMaker
    findings: dict[str, Finding]
    levers: tuple[Lever, ...]
    cost: CostPicture
    routes: tuple[JudgedRoute, ...]

    @property
    def reading(self) -> EvidenceReading:
        """The evidence with its rules."""
        return self.maker.reading

    @property
    def rules(self) -> DecideRules:
        """The rules."""
        return self.maker.reading.rules

    @property
    def evidence(self) -> DecideEvidence:
        """The evidence."""
        return self.maker.reading.evidence

    def state(self, name: str) -> str:
        """Return the state of a finding."""
        return self.findings[name].state

    @property
    def is_verdicts_only(self) -> bool:
        """Whether there are verdicts, but too few scored cases for a rate."""
        return self.state("F1") == "verdicts"

    @property
    def has_no_target(self) -> bool:
        """Whether there is a rate, but no target."""
        return self.state("F4") == "no_target"

    @property
    def is_missed(self) -> bool:
        """Whether the target is missed; without one, whatever is below it may still be improved."""
        return self.state("F4") == "missed" or self.has_no_target

    @property
    def has_levelled_off(self) -> bool:
        """Whether prompting has levelled off and the usual levers are tried."""
        return self.state("F10") == "plateau" and self.state("F11") == "tried"

    @property
    def is_unpaid(self) -> bool:
        """Whether a tuned model does not pay."""
        return self.state("F15") in _UNPAID

    @property
    def has_few_rows(self) -> bool:
        """Whether there are too few training rows to try."""
        return self.state("F13") in _TOO_FEW_ROWS

    @property
    def untried_groups(self) -> tuple[str, ...]:
        """The groups of required levers without a try, in the order of the rules."""
        untried = {one.id for one in self.levers if one.is_required}
        groups = {rule.group for rule in self.rules.levers if rule.id in untried and rule.group}
        return tuple(group for group in self.rules.groups if group in groups)


def judge(evidence: DecideEvidence, rules: DecideRules) -> Judgement:
    """Return all findings of an evidence."""
    maker = FindingMaker(EvidenceReading(evidence, rules))
    routes = judged_routes(rules, evidence.goals, evidence.today)
    cost = CostReader(maker.reading, routes).picture()
    found = [
        quality.enough(maker),
        training.labels_agree(maker),
        quality.judge_trust(maker),
        quality.target_met(maker),
        quality.overfitted(maker),
        failures.format_failures(maker),
        failures.knowledge(maker),
        models.another_model(maker),
        models.luck(maker),
        tries.levelled_off(maker),
        costs.cost_and_speed(maker, cost),
        training.enough_rows(maker),
        training.route_and_people(maker, routes),
        costs.pays(maker, cost),
        tuned.tuned_measured(maker),
    ]
    findings = {one.id: one for one in found}
    tried = levers(maker.reading, findings)
    findings["F11"] = usual_levers(maker, tried)
    return Judgement(maker, findings, tried, cost, routes)
