"""Levers before training: which are tried by the history, what they did, and which are still required.

Invariant: a lever counts as tried by what was run and ended, not by what a version contains: a change that was never
compared says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.core.decide.decision import Finding, Lever, LeverEffect, LeverState
from workbench.core.decide.evidence import TryEvidence, VersionEvidence
from workbench.core.decide.figure_words import listed, points, signed
from workbench.core.decide.findings.maker import FindingMaker, with_judge
from workbench.core.decide.findings.models import models_tried
from workbench.core.decide.reading import EvidenceReading
from workbench.core.decide.rules import LeverRule

_Reader = Callable[[EvidenceReading], LeverState]


@dataclass(frozen=True, slots=True)
class _Ended:
    """Tries that ended in a result, newest first."""

    reading: EvidenceReading

    def tries(self) -> list[TryEvidence]:
        """Return the closed and the settled ones."""
        return [one for one in reversed(self.reading.evidence.tries) if one.result.state in ("closed", "settled")]

    def version(self, one: TryEvidence) -> VersionEvidence | None:
        """Return the challenger's version."""
        return next((version for version in self.reading.evidence.versions if version.number == one.version), None)

    def uses(self, rule: LeverRule, one: TryEvidence) -> bool:
        """Whether a try is one of a lever."""
        version = self.version(one)
        if rule.id == "examples" and version is not None and version.examples is not None:
            return "examples" in one.added and version.examples >= self.reading.rules.thresholds.examples
        if rule.id == "chosen_examples" and version is not None and version.has_example_slot:
            return True
        return not rule.techniques.isdisjoint(one.added)


def levers(reading: EvidenceReading, findings: Mapping[str, Finding]) -> tuple[Lever, ...]:
    """Return all levers in the order of the rules."""
    return tuple(_lever(reading, rule, findings) for rule in reading.rules.levers)


def _lever(reading: EvidenceReading, rule: LeverRule, findings: Mapping[str, Finding]) -> Lever:
    ended = _Ended(reading)
    tried = next((one for one in ended.tries() if ended.uses(rule, one)), None)
    effect, runs = _effect(reading, rule, tried)
    read = _READERS.get(rule.id)
    state: LeverState = "tried" if tried is not None or effect is not None else read(reading) if read else "not tried"
    group = rule.group if not _is_group_tried(reading, rule.group) else ""
    fits = state != "tried" and _fits(rule, findings)
    required = bool(group) or (rule.id in ("schema", "knowledge") and fits)
    return Lever(
        rule.id,
        rule.title,
        state,
        with_judge(_sentence(reading, rule, state, effect), "" if effect is None else reading.judge_words(runs)),
        rule.published,
        rule.sources,
        rule.explanation,
        effect,
        rule.action,
        fits,
        required and state != "tried",
        runs,
    )


def _effect(
    reading: EvidenceReading, rule: LeverRule, tried: TryEvidence | None
) -> tuple[LeverEffect | None, tuple[str, ...]]:
    """Return the paired effect of a lever and its runs: that of a pair made for it, else that of its newest try."""
    pair = next((one for one in reading.pairs("lever").values() if one.lever == rule.id), None)
    if pair is not None:
        passes, ends = pair.passes, pair.passes.interval
        low, high = (None, None) if ends is None else (ends.low, ends.high)
        found = LeverEffect(passes.pairs, passes.fixed, passes.broken, passes.difference, low, high, pair.set_name)
        return found, pair.run_uids
    if tried is None or not tried.cases:
        return None, () if tried is None else tried.run_uids
    difference = (tried.fixed - tried.broke) / tried.cases if tried.difference is None else tried.difference
    return (
        LeverEffect(tried.cases, tried.fixed, tried.broke, difference, None, None, tried.set_name),
        tried.run_uids,
    )


def _sentence(reading: EvidenceReading, rule: LeverRule, state: LeverState, effect: LeverEffect | None) -> str:
    if state == "not tried" and rule.group == "optimiser" and _is_group_tried(reading, rule.group):
        return reading.rules.say("lever.by_hand", count=reading.rules.thresholds.hand_tries)
    if effect is None:
        return reading.rules.say(f"lever.{state}")
    ends = (
        ""
        if effect.low is None or effect.high is None
        else f", 95 % interval {signed(effect.low)} to {signed(effect.high)}"
    )
    return reading.rules.say(
        "lever.effect",
        fixed=f"{effect.fixed:,}",
        broke=f"{effect.broke:,}",
        cases=f"{effect.cases:,}",
        at=reading.rules.at(effect.set_name),
        points=points(effect.difference),
        ends=ends,
    )


