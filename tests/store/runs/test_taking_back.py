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
    store.begin_run(run("r", text("x"), lanes=LANES)).result(60)
    store.mark("r", "first", WINNER, SHOWN, LATER).result(60)
    store.mark("r", "second", TIE, SHOWN, LATER).result(60)
    return store


def test_undoing_a_verdict_restores_the_previous_one(judged: Store, path: Path) -> None:
    before = rows(path, "SELECT uid, kind, supersedes_id FROM verdicts")
    judged.judgements.undo("second", "second", "third", LATER).result(60)
    assert judged.iteration_detail("r").verdict == WINNER
    assert judged.iteration("r").winner == "one"
    assert rows(path, "SELECT uid, kind, supersedes_id FROM verdicts")[:2] == before, "nothing is changed or deleted"
    assert rows(path, "SELECT kind, blind, supersedes_id FROM verdicts WHERE uid = 'third'") == [("winner", 0, 2)]
    places = (
        "SELECT output_id, shown, place FROM verdict_outputs JOIN verdicts ON verdicts.id = verdict_id WHERE uid = "
    )
    assert rows(path, f"{places}'third'") == rows(path, f"{places}'first'")


def test_verdicts_are_undone_and_redone_one_by_one(judged: Store) -> None:
    judged.judgements.undo("second", "second", "third", LATER).result(60)
    judged.judgements.undo("first", "third", "fourth", LATER).result(60)
    assert judged.iteration_detail("r").verdict == Verdict("none")
    judged.judgements.redo("first", "fourth", "fifth", LATER).result(60)
    assert judged.iteration_detail("r").verdict == WINNER
    judged.judgements.redo("second", "fifth", "sixth", LATER).result(60)
    assert judged.iteration_detail("r").verdict == TIE


def test_undoing_the_first_verdict_leaves_none_and_can_be_undone(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"), lanes=LANES)).result(60)
    store.mark("r", "first", WINNER, SHOWN, LATER).result(60)
    store.judgements.undo("first", "first", "second", LATER).result(60)
    assert store.iteration_detail("r").verdict == Verdict("none")
    assert store.iteration("r").winner == ""
    assert rows(path, "SELECT count(*), count(place) FROM verdict_outputs WHERE verdict_id = 2") == [(3, 0)]
    store.judgements.undo("second", "second", "third", LATER).result(60)
    assert store.iteration_detail("r").verdict == WINNER


def test_only_the_current_verdict_can_be_undone(judged: Store, path: Path) -> None:
    with pytest.raises(StoreError, match="judged elsewhere since") as refused:
        judged.judgements.undo("first", "first", "third", LATER).result(60)
    assert refused.value.code == "judged"
    with pytest.raises(StoreError) as missing:
        judged.judgements.undo("nowhere", "second", "third", LATER).result(60)
    assert missing.value.code == "missing"
    assert rows(path, "SELECT count(*) FROM verdicts") == [(2,)]
