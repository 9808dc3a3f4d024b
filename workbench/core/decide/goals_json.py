"""The stored form of goals: a JSON object of the answers that a person gave.

Invariant: `goals_from_json(goals_to_json(goals)) == goals` for valid goals. Unknown keys and invalid values read as
unknown, so that a damaged or newer form never invents an answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from workbench.core.decide.goals import CostFigures, DecideGoals

_MOST_ROUTES = 100
_MOST = 1e15
_Reader = Callable[[object], Any]


def goals_to_json(goals: DecideGoals) -> dict[str, Any]:
    """Return the answers that were given; what is unknown is left out."""
    data = _known(goals, _GOALS)
    if goals.routes is not None:
        data["routes"] = list(goals.routes)
    costs = _known(goals.costs, _COSTS)
    return {**data, "costs": costs} if costs else data


def goals_from_json(data: object) -> DecideGoals:
    """Read `goals_to_json` back."""
    if not isinstance(data, Mapping):
        return DecideGoals()
    costs = data.get("costs")
    known = {name: read(data.get(name)) for name, read in _GOALS.items()}
    figures = {name: read(costs.get(name)) for name, read in _COSTS.items()} if isinstance(costs, Mapping) else {}
    return DecideGoals(**known, costs=CostFigures(**figures))


def _known(one: DecideGoals | CostFigures, readers: Mapping[str, _Reader]) -> dict[str, Any]:
    return {name: value for name in readers if (value := getattr(one, name)) is not None}


def _amount(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if 0 <= value <= _MOST else None


def _fraction(value: object) -> float | None:
    amount = _amount(value)
    return amount if amount is not None and amount <= 1 else None


def _share(value: object) -> float | None:
    """Return a rate or a gain, which is not 0."""
    return _fraction(value) or None


def _count(value: object) -> int | None:
    amount = _amount(value)
    return int(amount) if amount is not None and amount >= 1 and amount == int(amount) else None


def _answer(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _names(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return None
    return tuple(dict.fromkeys(value))[:_MOST_ROUTES]


_GOALS: Mapping[str, _Reader] = {
    "target": _share,
    "margin": _share,
    **dict.fromkeys(("volume", "budget_usd", "p95_limit_ms", "gain_usd"), _amount),
    **dict.fromkeys(("can_label", "can_train", "can_serve", "has_gpu"), _answer),
    "routes": _names,
}
_COSTS: Mapping[str, _Reader] = {
    one.name: {"epochs": _count, "hit_rate": _fraction, "batch_share": _fraction, "batched_share": _fraction}.get(
        one.name, _amount
    )
    for one in fields(CostFigures)
}
