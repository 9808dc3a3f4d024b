"""Queries for Rank on real files: counted verdicts, costs, answers for pairs, and verdicts about pairs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.making import FULL_RESULT, NOW, done, lane, run, text
from workbench.core.runs import Verdict
from workbench.store import Store
from workbench.store.errors import StoreError
from workbench.store.runs.ranking_queries import Answerer

LANES = (lane("A", "vendor/one"), lane("B", "vendor/two"))
ONE, TWO = Answerer(1, "echo", "vendor/one"), Answerer(1, "echo", "vendor/two")


def two(store: Store, name: str, content: str = "Hi", order: str = "1", *, blind: bool = False) -> tuple[str, str]:
    """Run two lanes to the end; return their outputs."""
    start = replace(run(name, text(content), lanes=LANES, values=(("order", order),)), blind=blind)
    store.begin_run(start).result(60)
    outputs = (f"{name}.0.0", f"{name}.1.0")
    for number, output in enumerate(outputs):
        store.finish_output(output, done(f"{name} says {number}"), NOW).result(60)
    return outputs


def mark(store: Store, run_uid: str, uid: str, verdict: Verdict, outputs: tuple[str, ...]) -> None:
    store.mark(run_uid, uid, verdict, outputs, NOW).result(60)


def test_latest_verdict_of_a_run_counts_with_answerers_in_the_order_shown(store: Store) -> None:
    outputs = two(store, "r1")
    mark(store, "r1", "v1", Verdict("winner", (0,)), outputs)
    mark(store, "r1", "v2", Verdict("winner", (1,), blind=True), outputs[::-1])
    (found,) = store.judgements.verdicts("p")
    assert (found.run, found.kind, found.blind, found.seen) == ("r1", "winner", True, False)
    assert [(one.uid, one.run, one.who, one.place) for one in found.outputs] == [
        ("r1.1.0", "r1", TWO, 1),
        ("r1.0.0", "r1", ONE, 2),
    ]
    assert store.judgements.verdicts(None) == [found]


def test_withdrawn_verdict_does_not_count(store: Store) -> None:
    outputs = two(store, "r1")
    mark(store, "r1", "v1", Verdict("winner", (0,)), outputs)
    mark(store, "r1", "v2", Verdict("none"), outputs)
    assert store.judgements.verdicts("p") == []


def test_verdicts_of_other_prompts_are_excluded(store: Store) -> None:
    store.create_prompt("q", "Other", NOW).result(60)
    outputs = two(store, "r1")
    mark(store, "r1", "v1", Verdict("tie"), outputs)
    assert store.judgements.verdicts("q") == []
    with pytest.raises(StoreError):
        store.judgements.verdicts("nobody")


def test_verdict_on_a_pair_across_runs_can_be_repeated_and_withdrawn_once(store: Store) -> None:
    first, _ = two(store, "r1")
    _, second = two(store, "r2", "Hello")
    judgements = store.judgements
    judgements.judge("v1", "winner", (first, second), second, NOW, blind=True).result(60)
    judgements.judge("v2", "winner", (second, first), first, NOW, blind=True).result(60)
    found = judgements.verdicts("p")
    assert [(one.run, one.kind, one.blind, one.seen) for one in found] == [
        ("", "winner", True, False),
        ("", "winner", True, True),
    ]
    assert [(one.uid, one.who.version, one.place) for one in found[0].outputs] == [(first, 1, 2), (second, 2, 1)]
    judgements.take_back("v2", "v3", NOW).result(60)
    assert judgements.verdicts("p") == found[:1]
    with pytest.raises(StoreError):
        judgements.take_back("v2", "v4", NOW).result(60)


def test_ties_share_first_place_and_all_bad_has_no_places(store: Store) -> None:
    first, second = two(store, "r1")
    store.judgements.judge("v1", "tie", (first, second), "", NOW, blind=True).result(60)
    store.judgements.judge("v2", "all_bad", (first, second), "", NOW, blind=True).result(60)
    places = [[one.place for one in verdict.outputs] for verdict in store.judgements.verdicts("p")]
    assert places == [[1, 1], [None, None]]


def test_answers_to_different_values_cannot_be_judged_as_a_pair(store: Store) -> None:
    first, _ = two(store, "r1", order="1")
    _, second = two(store, "r2", order="2")
    with pytest.raises(StoreError) as refused:
        store.judgements.judge("v1", "tie", (first, second), "", NOW, blind=True).result(60)
    assert refused.value.code == "incomparable"
    assert store.judgements.verdicts("p") == []


def test_winner_of_a_pair_is_not_the_reference_winner(store: Store) -> None:
    first, second = two(store, "r1")
    store.judgements.judge("v1", "winner", (first, second), second, NOW, blind=True).result(60)
    assert store.winning_answer(first) is None


def test_answers_for_pairs_are_finished_newest_attempts_in_reverse_order(store: Store) -> None:
    two(store, "r1")
    two(store, "r2", "Hello")
    store.begin_run(run("r3", text("Hi"), lanes=LANES, values=(("order", "1"),))).result(60)
    store.add_attempt("r2.0.0", "again", NOW).result(60)
    store.finish_output("again", done("better"), NOW).result(60)
    found = store.judgements.answers("p")
    assert [one.uid for one in found] == ["again", "r2.1.0", "r1.1.0", "r1.0.0"]
    assert len({one.values for one in found}) == 1
    assert store.judgements.text("again").text == "better"
    assert store.judgements.text("again").values == (("order", "1"),)


def test_answers_and_costs_of_a_blind_run_are_hidden_until_its_verdict(store: Store) -> None:
    outputs = two(store, "r1", blind=True)
    assert store.judgements.answers("p") == []
    assert store.judgements.spent("p") == []
    mark(store, "r1", "v1", Verdict("tie", blind=True), outputs)
    assert {one.uid for one in store.judgements.answers("p")} == set(outputs)


def test_costs_and_durations_are_grouped_by_answerer(store: Store) -> None:
    two(store, "r1")
    store.begin_run(run("r2", text("Hi"), lanes=LANES)).result(60)
    store.finish_output("r2.1.0", FULL_RESULT, NOW).result(60)
    found = {one.who: one for one in store.judgements.spent("p")}
    assert (found[ONE].answers, found[ONE].costs, found[ONE].durations) == (1, (), ())
    assert (found[TWO].answers, found[TWO].costs, found[TWO].local) == (2, (0.000165,), 0)
    assert found[TWO].durations == (897,)
