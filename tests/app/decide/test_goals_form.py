"""The figures as typed: read back unchanged, empty means unknown, and what is refused with which sentence."""

from __future__ import annotations

from dataclasses import fields

import pytest

from workbench.app.decide.goals_form import (
    COST_FIELDS,
    GOAL_FIELDS,
    PEOPLE,
    GoalFieldError,
    read_goals,
    typed_goals,
)
from workbench.core.decide.goals import CostFigures, DecideGoals

BLANK = typed_goals(DecideGoals())
FULL = DecideGoals(
    target=0.925,
    margin=0.1,
    volume=2_000_000,
    budget_usd=3000,
    p95_limit_ms=2500,
    gain_usd=0,
    can_label=True,
    can_train=False,
    routes=("own_gpu",),
    costs=CostFigures(0.5, 3, 5840, 12_000, 10, 20, 90, 0, 0, 300, 12, 0.9, 0.25, 1),
)


def test_every_number_of_goals_and_costs_has_a_field() -> None:
    answers = {name for name, _ in PEOPLE} | {"routes", "costs"}
    assert {one.name for one in GOAL_FIELDS} == {one.name for one in fields(DecideGoals)} - answers
    assert {one.name for one in COST_FIELDS} == {one.name for one in fields(CostFigures)}
    titles = [one.title for one in (*GOAL_FIELDS, *COST_FIELDS)]
    assert len(set(titles)) == len(titles)


def test_figures_are_read_back_unchanged() -> None:
    assert set(BLANK.values()) == {""}
    assert read_goals(BLANK, DecideGoals()) == DecideGoals()
    typed = typed_goals(FULL)
    assert (typed["target"], typed["margin"], typed["p95_limit_ms"], typed["hit_rate"]) == ("92.5", "10", "2.5", "90")
    assert read_goals(typed, FULL) == FULL


def test_figures_are_typed_as_people_write_them() -> None:
    found = read_goals({**BLANK, "target": "90 %", "volume": "2,000,000", "budget_usd": "$3,000"}, DecideGoals())
    assert found == DecideGoals(target=0.9, volume=2_000_000, budget_usd=3000)


def test_an_emptied_field_becomes_unknown_and_answers_stay() -> None:
    found = read_goals({**typed_goals(FULL), "target": " ", "epochs": ""}, FULL)
    assert (found.target, found.costs.epochs) == (None, None)
    assert (found.can_label, found.can_train, found.routes) == (True, False, ("own_gpu",))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("target", "0", "“Target (%)” is a number above 0 and at most 100, or empty if you do not know it."),
        ("target", "101", "“Target (%)” is a number above 0 and at most 100, or empty if you do not know it."),
        (
            "margin",
            "100",
            "“Gain that matters (points)” is a number above 0 and below 100, or empty if you do not know it.",
        ),
        ("volume", "1.5", "“Calls a month” is a whole number above 0, or empty if you do not know it."),
        ("volume", "many", "“Calls a month” is a whole number above 0, or empty if you do not know it."),
        (
            "hit_rate",
            "-1",
            "“Cache hits (%)” is a number of 0 or more and at most 100, or empty if you do not know it.",
        ),
        ("call_usd", "-1", "“A call of the tuned model ($)” is a number of 0 or more, or empty if you do not know it."),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_limits(name: str, text: str, sentence: str) -> None:
    with pytest.raises(GoalFieldError) as refused:
        read_goals({**BLANK, name: text}, DecideGoals())
    assert (refused.value.field, str(refused.value)) == (name, sentence)
