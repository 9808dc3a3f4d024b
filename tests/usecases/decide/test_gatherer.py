"""What is gathered beside columns: tries, verdicts, rows and versions, and nothing of the hold-out but totals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import (
    IS_JSON,
    MODEL,
    TODAY,
    Col,
    History,
    rated,
    table,
)
from workbench.core.decide.decision import Action
from workbench.core.decide.evidence import PairEvidence, TryEvidence
from workbench.core.lanes import Endpoint
from workbench.core.runs import Verdict
from workbench.core.testing.goals import RunGoals
from workbench.store import StoreError

WON, LOST, TIED = Verdict("winner", (1,)), Verdict("winner", (0,)), Verdict("tie")


def pairs(history: History, role: str) -> list[PairEvidence]:
    return [one for one in history.evidence().pairs if one.role == role]


# The hold-out


def test_hold_out_has_no_evidence_before_all_answers_are_there(history: History) -> None:
    history.version()
    history.cases(40, holdout=20)
    history.test(Col(rated(30, 40)))
    history.test(Col(rated(15, 20)), set_name="holdout", first=40, answered=19)
    evidence = history.evidence()
    assert {one.set_name for one in evidence.columns} == {"tuning"}
    assert (evidence.cases.tuning, evidence.cases.holdout, evidence.cases.untried) == (40, 20, 20)


def test_evidence_names_no_case(history: History) -> None:
    history.version()
    history.cases(40, holdout=20)
    mine, other = table(10, 4, 2, 4)
    history.test(Col(mine), Col(other, model="acme-b"), set_name="holdout", first=40)
    evidence = history.evidence()
    assert {one.set_name for one in evidence.columns} == {"holdout"}
    assert "case-" not in str(evidence)
    assert "Case " not in str(evidence)
    assert "case-" not in str(history.decide())


def test_rows_that_answer_held_out_values_are_no_training_rows(history: History) -> None:
    history.version()
    history.cases(20, holdout=10)
    for order in ("5", "25", "999"):
        # Orders 20 to 29 are those of held-out cases.
        history.iteration((1, MODEL), text=order, star=True)
    training = history.evidence().training
    assert training is not None
    assert training.rows == 2


def test_rows_that_answer_the_values_of_a_guard_set_are_no_training_rows(history: History) -> None:
    history.version()
    history.guard("general", 10)
    for order in ("5", "9", "10"):
        # The guard's cases ask about the orders 0 to 9.
        history.iteration((1, MODEL), text=order, star=True)
    training = history.evidence().training
    assert training is not None
    assert training.rows == 1


# Tries


def tries(history: History) -> tuple[TryEvidence, ...]:
    return history.evidence().tries


def test_last_champion_of_the_tries_is_the_champion(history: History) -> None:
    scenarios.improving(history)
    evidence = history.evidence()
    assert evidence.champion == f"3 litellm {MODEL} {{}}"
    assert [(one.version, one.fixed, one.broke, one.result.state) for one in evidence.tries] == [
        (2, 15, 3, "settled"),
        (3, 19, 5, "settled"),
    ]
    assert [one.added for one in evidence.tries] == [("wording",), ("examples",)]
    history.version(parent=3)
    lost = table(100, 4, 10, 36)
    history.trial(Col(lost[0], 3), Col(lost[1], 4), set_name="holdout", first=300)
    assert history.evidence().champion == f"3 litellm {MODEL} {{}}"


def test_champion_whose_tests_had_other_checks_is_replaced_by_the_baseline(history: History) -> None:
    for at in range(2):
        history.version(parent=at or None)
    history.cases(100)
    sides = table(60, 10, 10, 20)
    history.trial(Col(sides[0]), Col(sides[1], 2))
    history.test(Col(rated(70, 100), 2), Col(rated(80, 100), 2, "acme-b"), checks=(IS_JSON,))
    evidence = history.evidence()
    assert evidence.champion == f"2 litellm {MODEL} {{}}"
    assert [one.champion for one in evidence.pairs] == [evidence.champion]
    assert len(evidence.tries) == 1


def test_baseline_of_the_newest_test_is_the_champion_without_tries(history: History) -> None:
    history.version()
    history.cases(20)
    history.test(Col(rated(10, 20)), Col(rated(11, 20), model="acme-b"), baseline=1)
    assert history.evidence().champion == "1 litellm acme-b {}"


def test_champion_that_was_answered_before_makes_no_fresh_pair(history: History) -> None:
    history.version()
    history.cases(20)
    history.test(Col(rated(10, 20)), Col(rated(12, 20), model="acme-b"), goals=RunGoals(0.1, 0.02))
    [found] = pairs(history, "model")
    assert (found.is_fresh, found.margin) == (True, 0.02)


# Verdicts


def test_versions_are_only_compared_with_the_same_model(history: History) -> None:
    for at in range(2):
        history.version(parent=at or None)
    for said in (WON, WON, LOST, TIED):
        history.iteration((1, MODEL), (2, MODEL), verdict=said)
    history.iteration((1, "acme-b"), (2, MODEL), verdict=WON)
    history.iteration((2, MODEL), (1, MODEL), verdict=Verdict("winner", (0,), blind=True))
    [found] = history.evidence().verdicts
    assert (found.champion, found.challenger, found.kind) == (1, 2, "wording")
    assert (found.wins, found.losses, found.ties, found.blind) == (3, 1, 1, 1)
    assert len(found.run_uids) == 5


def test_verdicts_between_models_come_first_and_are_of_one_version(history: History) -> None:
    for at in range(2):
        history.version(parent=at or None)
    history.iteration((1, MODEL), (2, MODEL), verdict=WON)
    history.iteration((2, "acme-b"), (2, MODEL), verdict=WON)
    found = [(one.champion, one.challenger, one.kind, one.wins, one.losses) for one in history.evidence().verdicts]
    # Without a test the champion's model is unknown: the later name is the challenger.
    assert found == [(2, 2, "model", 1, 0), (1, 2, "wording", 1, 0)]


def test_verdicts_between_models_say_nothing_of_prompting(history: History) -> None:
    scenarios.blind_only(history)
    [found] = history.evidence().verdicts
    assert (found.wins + found.losses, found.blind) == (8, 8)
    states = {one.id: one.state for one in history.decide().findings}
    assert (states["F1"], states["F10"]) == ("verdicts", "untried")


# Training rows


def test_rated_answers_become_rows(history: History) -> None:
    history.version()
    history.cases(20, tags=("refund",) * 20)
    history.rate(12, doubles=3, contradictions=2)
    history.iteration((1, MODEL), (1, "acme-b"), text="pair", answers=("worse", "better"), verdict=WON)
    training = history.evidence().training
    assert training is not None
    assert (training.rows, training.doubles, training.contradictions) == (13, 3, 2)
    assert training.pairs == 1
    assert training.tokens_per_row == 340
    assert (training.smallest_tag_name, training.smallest_tag) == ("refund", 12)
    assert training.median_age_days == pytest.approx((TODAY - history.now_date()).days, abs=1)


def test_nothing_rated_gives_no_rows(history: History) -> None:
    history.version()
    assert history.evidence().training is None


# Optimiser, versions, errors


def test_proposals_count_as_checked_once_a_hold_out_followed(history: History) -> None:
    history.version()
    history.cases(20, holdout=20)
    history.improve()
    assert (history.evidence().optimiser.runs, history.evidence().optimiser.with_holdout) == (1, 0)
    history.test(Col(rated(15, 20)), set_name="holdout", first=20)
    history.improve()
    assert (history.evidence().optimiser.runs, history.evidence().optimiser.with_holdout) == (2, 1)


def test_versions_say_what_they_consist_of(history: History) -> None:
    scenarios.data_rich(history)
    versions = history.evidence().versions
    assert [one.number for one in versions] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.examples for one in versions] == [0, 0, 3, 0, 0, 0, 4]
    assert [one.has_schema for one in versions] == [False, False, False, False, False, True, False]
    assert versions[0].static_tokens == 1400
    assert versions[3].techniques == ("numbered-steps",)
    assert [one.change for one in versions[:4]] == ["", "wording", "few-shot examples", "numbered steps"]


def test_unknown_prompt_is_refused(history: History) -> None:
    with pytest.raises(StoreError, match="prompt"):
        history.decider.decision("x")


def statements(history: History) -> int:
    """Return how many statements a gathering executes."""
    found: list[str] = []
    with history.store._readers.use() as connection:
        connection.set_trace_callback(found.append)
    history.evidence()
    with history.store._readers.use() as connection:
        connection.set_trace_callback(None)
    return len([one for one in found if one.startswith(("SELECT", "WITH"))])


def test_reads_do_not_grow_with_iterations_cases_and_repeated_tests(history: History) -> None:
    for at in range(3):
        history.version(parent=at or None)
    history.cases(60)
    history.test(Col(rated(10, 20)), Col(rated(12, 20), model="acme-b"))
    history.iteration((1, MODEL), (2, MODEL), verdict=WON)
    history.rate(2)
    history.evidence()
    before = statements(history)
    for _ in range(12):
        history.iteration((1, MODEL), (2, MODEL), verdict=WON)
    history.rate(40)
    for _ in range(4):
        history.test(Col(rated(20, 60)), Col(rated(32, 60), model="acme-b"))
    # Only the newest test of both columns is read.
    assert statements(history) == before


def test_empty_prompt_has_no_evidence(history: History) -> None:
    evidence = history.evidence()
    assert (evidence.champion, evidence.columns, evidence.pairs, evidence.stubborn) == ("", (), (), None)
    assert history.decide().code == "NOT_ENOUGH"


def test_calls_in_compose_tell_the_cost_where_no_test_does(history: History) -> None:
    history.version()
    history.iteration((1, "acme-b"), cost=0.5)
    history.iteration((1, MODEL), (1, MODEL), cost=0.002)
    history.iteration((1, MODEL), cost=0.004)
    found = history.evidence().other_calls
    assert found is not None
    assert (found.calls, found.input_tokens, found.calls_per_minute) == (3, 300, None)
    assert found.cost_usd == pytest.approx(0.008 / 3)


def test_ended_hold_out_asks_for_another_one_instead_of_cases_that_join_it(history: History) -> None:
    scenarios.straddling(history)
    assert "joins the hold-out" in next(one for one in history.decide().steps if one.id == "settle").sentence
    history.store.tests.end_holdout(history.prompt, history.now()).result(60)
    decision = history.decide()
    assert history.evidence().cases.ended_holdout
    assert decision.headline == "Too close to call: 65 new hold-out cases would tell whether the target is met."
    [step] = [one for one in decision.steps if one.id == "settle"]
    assert (step.title, step.calls) == ("Score 65 new hold-out cases", 65)
    assert step.sentence.endswith(
        "The hold-out has ended, and no case joins it any more: set another third of your cases aside."
    )
    assert step.action == Action("holdout", "Set a hold-out aside", set_name="holdout", count=65)
    assert "joins the hold-out" not in "\n".join((decision.headline, *decision.reasons, *(decision.would_change)))


@pytest.mark.parametrize(
    ("general", "code", "row"), [((110, 3, 3, 4), "HYBRID", 3), ((80, 2, 30, 8), "REJECT_TUNED", 4)]
)
def test_lane_of_a_gguf_file_with_an_adapter_is_decided_as_a_tuned_model(
    history: History, general: tuple[int, int, int, int], code: str, row: int
) -> None:
    """Base and adapter are two endpoints of this computer over the same file; nothing but the adapter differs."""
    base = Endpoint("base", "gguf", "Base", path="/models/base.gguf")
    for one in (base, replace(base, uid="mine", name="Mine", adapter="/models/orders.gguf")):
        history.store.save_endpoint(one, history.now())
    history.version()
    history.cases(240, holdout=120)
    history.goals(gain_usd=10_000)

    def test(counts: tuple[int, int, int, int], **more: Any) -> None:
        mine, other = table(*counts)
        history.test(Col(mine, model="base", endpoint="base"), Col(other, model="base", endpoint="mine"), **more)

    test((90, 15, 4, 11), set_name="holdout", first=240)
    test(general, prompt=history.guard("general", 120))
    test((118, 1, 1, 0), prompt=history.guard("refusal", 120))
    decision = history.decide()
    assert (decision.code, decision.table_row) == (code, row), decision.headline
    [found] = [one for one in decision.findings if one.id == "F16"]
    assert "orders fixes 15 and breaks 4 of 120 cases on the hold-out" in found.sentence
