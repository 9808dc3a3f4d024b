"""The figures of the person as they are typed, read into goals.

Invariant: an empty field is unknown, never 0; what `read_goals` returns can be stored, and what it refuses is named
with its limits. Every number of `DecideGoals` and `CostFigures` has one row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.decide.goals import CostFigures, DecideGoals
from workbench.core.typed_numbers import shown_number, typed_number

NumberKind = Literal["percent", "points", "amount", "count", "seconds", "share"]
_FACTORS: Mapping[NumberKind, float] = {"percent": 100, "points": 100, "share": 100, "seconds": 0.001}
_MOST = 1e12


@dataclass(frozen=True, slots=True)
class NumberField:
    """A field of the form: the name in the goals or the costs, its title, and what it means."""

    name: str
    title: str
    tip: str
    kind: NumberKind = "amount"
    is_cost: bool = False


GOAL_FIELDS: tuple[NumberField, ...] = (
    NumberField("target", "Target (%)", "The pass rate you need", "percent"),
    NumberField("margin", "Gain that matters (points)", "Smaller differences count as none; 10 if empty", "points"),
    NumberField("volume", "Calls a month", "How often you run the prompt, or will", "count"),
    NumberField("budget_usd", "Budget a month ($)", "Upper limit for the cost of all calls"),
    NumberField("p95_limit_ms", "Time limit (s)", "95 of 100 answers must be complete within this time", "seconds"),
    NumberField(
        "gain_usd", "Value of reaching the target, a month ($)", "What reaching the target would bring or save you"
    ),
)
COST_FIELDS: tuple[NumberField, ...] = (
    NumberField("training_usd", "Training, per million tokens ($)", "The price of your provider", is_cost=True),
    NumberField("epochs", "Epochs", "How often training reads each row; 3 if empty", "count", is_cost=True),
    NumberField("hosting_usd", "Hosting a month ($)", "All servers of the tuned model together", is_cost=True),
    NumberField("call_usd", "A call of the tuned model ($)", "0 if calls are not billed", is_cost=True),
    NumberField("tuned_input_tokens", "Input of a tuned call (tokens)", "A tuned model may need less", is_cost=True),
    NumberField("labelling_hours", "Hours of labelling", "Work on training rows", is_cost=True),
    NumberField("engineering_hours", "Hours of engineering", "Training, tests and serving", is_cost=True),
    NumberField("hourly_usd", "An hour of work ($)", "The cost of a person", is_cost=True),
    NumberField("tests_usd", "Tests of the tuned model ($)", "Calls and reviews before you use it", is_cost=True),
    NumberField("fixed_usd", "All of it once ($)", "Replaces training, work and tests above", is_cost=True),
    NumberField("months", "Months until it is replaced", "How long the base model is available", is_cost=True),
    NumberField("retraining_per_year", "Trainings a year after that", "0 if it is trained once", is_cost=True),
    NumberField("hit_rate", "Cache hits (%)", "The share of calls that find the prompt cached", "share", is_cost=True),
    NumberField(
        "batch_share", "Calls that can wait (%)", "They can go into a batch, at about half", "share", is_cost=True
    ),
    NumberField(
        "batched_share",
        "Calls sent in batches today (%)",
        "Your program sends them, so no test shows it",
        "share",
        is_cost=True,
    ),
)
PEOPLE: tuple[tuple[str, str], ...] = (
    ("can_label", "Someone can label answers"),
    ("can_train", "Someone can train a model"),
    ("can_serve", "Someone can serve a model"),
    ("has_gpu", "You have a GPU of your own"),
)
"""Questions with yes, no, or unknown: names in the goals, and their texts."""
_ZERO = frozenset({"call_usd", "hosting_usd", "labelling_hours", "engineering_hours", "hourly_usd", "tests_usd"})
_MAY_BE_ZERO = _ZERO | {
    "fixed_usd",
    "retraining_per_year",
    "hit_rate",
    "batch_share",
    "batched_share",
    "training_usd",
    "gain_usd",
}


class GoalFieldError(ValueError):
    """A field that cannot be used: its name, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def typed_goals(goals: DecideGoals) -> dict[str, str]:
    """Return the numbers as they stand in the form, by the names of their fields."""
    return {one.name: _typed(one, getattr(goals.costs if one.is_cost else goals, one.name)) for one in _fields()}


def read_goals(typed: Mapping[str, str], goals: DecideGoals) -> DecideGoals:
    """Return `goals` with the typed numbers. Raises GoalFieldError for the first field that cannot be used."""
    found = {one.name: _read(one, typed[one.name]) for one in _fields()}
    costs = {one.name: found.pop(one.name) for one in COST_FIELDS}
    epochs = costs.pop("epochs")
    figures: CostFigures = replace(goals.costs, epochs=None if epochs is None else int(epochs), **costs)
    return replace(goals, costs=figures, **found)  # type: ignore[arg-type] # the names are those of numbers


def _fields() -> tuple[NumberField, ...]:
    return (*GOAL_FIELDS, *COST_FIELDS)


def _typed(field: NumberField, value: float | None) -> str:
    return "" if value is None else shown_number(value * _FACTORS.get(field.kind, 1))


def _read(field: NumberField, text: str) -> float | None:
    plain = text.strip().removesuffix("%").strip()
    if not plain:
        return None
    value = typed_number(plain)
    if value is None or not _is_allowed(field, value):
        raise GoalFieldError(field.name, _limits(field))
    return round(value / _FACTORS.get(field.kind, 1), 9)


def _is_allowed(field: NumberField, value: float) -> bool:
    if field.kind == "count" and value != int(value):
        return False
    least = value >= 0 if field.name in _MAY_BE_ZERO else value > 0
    most = {"percent": value <= 100, "share": value <= 100, "points": value < 100}.get(field.kind, value <= _MOST)
    return least and most


def _limits(field: NumberField) -> str:
    what = f"“{field.title}”"
    start = "of 0 or more" if field.name in _MAY_BE_ZERO else "above 0"
    if field.kind in ("percent", "share", "points"):
        most = "below 100" if field.kind == "points" else "at most 100"
        return f"{what} is a number {start} and {most}, or empty if you do not know it."
    whole = "whole number" if field.kind == "count" else "number"
    return f"{what} is a {whole} {start}, or empty if you do not know it."
