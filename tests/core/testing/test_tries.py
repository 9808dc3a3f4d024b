"""Kinds of change, the history of tries, and what a number of cases can show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.core.blocks import Example, OutputFormat
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane, Params
from workbench.core.statistics.stopping import TryResult
from workbench.core.testing.change_kind import SAME, TriedVersion, change_kind
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.tries import ChampionTry, cases_words, try_history

TEXT = Content((Message("system", "Be brief."), Message("user", "{{q}}")))
LANE = Lane("a", "litellm", "m")
OLD = TriedVersion(TEXT, LANE)


def other(content: Content = TEXT, **lane: object) -> TriedVersion:
    return TriedVersion(content, replace(LANE, **lane))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        (OLD, SAME),
        (other(slot="b", label="x", pinned=3), SAME),
        (other(model="n"), "model"),
        (other(params=Params(temperature=0.2)), "parameters"),
        (other(Content((Message("system", "Be very brief."), TEXT.messages[1]))), "wording"),
        (other(Content(TEXT.messages[1:])), "structure"),
        (other(replace(TEXT, template="jinja")), "structure"),
        (other(replace(TEXT, examples=(Example((Message("user", "a"), Message("assistant", "b"))),))), "examples"),
        (other(replace(TEXT, output=OutputFormat("json_object"))), "output format"),
        (other(replace(TEXT, tool_rounds=9)), "tools"),
        (other(Content((Message("system", "Short."), TEXT.messages[1])), model="n"), "model and wording"),
    ],
)
def test_kind_of_change(new: TriedVersion, kind: str) -> None:
    assert change_kind(OLD, new) == kind
    assert change_kind(new, OLD) == kind


def test_a_technique_names_the_kind_and_its_words_do_not_count() -> None:
    steps = Content((Message("system", "Be brief. Think step by step."), TEXT.messages[1]))
    new = TriedVersion(steps, LANE, {"steps": "Step by step"})
    assert change_kind(OLD, new) == "step by step"
    told = TriedVersion(replace(TEXT, output=OutputFormat("json_object")), LANE, {"output": "Output format"})
    assert change_kind(OLD, told) == "output format"
    assert change_kind(OLD, replace(new, techniques={"own:x": "ROLE"})) == "ROLE"


def tried(number: int, state: str, kind: str = "wording", pair: str = "", **more: object) -> ChampionTry:
    one = ChampionTry(
        *(f"r{number}", number, "2026-01-01", "#1", f"#{number}", ("#1", pair or f"#{number}"), kind),
        TryResult(state),  # type: ignore[arg-type]
        0.1,
    )
    return replace(one, **more)  # type: ignore[arg-type]


def test_plateau_needs_five_closed_tries_in_three_kinds() -> None:
    kinds = ["wording", "wording", "model", "examples", "wording"]
    tries = [tried(number, "closed", kind) for number, kind in enumerate(kinds)]
    found = try_history(tries)
    assert found.plateau.is_reached
    assert found.words == (
        "Tries: 5 closed in 3 kinds of change, 0 open. Plateau: nothing like these tries gains 10 points."
    )
    assert not try_history(tries[:4]).plateau.is_reached
    assert not try_history([replace(one, kind="wording") for one in tries]).plateau.is_reached
    begun_again = try_history([*tries, tried(9, "settled")])
    assert not begun_again.plateau.is_reached
    assert begun_again.words == "1 try settled, none since the last improvement; no plateau."
    later = try_history([*tries, tried(9, "settled"), tried(10, "closed"), tried(11, "open")])
    assert later.words == (
        "Tries since the last improvement: 1 closed in 1 kind of change, 1 open; no plateau. "
        "It takes 5 closed tries in 3 kinds, and none open."
    )
    assert (later.settled, later.to_json()["closed"], later.to_json()["plateau"]) == (1, 1, False)


def test_an_open_try_is_replaced_by_its_repetition_and_nothing_else_is() -> None:
    found = try_history([tried(1, "open", pair="x"), tried(2, "closed"), tried(3, "closed", pair="x")])
    assert [one.number for one in found.counted] == [2, 3]
    assert found.plateau.open == 0
    kept = try_history([tried(1, "closed", pair="x"), tried(2, "open", pair="x")])
    assert [one.number for one in kept.counted] == [1, 2]


def test_an_incomplete_try_is_listed_and_does_not_count() -> None:
    found = try_history([tried(1, "closed", open=3)])
    assert (len(found.tries), found.counted, found.words) == (1, (), "")


@pytest.mark.parametrize(
    ("cases", "gain", "words"),
    [
        (20, 0.1, "20 cases are too few for a verdict: the rule needs 50. Add 30 cases, or take the result as a hint."),
        (60, 0.1, "With fewer than 100 cases a gain of 10 points can be shown, but not ruled out."),
        (100, 0.1, ""),
        (399, 0.05, "With fewer than 400 cases a gain of 5 points can be shown, but not ruled out."),
        (500, 0.04, "A gain below 5 points cannot be ruled out; it can only be shown."),
    ],
)
def test_what_a_number_of_cases_can_show(cases: int, gain: float, words: str) -> None:
    assert cases_words(cases, gain) == words


@pytest.mark.parametrize(
    "goals", [RunGoals(), RunGoals(0.1, 0.05), RunGoals(0.2, None, "try"), RunGoals(0.1, 0.05, "", "run", 2)]
)
def test_goals_are_kept(goals: RunGoals) -> None:
    assert RunGoals.from_json(goals.to_json()) == goals


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"difference": 5, "margin": "x", "purpose": "all", "against": 3},
        {"margin": float("nan"), "against": {"run": 1, "column": 0}},
        {"margin": True, "against": {"run": "r", "column": -1}},
    ],
)
def test_invalid_goals_are_unknown(data: object) -> None:
    assert RunGoals.from_json(data) == RunGoals()
