"""Runs: written completely before anything is sent, and shown unchanged later."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.changes import Change, count_change
from workbench.core.content import Content
from workbench.core.lanes import Lane, Params
from workbench.core.money import Rates, Usage, UsageDetails
from workbench.core.outcome import Outcome
from workbench.core.runs import BesideLane, OutputRecord, Result, RunLane, Verdict
from workbench.store import Store, StoreError
from workbench.store.records import PartialText


def test_new_run_is_complete_before_any_output_ends(store: Store) -> None:
    begun = store.begin_run(run("r", text("Where is {{order}}?"), lanes=(lane("A"), lane("B")))).result(60)
    assert (begun.number, begun.version_number, begun.lane_versions) == (1, 1, (1, 1))
    assert begun.change == count_change(None, text("Where is {{order}}?"))
    assert begun.change.summary == "Where is {{order}}?"
    detail = store.iteration_detail("r")
    assert detail.row == store.iteration("r")
    assert detail.row.running
    assert detail.content == text("Where is {{order}}?")
    assert detail.values == (("order", "123ABCDEFG"),)
    assert detail.verdict == Verdict("none")
    assert detail.outputs == (
        OutputRecord("r.0.0", 0, 0, 1, Result("waiting")),
        OutputRecord("r.1.0", 1, 0, 1, Result("waiting")),
    )


def test_runs_and_results_are_stored_unchanged(store: Store) -> None:
    lanes = (
        Lane(
            "slot-1",
            "endpoint",
            "vendor/model",
            Params(
                temperature=0.0,
                top_p=0.5,
                max_tokens=9,
                stop=("\n",),
                seed=7,
                reasoning_effort="low",
                extra='{"top_k": 3}',
            ),
            None,
            "Mine",
        ),
        lane("B", "echo"),
    )
    values = (("z", "last\u2028"), ("a", "first\r"), ("empty", ""))
    store.begin_run(run("r", text("x", "y"), lanes=lanes, values=values, samples=2, note="why")).result(60)
    store.finish_output("r.0.1", FULL_RESULT, LATER).result(60)
    store.finish_output("r.1.0", FAILED, LATER).result(60)
    detail = store.iteration_detail("r")
    assert detail.values == values
    assert detail.lanes == tuple(
        RunLane(at, replace(one, samples=2), 1, version_name="#1") for at, one in enumerate(lanes)
    )
    assert [o.result for o in detail.outputs] == [Result("waiting"), FULL_RESULT, FAILED, Result("waiting")]
    assert list(detail.outputs[1].result.request) == ["model", "messages", "temperature"]
    assert detail.row.note == "why"


def test_reordered_values_have_the_same_hash_and_keep_their_order(store: Store, path: Path) -> None:
    for name, values in (("r1", (("a", "1"), ("b", "2"))), ("r2", (("b", "2"), ("a", "1"))), ("r3", (("a", "1"),))):
        store.begin_run(run(name, text("x"), values=values)).result(60)
    assert store.iteration_detail("r2").values == (("b", "2"), ("a", "1"))
    other = sqlite3.connect(path)
    hashes = [h for (h,) in other.execute("SELECT hash FROM value_bodies ORDER BY id")]
    other.close()
    assert hashes[0] == hashes[1] != hashes[2]


def test_pinned_lanes_run_their_version_and_others_the_current_text(store: Store) -> None:
    store.begin_run(run("r1", text("one"))).result(60)
    begun = store.begin_run(run("r2", text("two"), lanes=(lane("A", pinned=1), lane("B")), based_on=1)).result(60)
    assert (begun.version_number, begun.lane_versions) == (2, (1, 2))
    assert [(ran.lane.pinned, ran.version) for ran in store.iteration_detail("r2").lanes] == [(1, 1), (None, 2)]
    assert store.iteration("r2").version == 2


def test_run_with_only_pinned_lanes_creates_no_version(store: Store) -> None:
    store.add_version("p", "v1", text("one"), None, NOW).result(60)
    for name, content in (("r1", None), ("r2", text("typed but not run"))):
        begun = store.begin_run(run(name, content, lanes=(lane(pinned=1),), based_on=1)).result(60)
        assert (begun.version_number, begun.lane_versions, begun.change) == (None, (1,), Change())
    assert len(store.versions("p")) == 1
    detail = store.iteration_detail("r2")
    assert (detail.content, detail.row.version) == (text("one"), 1)


def test_run_without_text_or_lanes_raises_value_error(store: Store) -> None:
    with pytest.raises(ValueError, match="runs the current text"):
        store.begin_run(run("r", None)).result(60)
    with pytest.raises(ValueError, match="at least one lane"):
        store.begin_run(run("r", text("x"), lanes=())).result(60)


def test_failed_run_start_writes_nothing(store: Store, path: Path) -> None:
    with pytest.raises(StoreError, match="version is not in the history"):
        store.begin_run(run("r", text("new"), lanes=(lane("A"), lane("B", pinned=9)))).result(60)
    assert store.versions("p") == []
    assert store.iterations("p") == []


def test_iterations_and_versions_are_numbered_separately(store: Store) -> None:
    numbers = [
        (begun.number, begun.version_number)
        for name, words in (("r1", "one"), ("r2", "one"), ("r3", "two"), ("r4", "one"))
        for begun in [store.begin_run(run(name, text(words))).result(60)]
    ]
    assert numbers == [(1, 1), (2, 1), (3, 2), (4, 1)]


def test_each_kind_of_run_has_its_own_numbers(store: Store) -> None:
    store.begin_run(run("r1", text("one"))).result(60)
    assert store.begin_run(run("t1", text("one"), kind="test")).result(60).number == 1
    assert store.begin_run(run("r2", text("one"))).result(60).number == 2
    assert [row.run_uid for row in store.iterations("p")] == ["r2", "r1"]
    assert store.iteration_count("p") == 2
    assert store.prompts()[0].iterations == 2


def test_changes_are_counted_against_the_base_version(store: Store) -> None:
    store.begin_run(run("r1", text("Answer the question."))).result(60)
    store.begin_run(run("r2", text("Answer the question politely."), based_on=1)).result(60)
    store.begin_run(run("r3", text("Answer the question politely."), based_on=2)).result(60)
    store.begin_run(run("r4", text("Answer the question."), based_on=2)).result(60)
    rows = {row.run_uid: row for row in store.iterations("p")}
    assert (rows["r2"].added, rows["r2"].removed, rows["r2"].summary) == (1, 0, "politely.")
    assert (rows["r3"].added, rows["r3"].removed, rows["r3"].summary) == (0, 0, "")
    assert (rows["r4"].added, rows["r4"].removed, rows["r4"].version) == (0, 1, 1)
    assert store.iteration_detail("r4").based_on == 2
    assert store.version("p", 1).parent is None


def test_version_based_on_an_older_version_is_a_branch(store: Store) -> None:
    for name, words, based_on in (("r1", "one", None), ("r2", "two", 1), ("r3", "three", 1), ("r4", "four", 3)):
        store.begin_run(run(name, text(words), based_on=based_on)).result(60)
    assert [row.branched for row in store.iterations("p")] == [False, True, False, False]


def test_iterations_are_paged_by_number(store: Store) -> None:
    for n in range(1, 26):
        begun = store.begin_run(run(f"r{n}", text("same")))
    begun.result(60)
    seen: list[int] = []
    before = None
    while page := store.iterations("p", before, 10):
        seen += [row.number for row in page]
        before = page[-1].number
    assert seen == list(range(25, 0, -1))


def test_a_retry_adds_an_attempt_and_keeps_the_earlier_one(store: Store) -> None:
    store.begin_run(run("r", text("x"), lanes=(lane("A"), lane("B")), samples=2)).result(60)
    store.finish_output("r.0.1", FAILED, LATER).result(60)
    assert store.add_attempt("r.0.1", "again", LATER).result(60) == 2
    store.finish_output("again", done("now it works"), LATER).result(60)
    assert store.add_attempt("again", "once more", LATER).result(60) == 3
    outputs = store.iteration_detail("r").outputs
    assert [(o.position, o.sample, o.attempt) for o in outputs] == [
        (0, 0, 1),
        (0, 1, 1),
        (0, 1, 2),
        (0, 1, 3),
        (1, 0, 1),
        (1, 1, 1),
    ]
    assert outputs[1].result == FAILED
    assert outputs[2].result.text == "now it works"


def test_run_is_running_until_its_last_output_ends(store: Store) -> None:
    store.begin_run(run("r", text("x"), lanes=(lane("A"), lane("B")))).result(60)
    for position, running in ((0, True), (1, False)):
        store.finish_output(f"r.{position}.0", done("x"), LATER).result(60)
        assert store.iteration("r").running is running
    store.add_attempt("r.0.0", "again", LATER).result(60)
    assert store.iteration("r").running


def test_outcome_counts_how_the_newest_attempts_ended(store: Store) -> None:
    store.begin_run(run("r", text("x"), lanes=(lane("A"), lane("B"), lane("C")))).result(60)
    assert store.iteration("r").outcome == Outcome(3)
    store.finish_output("r.0.0", FAILED, LATER)
    store.finish_output("r.1.0", Result("stopped", "so far"), LATER)
    store.finish_output("r.2.0", done("x"), LATER).result(60)
    assert store.iteration("r").outcome == Outcome(3, failed=1, stopped=1)
    store.add_attempt("r.0.0", "again", LATER).result(60)
    assert store.iteration("r").outcome == Outcome(3, stopped=1)
    store.finish_output("again", done("now it works"), LATER).result(60)
    (row,) = store.iterations("p")
    assert row.outcome == Outcome(3, stopped=1)
    store.add_attempt("r.2.0", "longer", LATER)
    store.finish_output("longer", replace(done("and so"), finish_reason="length"), LATER).result(60)
    assert store.iteration("r").outcome == Outcome(3, stopped=1, cut=1)


def test_finished_output_cannot_be_finished_again(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    store.finish_output("r.0.0", done("first"), LATER).result(60)
    with pytest.raises(StoreError, match="already recorded") as caught:
        store.finish_output("r.0.0", done("second"), LATER).result(60)
    assert caught.value.code == "ended"
    assert store.iteration_detail("r").outputs[0].result.text == "first"


def test_output_cannot_be_finished_with_a_streaming_result(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    with pytest.raises(ValueError, match="streaming is not an end"):
        store.finish_output("r.0.0", Result("streaming"), LATER).result(60)


def test_requests_are_stored_once_and_share_their_messages(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"), lanes=(lane("A"), lane("B")), samples=2)).result(60)
    messages = [{"role": "user", "content": "a long text" * 100}]
    for position in range(2):
        for sample in range(2):
            result = dataclasses.replace(FULL_RESULT, request={"model": f"m{position}", "messages": messages})
            store.finish_output(f"r.{position}.{sample}", result, LATER).result(60)
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) FROM bodies").fetchone() == (3,)
    other.close()
    assert [o.result.request["model"] for o in store.iteration_detail("r").outputs] == ["m0", "m0", "m1", "m1"]
    assert store.iteration_detail("r").outputs[3].result.request["messages"] == messages


def test_output_is_read_without_its_raw_response(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    store.finish_output("r.0.0", FULL_RESULT, LATER).result(60)
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM responses")
    other.close()
    assert store.iteration_detail("r").outputs[0].result == dataclasses.replace(FULL_RESULT, response=None)


def test_missing_measurements_are_stored_as_null(store: Store, path: Path) -> None:
    store.begin_run(run("r", Content(text("x").messages))).result(60)
    store.finish_output("r.0.0", done("x"), LATER).result(60)
    other = sqlite3.connect(path)
    row = other.execute("SELECT input_tokens, cost_usd, ttft_ms, rate_input, error_code FROM outputs").fetchone()
    other.close()
    assert row == (None, None, None, None, None)


def test_note_can_be_added_later_and_unknown_ids_raise_errors(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    store.set_note("r", "shorter is better").result(60)
    assert store.iteration("r").note == "shorter is better"
    with pytest.raises(StoreError, match="iteration is not in the history"):
        store.set_note("x", "note").result(60)
    with pytest.raises(StoreError, match="iteration is not in the history"):
        store.iteration("x")
    with pytest.raises(StoreError, match="answer is not in the history"):
        store.finish_output("x", done("x"), LATER).result(60)
    with pytest.raises(StoreError, match="answer is not in the history"):
        store.add_attempt("x", "y", LATER).result(60)
    with pytest.raises(StoreError, match="answer is not in the history"):
        store.save_partials([PartialText("x", "text", 0, "x")]).result(60)


def test_earlier_lanes_shown_next_to_a_run_are_stored_with_the_run(store: Store) -> None:
    store.create_prompt("q", "Other", NOW).result(60)
    store.begin_run(run("q1", text("x"), prompt="q", lanes=(lane("E"),))).result(60)
    store.begin_run(run("r1", text("x"), lanes=(lane("A"), lane("B"), lane("C")))).result(60)
    store.finish_output("r1.1.0", done("kept"), LATER).result(60)
    store.begin_run(run("r2", text("y"), lanes=(lane("C"), lane("D")))).result(60)
    stood = (BesideLane("B", "r1", 0, baseline=True), BesideLane("C", "r2", 2), BesideLane("A", "r1", 3, hidden=True))
    # Runs of other prompts, or refused ones, have no answers to show beside.
    others = (BesideLane("E", "q1", 4), BesideLane("F", "refused", 5))
    store.begin_run(run("r3", text("y"), lanes=(lane("D"),), beside=(*stood, *others))).result(60)
    detail = store.iteration_detail("r3")
    assert detail.beside == stood
    assert [(one.row.run_uid, [ran.lane.slot for ran in one.lanes]) for one in detail.earlier] == [
        ("r1", ["A", "B"]),
        ("r2", ["C"]),
    ]
    assert [(o.uid, o.result.text) for o in detail.earlier[0].outputs] == [("r1.0.0", ""), ("r1.1.0", "kept")]
    assert [o.uid for o in detail.outputs] == ["r3.0.0"]
    assert store.iteration_detail("r1").beside == ()


def test_cost_breakdown_is_stored_unchanged(store: Store, path: Path) -> None:
    store.begin_run(run("r1", text("x"))).result(60)
    details = UsageDetails(input_audio=3, written_1h=4, tier="flex", reported_usd=0.25, reported_by="acme.example")
    one = Usage(10, 20, 5, 6, "provider", 7, details)
    usage = replace(one, details=UsageDetails(), rounds=(one, Usage(1, 2)))
    sheet = {"input_cost_per_token": 1e-6, "tiered_pricing": [{"range": [0, 1], "input_cost_per_token": 2e-6}]}
    rates = Rates(1e-6, 2e-6, 3e-7, "gateway", 4e-6, sheet, "price list of Acme")
    ended = Result("finished", "x", usage=usage, rates=rates, cost_usd=0.5)
    store.finish_output("r1.0.0", ended, LATER).result(60)
    assert store.iteration_detail("r1").outputs[0].result == ended
    store.add_attempt("r1.0.0", "again", LATER).result(60)
    bare = Result(
        "finished", "x", usage=one, rates=Rates(0.0, 0.0, source="provider", named="reported by x"), cost_usd=1
    )
    store.finish_output("again", bare, LATER).result(60)
    assert store.iteration_detail("r1").outputs[1].result == bare
    store.close()
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT rate_input, rate_source, billing FROM outputs ORDER BY id").fetchall()
    connection.close()
    assert rows[1][:2] == (None, "provider"), "an unreported price is unknown, not zero"
    assert json.loads(rows[0][2])["sheet"] == sheet


@pytest.mark.parametrize(
    "stored", ["", "{", "[1]", "3", '{"usage": 3, "sheet": 4, "named": 5}', '{"usage": {"rounds": [4]}}']
)
def test_damaged_cost_breakdown_does_not_hide_the_answer(store: Store, path: Path, stored: str) -> None:
    store.begin_run(run("r1", text("x"))).result(60)
    store.finish_output("r1.0.0", FULL_RESULT, LATER).result(60)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE outputs SET billing = ?", (stored,))
    connection.commit()
    connection.close()
    again = opened(path)
    assert again.iteration_detail("r1").outputs[0].result.text == FULL_RESULT.text
    again.close()
