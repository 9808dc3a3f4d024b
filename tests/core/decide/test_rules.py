"""The data files of Decide: complete, used, and in step with the code."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from workbench.core.decide import decision
from workbench.core.decide.rules import decide_rules
from workbench.core.statistics import stopping
from workbench.core.statistics.judge_cells import FEWEST_LABELS

RULES = decide_rules()
CODE = "\n".join(file.read_text() for file in Path(decision.__file__).parent.rglob("*.py"))


def test_every_finding_and_row_of_the_page_is_there() -> None:
    assert list(RULES.findings) == [f"F{number}" for number in range(1, 17)]
    assert tuple(RULES.rows) == get_args(decision.RowId)
    assert {rule.row for rule in RULES.findings.values()} == set(RULES.rows)


def test_the_table_has_its_sixteen_rows() -> None:
    assert list(RULES.table) == list(range(1, 17))
    for rule in RULES.table.values():
        assert rule.code in get_args(decision.DecisionCode)
        assert rule.reasons
        assert set(rule.reasons) | set(rule.decides) <= set(RULES.findings)
    assert {rule.code for rule in RULES.table.values()} == set(get_args(decision.DecisionCode))


def test_every_source_exists_and_has_an_address() -> None:
    used = [number for rule in RULES.findings.values() for number in rule.sources]
    used += [number for rule in RULES.table.values() for number in rule.sources]
    used += [number for lever in RULES.levers for number in lever.sources]
    used += [number for route in RULES.routes for number in route.sources]
    assert set(used) <= set(RULES.sources)
    for number, source in RULES.sources.items():
        assert source.number == number
        assert source.title
        assert source.address


def test_levers_have_an_action_or_an_explanation() -> None:
    for lever in RULES.levers:
        assert bool(lever.action) != bool(lever.explanation), lever.id
        assert lever.published
        if lever.action is not None:
            assert lever.action.kind in get_args(decision.ActionKind)
    assert {lever.group for lever in RULES.levers if lever.group} == set(RULES.groups)


def test_techniques_of_levers_exist() -> None:
    shipped = {file.stem.partition("-")[2] for file in Path("resources/techniques").glob("*.yml")}
    parts = {
        "examples", "few-shot-examples", "output", "tools", "context", "reasoning", "wording", "structure",
        "chosen-examples", "vote", "optimiser", "shorter", "caching", "batch", "routing",
    }  # fmt: skip
    for lever in RULES.levers:
        assert lever.techniques <= shipped | parts, lever.id
    assert shipped <= {key for lever in RULES.levers for key in lever.techniques}


@pytest.mark.parametrize("name", RULES.steps)
def test_every_step_has_two_outcomes_and_is_used(name: str) -> None:
    step = RULES.steps[name]
    assert len(step.outcomes) == 2
    assert f'"{name}"' in CODE
    for _, means in step.outcomes:
        assert means.endswith(".")


def test_routes_are_dated_and_open_ones_name_their_models() -> None:
    assert RULES.routes_date == RULES.date
    for route in RULES.routes:
        assert route.opening in ("yes", "no", "existing")
        assert route.sources
        assert bool(route.base_models) == (route.opening != "no")
        for price in (route.training_usd, route.hosting_usd_hour, route.input_usd, route.output_usd):
            assert price is None or price > 0
        if route.opening == "existing":
            assert route.open_until is not None
        assert max(route.read_on, route.priced_on) <= date.fromisoformat(RULES.date)


def test_the_wording_of_the_stopping_rule_says_its_numbers() -> None:
    rule = RULES.findings["F10"].rule
    assert (stopping.PLATEAU_TRIES, stopping.PLATEAU_KINDS) == (5, 3)
    assert "five closed tries of three kinds" in rule
    assert RULES.thresholds.margin == stopping.MARGIN


def test_rules_in_words_say_their_thresholds() -> None:
    limits, findings = RULES.thresholds, RULES.findings
    said = {
        "F1": (limits.fewest_cases, limits.fewest_verdicts),
        "F2": (round(100 * limits.contradictions),),
        "F3": (FEWEST_LABELS, limits.judge_labels),
        "F6": (round(100 * limits.format_share),),
        "F7": (
            limits.stubborn_cases,
            round(100 * limits.stubborn_share),
            limits.stubborn_versions,
            limits.stubborn_models,
        ),
        "F9": (round(100 * limits.luck), limits.samples),
        "F13": (limits.rows_to_try, limits.rows_usual, limits.rows_good, limits.pairs_to_try, limits.pairs_usual),
        "F14": (limits.base_months,),
        "F15": (limits.return_factor,),
        "F16": (limits.tuned_cases, round(100 * limits.guard_loss)),
    }
    for name, numbers in said.items():
        assert [one for one in numbers if not re.search(rf"\b{one:,}\b", findings[name].rule)] == [], name
