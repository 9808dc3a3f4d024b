"""Every state of every finding, every sentence, step and row of the table is reached, and every text is complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

import pytest

from tests.core.decide.branches import BRANCHES
from tests.core.decide.made import decided, finding
from workbench.core.decide.decide import decide
from workbench.core.decide.decision import DecideSource, Decision, Figure, VersionRate
from workbench.core.decide.rules import StepWords, decide_rules


class Recorded(dict[str, str]):
    """Patterns that remember which were used."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.used.add(key)
        return super().__getitem__(key)


def texts(value: object) -> Iterator[str]:
    """Yield every text of a decision that a person reads."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif is_dataclass(value) and not isinstance(value, (Figure, VersionRate, DecideSource)):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


@pytest.mark.parametrize("name", BRANCHES)
def test_findings_reach_their_states(name: str) -> None:
    given, states = BRANCHES[name]
    decision = decided(given)
    assert {key: finding(decision, key).state for key in states} == states
    assert [one.id for one in decision.findings] == [f"F{number}" for number in range(1, 17)]


@pytest.mark.parametrize("name", BRANCHES)
def test_texts_are_complete(name: str) -> None:
    decision = decided(BRANCHES[name][0])
    for text in texts(decision):
        assert not re.search(r"[{}]|(?<!^)\bNone\b|\bnan\b|\binf\b|  |\.\.|\( |;\.|: \.| ,", text), text
    whole = [decision.headline, decision.confidence_sentence, *decision.reasons, *decision.would_change]
    whole += [one.sentence for one in decision.findings] + [one.headline for one in decision.also]
    whole += [one.need.sentence for one in decision.findings if one.need is not None]
    whole += [one.sentence for one in (*decision.steps, *decision.levers, *decision.routes, *decision.cost.savings)]
    for text in whole:
        assert re.match(r"[A-Z0-9$]|acme-b", text), text
        assert text.endswith("."), text


@pytest.mark.parametrize("name", BRANCHES)
def test_a_decision_is_short(name: str) -> None:
    decision = decided(BRANCHES[name][0])
    assert 1 <= len(decision.reasons) <= 3
    assert len(decision.steps) <= 5
    assert not decision.steps or not all(step.is_done for step in decision.steps)
    assert len({step.id for step in decision.steps}) == len(decision.steps)
    assert len(decision.rows) == 11
    assert [advice.table_row for advice in decision.also] == sorted({one.table_row for one in decision.also})
    assert all(advice.table_row > decision.table_row for advice in decision.also)


def everything() -> tuple[list[Decision], set[str], set[str]]:
    """Return all decisions, and which sentences and steps they used."""
    rules = decide_rules()
    words = Recorded(rules.words)
    steps: set[str] = set()

    class Steps(dict[str, StepWords]):
        def __getitem__(self, key: str) -> StepWords:
            steps.add(key)
            return super().__getitem__(key)

    recording = replace(rules, words=words, steps=Steps(rules.steps))
    return [decide(given, recording) for given, _ in BRANCHES.values()], words.used, steps


def test_every_sentence_step_and_row_of_the_table_is_reached() -> None:
    rules = decide_rules()
    decisions, words, steps = everything()
    assert sorted(set(rules.words) - words) == []
    assert sorted(set(rules.steps) - steps) == []
    assert {one.table_row for one in decisions} == set(rules.table)
    codes = {(one.table_row, one.code) for one in decisions}
    assert {(row, rule.code) for row, rule in rules.table.items()} <= codes
    assert {(4, "NOT_ENOUGH"), (10, "NOT_ENOUGH")} <= codes