def _fits(rule: LeverRule, findings: Mapping[str, Finding]) -> bool:
    """Whether an untried lever fits the failures at hand."""
    states = {name: one.state for name, one in findings.items()}
    if rule.is_cost:
        return states["F12"] == "over"
    if rule.id == "schema":
        return states["F6"] == "format"
    if rule.id == "knowledge":
        return states["F7"] in ("untested", "knowledge")
    if rule.id == "vote":
        return states["F9"] == "reach"
    return True


def group_state(reading: EvidenceReading) -> dict[str, bool]:
    """Return for each group of required levers whether one of it is tried."""
    return {group: _is_group_tried(reading, group) for group in reading.rules.groups}


def group_words(reading: EvidenceReading, group: str, words: str) -> str:
    """Return the words of an untried group: of two other models only one may be missing."""
    tried = models_tried(reading) if group == "models" else 0
    return words if not tried else reading.rules.say("lever.models_left")


def _is_group_tried(reading: EvidenceReading, group: str) -> bool:
    if not group:
        return True
    if group == "optimiser" and len(_Ended(reading).tries()) >= reading.rules.thresholds.hand_tries:
        return True
    ended = _Ended(reading)
    for rule in reading.rules.levers:
        if rule.group == group:
            read = _READERS.get(rule.id)
            if any(ended.uses(rule, one) for one in ended.tries()) or (read is not None and read(reading) == "tried"):
                return True
    return False


def usual_levers(maker: FindingMaker, found: tuple[Lever, ...]) -> Finding:
    """F11: the usual changes. States: tried, untried."""
    reading = maker.reading
    states = group_state(reading)
    extra = [
        one.title[:1].lower() + one.title[1:] for one in found if one.is_required and one.id in ("schema", "knowledge")
    ]
    groups = reading.rules.groups
    missing = [group_words(reading, group, groups[group].rule) for group, is_tried in states.items() if not is_tried]
    missing += extra
    runs = tuple(dict.fromkeys(uid for one in found if one.state == "tried" for uid in one.run_uids))
    if not missing:
        said = maker.say("F11.tried", list=listed([group.rule for group in reading.rules.groups.values()]))
        return maker.finding("F11", "tried", "limit reached", said, run_uids=runs)
    return maker.finding("F11", "untried", "not tried", maker.say("F11.untried", list=listed(missing)), run_uids=runs)


def _models(reading: EvidenceReading) -> LeverState:
    return "tried" if models_tried(reading) >= reading.rules.thresholds.other_models else "not tried"


def _vote(reading: EvidenceReading) -> LeverState:
    least = reading.rules.thresholds.samples
    found = [one.samples for one in reading.evidence.columns if one.samples is not None]
    return "tried" if any(one.samples >= least and one.has_rule for one in found) else "not tried"


def _reasoning(reading: EvidenceReading) -> LeverState:
    scored = [one for one in reading.evidence.columns if one.passes is not None and not one.adapter]
    return "tried" if any(one.effort for one in scored) else "not tried"


def _schema(reading: EvidenceReading) -> LeverState:
    known = [one.schema_enforced for one in reading.evidence.columns if one.schema_enforced is not None]
    if any(known):
        return "tried"
    versions = [one.has_schema for one in reading.evidence.versions if one.has_schema is not None]
    # Whether the endpoint enforces a schema that a version has may be unknown.
    return "cannot tell" if any(versions) and not known else "not tried"


def _knowledge(reading: EvidenceReading) -> LeverState:
    found = reading.evidence.stubborn
    return "tried" if found is not None and found.probe is not None and found.probe.cases else "not tried"


def _optimiser(reading: EvidenceReading) -> LeverState:
    found = reading.evidence.optimiser
    if found.with_holdout:
        return "tried"
    return "cannot tell" if found.runs else "not tried"


def _caching(reading: EvidenceReading) -> LeverState:
    if reading.figures is None or reading.figures.cached_tokens is None:
        return "cannot tell"
    return "tried" if reading.figures.cached_tokens else "not tried"


def _batch(reading: EvidenceReading) -> LeverState:
    share = reading.evidence.goals.costs.batched_share
    return "cannot tell" if share is None else "tried" if share else "not tried"


def _outside(reading: EvidenceReading) -> LeverState:
    return "cannot tell"


_READERS: Mapping[str, _Reader] = {
    "other_models": _models,
    "vote": _vote,
    "reasoning": _reasoning,
    "schema": _schema,
    "knowledge": _knowledge,
    "optimiser": _optimiser,
    "caching": _caching,
    "batch": _batch,
    "routing": _outside,
}
"""Levers that other evidence than a try tells of. Batches and routing happen outside of the product: of batches the
person's figures tell, of routing nothing."""
