"""Withdrawing a verdict appends one that restores the previous state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import LATER, lane, run, text
from tests.store.runs.test_verdicts import SHOWN, rows
from workbench.core.runs import Verdict
from workbench.store import Store, StoreError

LANES = (lane("A", "vendor/one"), lane("B", "vendor/two"), lane("C", "vendor/three"))
WINNER, TIE = Verdict("winner", (0,)), Verdict("tie", (1, 2), blind=True)


@pytest.fixture
def judged(store: Store) -> Store:
    store.begin_run(run("r", text("x"), lanes=LANES)).result(10)
    store.mark("r", "first", WINNER, SHOWN, LATER).result(10)
    store.mark("r", "second", TIE, SHOWN, LATER).result(10)
    return store


def test_what_counted_before_counts_again(judged: Store, path: Path) -> None:
    before = rows(path, "SELECT uid, kind, supersedes_id FROM verdicts")
    judged.judgements.undo("second", "second", "third", LATER).result(10)
    assert judged.iteration_detail("r").verdict == WINNER
    assert judged.iteration("r").winner == "one"
    assert rows(path, "SELECT uid, kind, supersedes_id FROM verdicts")[:2] == before, "nothing is changed or deleted"
    assert rows(path, "SELECT kind, blind, supersedes_id FROM verdicts WHERE uid = 'third'") == [("winner", 0, 2)]
    places = (
        "SELECT output_id, shown, place FROM verdict_outputs JOIN verdicts ON verdicts.id = verdict_id WHERE uid = "
    )
    assert rows(path, f"{places}'third'") == rows(path, f"{places}'first'")


def test_one_after_the_other_is_taken_back_and_given_again(judged: Store) -> None:
    judged.judgements.undo("second", "second", "third", LATER).result(10)
    judged.judgements.undo("first", "third", "fourth", LATER).result(10)
    assert judged.iteration_detail("r").verdict == Verdict("none")
    judged.judgements.redo("first", "fourth", "fifth", LATER).result(10)
    assert judged.iteration_detail("r").verdict == WINNER
    judged.judgements.redo("second", "fifth", "sixth", LATER).result(10)
    assert judged.iteration_detail("r").verdict == TIE


def test_before_the_first_verdict_there_was_none(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"), lanes=LANES)).result(10)
    store.mark("r", "first", WINNER, SHOWN, LATER).result(10)
    store.judgements.undo("first", "first", "second", LATER).result(10)
    assert store.iteration_detail("r").verdict == Verdict("none")
    assert store.iteration("r").winner == ""
    assert rows(path, "SELECT count(*), count(place) FROM verdict_outputs WHERE verdict_id = 2") == [(3, 0)]
    store.judgements.undo("second", "second", "third", LATER).result(10)
    assert store.iteration_detail("r").verdict == WINNER


def test_only_the_verdict_that_counts_is_taken_back(judged: Store, path: Path) -> None:
    with pytest.raises(StoreError, match="judged elsewhere since") as refused:
        judged.judgements.undo("first", "first", "third", LATER).result(10)
    assert refused.value.code == "judged"
    with pytest.raises(StoreError) as missing:
        judged.judgements.undo("nowhere", "second", "third", LATER).result(10)
    assert missing.value.code == "missing"
    assert rows(path, "SELECT count(*) FROM verdicts") == [(2,)]
