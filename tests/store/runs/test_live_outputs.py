"""Outputs that are being written: partial text, tool rounds, and recovery from dead owners."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.store.making import FAILED, FULL_RESULT, LATER, done, lane, run, text
from workbench.core.outcome import Outcome
from workbench.core.runs import AnswerStep, Result
from workbench.store import Store
from workbench.store.records import PartialCall, PartialRounds, PartialText


def test_partial_text_is_shown_until_the_output_ends_and_then_removed(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"), lanes=(lane("A"), lane("B")))).result(60)
    store.save_partials([PartialText("r.0.0", "reasoning", 0, "hm"), PartialText("r.0.0", "text", 0, "Yo")])
    store.save_partials([PartialText("r.0.0", "text", 2, "ur 🙂"), PartialText("r.1.0", "text", 0, "B")])
    store.save_partials([PartialText("r.0.0", "text", 6, " order")]).result(60)
    first, second = (o.result for o in store.iteration_detail("r").outputs)
    assert (first.state, first.text, first.reasoning) == ("streaming", "Your 🙂 order", "hm")
    store.finish_output("r.0.0", done("Your order."), LATER).result(60)
    first, second = (o.result for o in store.iteration_detail("r").outputs)
    assert (first.text, first.reasoning, second.text) == ("Your order.", "", "B")
    store.finish_output("r.1.0", done("Bye"), LATER).result(60)
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) FROM partials").fetchone() == (0,)
    other.close()


def test_restarted_stream_replaces_the_partial_text(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    pieces = [PartialText("r.0.0", "text", 0, words) for words in ("a lost beginning", "Anew")]
    store.save_partials(pieces).result(60)
    assert store.iteration_detail("r").outputs[0].result.text == "Anew"


def test_tool_rounds_and_calls_are_shown_while_streaming_and_survive_recovery(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"), lanes=(lane("A"), lane("B")))).result(60)
    rounds = (
        AnswerStep("text", "One moment."),
        AnswerStep("tool_call", "{}", "now", "c1", '{"s":1}'),
        AnswerStep("tool_result", "noon"),
    )
    store.save_partials([PartialText("r.0.0", "text", 0, "One moment."), PartialText("r.1.0", "text", 0, "B")])
    store.save_partials([PartialCall("r.0.0", 0, "now", "c1", 0, "{")])
    store.save_partials([PartialRounds("r.0.0", 0, rounds), PartialText("r.0.0", "text", 0, "Noo")])
    store.save_partials([PartialCall("r.0.0", 0, "loo", "c2", 0, '{"a'), PartialText("r.0.0", "text", 3, "n")])
    store.save_partials([PartialCall("r.0.0", 0, "look", "c2", 1, '"b":')]).result(60)
    steps = (*rounds, AnswerStep("text", "Noon"), AnswerStep("tool_call", '{"b":', "look", "c2"))
    first, second = (output.result for output in store.iteration_detail("r").outputs)
    assert (first.state, first.text, first.steps) == ("streaming", "Noon", steps)
    assert (second.text, second.steps) == ("B", ())
    store.recover(lambda owner: False, LATER).result(60)
    first, second = (output.result for output in store.iteration_detail("r").outputs)
    assert (first.state, first.text, first.steps) == ("interrupted", "Noon", steps)
    assert (second.state, second.text, second.steps) == ("interrupted", "B", ())
    other = sqlite3.connect(path)
    kinds = other.execute("SELECT kind FROM steps ORDER BY output_id, seq").fetchall()
    assert kinds == [(step.kind,) for step in steps]
    assert other.execute("SELECT count(*) FROM partials").fetchone() == (0,)
    other.close()


def test_recovery_marks_outputs_of_dead_owners_interrupted_and_keeps_text(store: Store) -> None:
    store.begin_run(run("r1", text("x"), lanes=(lane("A"), lane("B")), owner="dead")).result(60)
    store.begin_run(run("r2", text("x"), owner="alive")).result(60)
    store.finish_output("r1.0.0", done("whole"), LATER)
    pieces = [PartialText("r1.1.0", "text", 0, "hal"), PartialText("r2.0.0", "text", 0, "still")]
    store.save_partials(pieces).result(60)
    recovered = store.recover(lambda owner: owner == "alive", LATER).result(60)
    assert (recovered.outputs, recovered.runs) == (1, 1)
    whole, half = (o.result for o in store.iteration_detail("r1").outputs)
    assert (whole.state, whole.text) == ("finished", "whole")
    assert (half.state, half.text) == ("interrupted", "hal")
    assert not store.iteration("r1").running
    assert store.iteration("r1").outcome == Outcome(2, interrupted=1)
    assert store.iteration_detail("r2").outputs[0].result == Result("streaming", "still")
    assert store.recover(lambda owner: owner == "alive", LATER).result(60).outputs == 0


def test_retry_is_owned_by_the_retrying_process(store: Store) -> None:
    store.begin_run(run("r", text("x"), owner="dead")).result(60)
    store.finish_output("r.0.0", FAILED, LATER).result(60)
    store.add_attempt("r.0.0", "again", LATER, owner_uid="alive").result(60)
    assert store.recover(lambda owner: owner == "alive", LATER).result(60).outputs == 0
    assert store.recover(lambda owner: False, LATER).result(60).outputs == 1


def test_result_from_an_owner_presumed_dead_replaces_the_interruption(store: Store) -> None:
    store.begin_run(run("r", text("x"))).result(60)
    store.save_partials([PartialText("r.0.0", "text", 0, "模型 hal")])
    store.recover(lambda owner: False, LATER).result(60)
    store.finish_output("r.0.0", FULL_RESULT, LATER).result(60)
    assert store.iteration_detail("r").outputs[0].result == FULL_RESULT
