"""What a decision about a tuned model would hand over to training."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from workbench.core.decide.decision import Decision
from workbench.core.decide.hand_over import HandOverPlan, leans_to_training
from workbench.core.decide.rules import BaseModel, DecideRules
from workbench.core.training_commands import training_commands
from workbench.usecases.handover import HandOverRequest


def hand_over_plan(
    decision: Decision, rules: DecideRules, retires: Callable[[str], date | None]
) -> HandOverPlan | None:
    """Return the plan, None unless the decision is about a tuned model.

    The base model is that of the route whose costs were computed; where the person chooses it, the suggested one.
    `retires` returns the day on which a model is retired.
    """
    if not leans_to_training(decision):
        return None
    commands, usual = training_commands(), HandOverRequest()
    base = _base(decision, rules)
    name = commands.base_model if base is None else base.name
    return HandOverPlan(
        name,
        retires(name) if base is None else base.retires_on,
        base is None,
        commands.settings.rank,
        commands.settings.alpha,
        commands.settings.learning_rate[usual.kind],
        usual.epochs,
        usual.share,
        date.fromisoformat(commands.date),
    )


def _base(decision: Decision, rules: DecideRules) -> BaseModel | None:
    """Return the longest-lived base model of the route of the costs, None if the person chooses it."""
    route = next((one for one in rules.routes if one.title == decision.cost.route), None)
    if route is None:
        return None
    named = [one for one in route.base_models if not one.is_any]
    return max(named, key=lambda one: one.retires_on or date.max, default=None)
