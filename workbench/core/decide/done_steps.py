"""When the history shows that a step of the experiment is done.

Most steps are done by the state of a finding or of a lever: `resources/decide/rules.yml` says which. Here are the rules
that need more of the evidence; the file refers to them by name.

Invariant: a step is done by what was run and stored, never because someone ticked it. Batches are sent outside of the
product, so that only the person's own figures tell of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.core.decide.evidence import TryEvidence
from workbench.core.decide.findings.failures import had_schema
from workbench.core.decide.findings.models import better_model
from workbench.core.decide.judgement import Judgement
from workbench.core.decide.levers import group_state

_Rule = Callable[[Judgement], bool]


def done_steps(found: Judgement) -> tuple[str, ...]:
    """Return the ids of all steps that the history shows to be done, in the order of the rules."""
    return tuple(name for name in found.rules.steps if is_done(found, name))


def is_done(found: Judgement, name: str) -> bool:
    """Whether the history shows that a step is done."""
    when = found.rules.done[name]
    if when.finding:
        return found.state(when.finding) in when.states
    if when.lever:
        return any(one.id == when.lever and one.state == "tried" for one in found.levers)
    if when.group:
        return group_state(found.reading)[when.group]
    return RULES[when.rule](found)


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


RULES: Mapping[str, _Rule] = {
    "all_scored": _has_results("unscored"),
    "all_answered": _has_results("unanswered"),
    "target_entered": lambda found: found.evidence.goals.target is not None,
    "single_answers": _is_single,
    "held_out": _is_held_out,
    "format_holds": _holds_format,
    "facts_compared": _has_facts,
    "confirmed": _is_confirmed,
    "proved": _is_proved,
    "batched": _is_batched,
    "adopted": _is_adopted,
    "within_limits": _is_within,
    "independent": _is_independent,
    "went_on": _went_on,
    "tuned_model": lambda found: _adapters(found) > 0,
    "another_tuned_model": lambda found: _adapters(found) > 1,
    "measured_again": _is_measured_again,
}
