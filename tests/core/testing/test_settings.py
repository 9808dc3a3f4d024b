"""Test settings of a prompt: stored form and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.core.cases import Check
from workbench.core.lanes import Lane, Params
from workbench.core.testing.settings import JudgeSettings, SuiteBudget, SuiteSettings

WHOLE = SuiteSettings(
    checks=(Check("contains", value='"ETA"'),),
    threshold=0.5,
    columns=(Lane("a", "echo", "echo", Params(temperature=0.2), pinned=3), Lane("b", "builtin", "m", label="fast")),
    baseline="b",
    samples=3,
    budget=SuiteBudget(usd=1.5, calls=100, minutes=2.5),
    difference=0.2,
    margin=0.03,
    salt="x",
    guards=("g2", "g1"),
    judge=JudgeSettings(
        Lane("judge", "litellm", "acme-large", Params(temperature=0.0)), Lane("v", "builtin", "e"), 3, True
    ),
)


@pytest.mark.parametrize("settings", [WHOLE, SuiteSettings()])
def test_settings_round_trip(settings: SuiteSettings) -> None:
    assert SuiteSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_defaults_are_not_stored() -> None:
    assert SuiteSettings().to_json() == {}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"checks": {}},
        {"checks": [{}]},
        {"columns": "x"},
        {"columns": [{"slot": "a"}]},
        {"columns": [{"slot": "a", "endpoint": "e", "model": "m"}] * 41},
        {"samples": True},
        {"baseline": 3},
        {"salt": 3},
        {"guards": "g1"},
        {"guards": [1]},
        {"threshold": -1},
        {"budget": 3},
        {"budget": {"usd": "1"}},
        {"budget": {"calls": float("inf")}},
        {"difference": 0},
        {"margin": 1},
        {"judge": []},
        {"judge": {"lane": 3}},
        {"judge": {"embedding": {"slot": "a"}}},
        {"judge": {"repeats": "2"}},
        {"judge": {"decides": 1}},
    ],
)
def test_invalid_settings_are_refused_with_a_sentence(data: Any) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        SuiteSettings.from_json(data)


def test_settings_of_an_earlier_release_have_no_guards_and_a_guard_is_there_once() -> None:
    assert SuiteSettings.from_json({"salt": "x"}).guards == ()
    assert SuiteSettings.from_json({"guards": ["b", "a", "b"]}).guards == ("b", "a")


def test_samples_are_bounded() -> None:
    assert SuiteSettings.from_json({"samples": 1000}).samples == 20
    assert SuiteSettings.from_json({"samples": 0}).samples == 1


def test_settings_of_an_earlier_release_have_no_judge_and_repeats_are_bounded() -> None:
    assert SuiteSettings.from_json({"salt": "x"}).judge == JudgeSettings()
    assert SuiteSettings.from_json({"judge": {"repeats": 1000}}).judge.repeats == 20
    assert SuiteSettings.from_json({"judge": {"repeats": 0}}).judge.repeats == 1
