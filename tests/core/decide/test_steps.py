"""The steps of the experiment: what their buttons prepare, and that the history marks them done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.decide import scenarios
from tests.core.decide.made import decided
from workbench.core.decide.decision import Action, Step
from workbench.core.decide.evidence import CaseCounts, DecideEvidence


def step_of(given: DecideEvidence, name: str) -> Step:
    return next(one for one in decided(given).steps if one.id == name)


def test_more_hold_out_cases_are_three_times_as_many_new_ones() -> None:
    """A third of new cases joins the hold-out, so what is asked for is what has to be added."""
    step = step_of(scenarios.straddling(), "settle")
    assert step.title == "Score 25 more hold-out cases"
    assert step.sentence.endswith("A third of new cases joins the hold-out: add about 75 cases.")
    assert step.action == Action("cases", "Add 75 cases", set_name="holdout", count=25)
    assert (step.calls, step.cost_usd) == (25, pytest.approx(0.25))


def test_cases_that_wait_for_a_test_are_not_asked_for_again() -> None:
    one = scenarios.straddling()
    some = step_of(replace(one, cases=CaseCounts(80, 50, untried=14, untried_holdout=10)), "settle")
    assert "10 are there and not tested yet. A third of new cases joins the hold-out: add about 45 cases." in (
        some.sentence
    )
    assert some.action == Action("cases", "Add 45 cases", set_name="holdout", count=15)
    every = step_of(replace(one, cases=CaseCounts(80, 65, untried=25, untried_holdout=25)), "settle")
    assert every.action == Action("holdout", "Run the hold-out", set_name="holdout", count=25)
    tuning = replace(one, columns=(replace(one.columns[0], set_name="tuning"),))
    assert step_of(tuning, "settle").action == Action("cases", "Add 25 cases", set_name="tuning", count=25)
    # A third of what is added would be held out.
    beside = replace(tuning, cases=CaseCounts(40, 20))
    assert step_of(beside, "settle").action == Action("cases", "Add 38 cases", set_name="tuning", count=25)
    waiting = replace(tuning, cases=CaseCounts(65, 0, untried=25))
    assert step_of(waiting, "settle").action == Action("run", "Run the new cases", set_name="tuning", count=25)


def test_the_better_model_needs_its_own_cases_at_its_own_price() -> None:
    step = step_of(scenarios.better_model(), "proof")
    assert step.title == "Score Model B on 400 more hold-out cases"
    assert step.action == Action("cases", "Add 1,200 cases", set_name="holdout", count=400)
    assert (step.calls, step.cost_usd) == (400, pytest.approx(2.4))


def test_tries_by_hand_stand_in_for_proposals_by_a_model() -> None:
    """The step is done by them; the lever was not tried, and says why it need not be."""
    decision = decided(scenarios.data_rich())
    assert "optimiser" in decision.done
    [lever] = [one for one in decision.levers if one.id == "optimiser"]
    assert (lever.state, lever.is_required) == ("not tried", False)
    assert lever.sentence == "Not tried; 6 tries by hand stand in for it."


def test_batches_that_are_sent_lower_the_bill_and_end_their_step() -> None:
    """$0.0033 a call; half of 1.6 million calls in batches at half the price leave three quarters of $5,280."""
    given = scenarios.too_dear()
    waiting = replace(given.goals, costs=replace(given.goals.costs, batch_share=0.5))
    before = decided(replace(given, goals=waiting))
    step = next(one for one in before.steps if one.id == "batch")
    assert step.action == Action("goal", "Enter what you send in batches", "batched_share")
    assert (step.is_done, "batch" in before.done) == (False, False)
    assert before.cost.monthly_usd == pytest.approx(5280)
    sent = replace(waiting, costs=replace(waiting.costs, batched_share=0.5))
    after = decided(replace(given, goals=sent))
    assert "batch" in after.done
    assert after.cost.monthly_usd == pytest.approx(3960)
    # Caching still saves what it saved, on three quarters of the price.
    assert after.cost.after_monthly_usd == pytest.approx(2688 * 0.75)
    assert {one.id: one.state for one in after.levers}["batch"] == "tried"
