"""When the history shows that a step of the experiment is done: a rule for each step.

Invariant: a step is done by what was run and stored, never because someone ticked it. Batches are sent outside of the
product, so that only the person's own figures tell of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.core.decide.evidence import TryEvidence
from workbench.core.decide.findings.failures import had_schema
from workbench.core.decide.findings.models import better_model, models_tried
from workbench.core.decide.judgement import Judgement
from workbench.core.decide.levers import group_state

_Rule = Callable[[Judgement], bool]


def done_steps(found: Judgement) -> tuple[str, ...]:
    """Return the ids of all steps that the history shows to be done, in the order of the rules."""
    return tuple(name for name in found.rules.steps if DONE[name](found))


def _state(name: str, *states: str) -> _Rule:
    return lambda found: found.state(name) in states


def _lever(name: str) -> _Rule:
    return lambda found: any(one.id == name and one.state == "tried" for one in found.levers)


def _group(name: str) -> _Rule:
    return lambda found: group_state(found.reading)[name]


def _ended(found: Judgement) -> list[TryEvidence]:
    return [one for one in found.evidence.tries if one.result.state in ("closed", "settled")]


def _has_results(lost: str) -> _Rule:
    """All cases of the test that counts have a result."""

    def rule(found: Judgement) -> bool:
        main = found.reading.main
        return main is not None and found.reading.is_rated and not getattr(main, lost)

    return rule


def _is_single(found: Judgement) -> bool:
    return found.reading.main is not None and found.state("F3") != "comparing"


def _is_held_out(found: Judgement) -> bool:
    main = found.reading.main
    return found.state("F5") != "no_holdout" or (main is not None and main.set_name == "holdout")


def _is_independent(found: Judgement) -> bool:
    return found.reading.passes is not None and found.reading.passes.interval is not None and found.reading.is_rated


def _holds_format(found: Judgement) -> bool:
    return found.state("F6") == "fine" and had_schema(found.maker) is True


def _has_facts(found: Judgement) -> bool:
    lever = next(one for one in found.levers if one.id == "knowledge")
    return any("context" in one.added for one in _ended(found)) or lever.effect is not None


def _is_confirmed(found: Judgement) -> bool:
    return any(pair.set_name == "holdout" for pair in found.reading.pairs("model").values())


def _is_proved(found: Judgement) -> bool:
    best, target = better_model(found.reading), found.evidence.goals.target
    column = None if best is None else found.reading.column(best.challenger, best.set_name)
    ends = None if column is None or column.passes is None else column.passes.interval
    return ends is not None and target is not None and (ends.low >= target or ends.high < target)


def _is_adopted(found: Judgement) -> bool:
    """The model in use is better than another one on the same cases."""
    level = found.rules.thresholds.significance
    pairs = found.reading.pairs("model").values()
    return any((one.passes.p_adjusted or 1.0) < level and one.passes.difference < 0 for one in pairs)


def _is_batched(found: Judgement) -> bool:
    """As many calls go into batches as can wait."""
    costs = found.evidence.goals.costs
    return (costs.batched_share or 0.0) >= (costs.batch_share or 1e-9)


def _went_on(found: Judgement) -> bool:
    """A change was compared after one that helped, and helped no more."""
    ended = _ended(found)
    return bool(ended) and not ended[-1].result.is_settled and any(one.result.is_settled for one in ended)


def _is_within(found: Judgement) -> bool:
    goals = found.evidence.goals
    return found.state("F12") == "fine" and (goals.budget_usd is not None or goals.p95_limit_ms is not None)


def _adapters(found: Judgement) -> int:
    return len({one.key for one in found.evidence.columns if one.adapter and one.passes is not None})


def _is_measured_again(found: Judgement) -> bool:
    return _adapters(found) > 1 and found.state("F16") in ("same", "worse", "better", "drops")


DONE: Mapping[str, _Rule] = {
    "unscored": _has_results("unscored"),
    "unanswered": _has_results("unanswered"),
    "evidence": _state("F1", "enough"),
    "target": lambda found: found.evidence.goals.target is not None,
    "labels": _state("F2", "agree"),
    "judge": _state("F3", "measured"),
    "single": _is_single,
    "holdout": _is_held_out,
    "settle": _state("F4", "met", "missed"),
    "schema": _lever("schema"),
    "enforce": _holds_format,
    "probe": _state("F7", "knowledge", "other"),
    "facts": _has_facts,
    "models": lambda found: models_tried(found.reading) >= found.rules.thresholds.other_models,
    "switch": _is_confirmed,
    "proof": _is_proved,
    "samples": _state("F9", "none", "reach", "voted"),
    "vote": _lever("vote"),
    "examples": _group("examples"),
    "structure": _group("structure"),
    "optimiser": _group("optimiser"),
    "tries": _state("F10", "plateau"),
    "caching": _lever("caching"),
    "batch": _is_batched,
    "adopt": _is_adopted,
    "limits": _is_within,
    "independent": _is_independent,
    "again": _went_on,
    "shorten": _lever("shorter"),
    "smaller": _state("F8", "cheaper"),
    "rows": _state("F13", "try", "usual", "good"),
    "train": lambda found: _adapters(found) > 0,
    "tuned": _state("F16", "same", "worse", "better", "drops", "open"),
    "retrain": lambda found: _adapters(found) > 1,
    "remeasure": _is_measured_again,
    "guards": _state("F16", "better", "drops"),
}
