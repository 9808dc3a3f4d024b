"""The short words of the page, and the rules as a text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.app.decide.standin_decisions import decided_prompt
from tests.core.decide import scenarios
from workbench.app.decide.rules_words import rules_text
from workbench.app.decide.words import (
    about_words,
    bar_words,
    cost_words,
    experiment_title,
    goals_words,
    levers_title,
    measured_words,
    rate_words,
    rates_title,
    step_words,
)
from workbench.core.decide.cost_figures import CostPicture, SensitivityBar
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.rules import decide_rules

RICH = decided_prompt("p", scenarios.data_rich())
DECISION = RICH.decision


def test_rows_name_their_measured_numbers() -> None:
    (quality,) = [one for one in DECISION.findings if one.id == "F4"]
    assert measured_words(quality).startswith("Pass rate 82 % of 200 (")
    assert rate_words(DECISION.rates[0]) == "#4: 164 of 200, 82 % (76.1 to 86.7 %), the best one"
    assert rate_words(replace(DECISION.rates[0], low=None, high=None, is_champion=False)) == "#4: 164 of 200, 82 %"
    assert rates_title(DECISION.rates) == "Pass rate by version, hold-out, 95 % intervals"
    assert rates_title(()) == "Pass rate by version, cases, 95 % intervals"


def test_numbers_of_a_judge_say_so() -> None:
    (quality,) = [one for one in DECISION.findings if one.id == "F4"]
    assert measured_words(replace(quality, judge_words="judge unmeasured")).endswith(" · Judge unmeasured")
    assert measured_words(replace(quality, judge_words="judge unmeasured", figures=())) == ""
    point = replace(DECISION.rates[0], judge_words="judge unmeasured")
    assert rate_words(point) == "#4: 164 of 200, 82 % (76.1 to 86.7 %), judge unmeasured, the best one"
    title = "Pass rate by version, hold-out, 95 % intervals"
    assert rates_title((point,)) == f"{title}; judge unmeasured"
    checked = replace(point, version=3, name="#3", judge_words="")
    assert rates_title((checked, point)) == f"{title}; judge unmeasured (#4)"
    corrected = replace(point, version=3, name="#3", judge_words="judged, corrected")
    assert rates_title((corrected, point)) == f"{title}; judged, corrected (#3); judge unmeasured (#4)"


def test_steps_say_what_they_take() -> None:
    steps = {step.id: step_words(step) for step in DECISION.steps}
    assert steps["tuned"].endswith("run the hold-out: 400 calls, about $0.80, 20 minutes")
    assert steps["caching"] == "Switch caching on: saves $4,536 a month"
    assert ":" not in steps["train"]
    done = sum(step.is_done for step in DECISION.steps)
    assert experiment_title(DECISION.steps) == f"The experiment: {len(steps)} steps, {done} done"


def test_figures_of_the_person_are_one_line() -> None:
    assert goals_words(DecideGoals()) == "Your figures: no target, unknown volume, no budget"
    assert goals_words(DecideGoals(0.9, 0.05, 12_000, 40, 2500)) == (
        "Your figures: target 90 %, margin 5 points, 12,000 calls a month, budget $40 a month, time limit 2.5 s"
    )


def test_costs_say_the_break_even_or_why_there_is_none() -> None:
    assert list(cost_words(DECISION.cost)) == [
        "Break-even after the cheap levers: 1.78 million calls a month, 1.12 million before them."
    ]
    assert list(cost_words(CostPicture(is_never=True))) == [
        "A call of the tuned model costs as much or more, so training never pays for itself."
    ]
    bound = CostPicture(break_even=12_000, break_even_before=12_000, is_bound=True, missing=("the work of people",))
    assert list(cost_words(bound)) == [
        "Break-even after the cheap levers: at least 12,000 calls a month.",
        "Unknown: the work of people.",
    ]
    assert bar_words(SensitivityBar("hosting", "Hosting a month", 10, 5000, None)) == (
        "Hosting a month: 5,000 at half, never at twice"
    )


def test_the_page_says_what_it_stands_on() -> None:
    tried = sum(lever.state == "tried" for lever in DECISION.levers)
    assert levers_title(DECISION.levers) == f"What to try before training: {tried} of {len(DECISION.levers)} tried"
    assert about_words(RICH.report) == "Decided from 3 runs and 600 cases"


def test_all_rules_are_shown_and_the_row_of_the_headline_is_marked() -> None:
    rules = decide_rules()
    text = rules_text(rules, DECISION)
    assert [line for line in text.splitlines() if line.endswith("← this is the headline")] == [
        line for line in text.splitlines() if line.startswith(f"{DECISION.table_row} {DECISION.code}:")
    ]
    for rule in rules.findings.values():
        assert f"{rule.id} {rule.question} {rule.rule}" in text
    assert all(one.title in text for one in rules.levers)
    assert all(one.address in text for one in rules.sources.values())
    assert all(route.sentence in text for route in DECISION.routes)
    assert "←" not in rules_text(rules, None)


def test_rules_name_all_files_that_they_are_made_of() -> None:
    text = rules_text(decide_rules(), None)
    folder = Path(__file__).parents[3] / "resources" / "decide"
    assert sorted(re.findall(r"• (\w+\.yml): ", text)) == sorted(file.name for file in folder.iterdir())
    assert "• fewest cases: 20" in text
    assert "• significance: 0.05" in text
    assert all(f"• {one.done}." in text for one in decide_rules().steps.values())
