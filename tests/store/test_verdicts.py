"""Verdicts are only ever added; the latest counts."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, lane, run, text
from workbench.core.lanes import ECHO, Lane
from workbench.core.runs import Verdict
from workbench.store import Store, StoreError

SHOWN = ("r.1.0", "r.0.0", "r.2.0")


@pytest.fixture
def judged(store: Store) -> Store:
    lanes = (lane("A", "vendor/one"), Lane("B", ECHO, "vendor/two", label="Mine"), lane("C", "vendor/three"))
    store.begin_run(run("r", text("x"), lanes=lanes)).result(10)
    return store


def rows(path: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("verdict", "winner"),
    [
        (Verdict("winner", (0,)), "one"),
        (Verdict("winner", (1,), blind=True), "Mine"),
        (Verdict("tie", (0, 2)), "tie"),
        (Verdict("all_bad"), "all bad"),
        (Verdict("none"), ""),
    ],
)
def test_a_verdict_comes_back_and_shows_in_the_timeline(judged: Store, verdict: Verdict, winner: str) -> None:
    judged.mark("r", "verdict", verdict, SHOWN, LATER).result(10)
    assert judged.iteration_detail("r").verdict == verdict
    row = judged.iterations("p")[0]
    assert (row.verdict, row.winner) == (verdict.kind, winner)


def test_a_tie_without_positions_is_a_tie_of_all(judged: Store) -> None:
    judged.mark("r", "verdict", Verdict("tie"), SHOWN, LATER).result(10)
    assert judged.iteration_detail("r").verdict == Verdict("tie", (0, 1, 2))


def test_losers_and_the_order_shown_are_kept(judged: Store, path: Path) -> None:
    judged.mark("r", "verdict", Verdict("winner", (2,)), SHOWN, LATER).result(10)
    found = rows(
        path,
        "SELECT uid, shown, place FROM verdict_outputs JOIN outputs ON outputs.id = output_id ORDER BY shown",
    )
    assert found == [("r.1.0", 0, 2), ("r.0.0", 1, 2), ("r.2.0", 2, 1)]


def test_the_latest_counts_and_none_takes_it_back(judged: Store, path: Path) -> None:
    for number, verdict in enumerate((Verdict("winner", (0,)), Verdict("winner", (1,)), Verdict("none"))):
        judged.mark("r", f"verdict-{number}", verdict, SHOWN, LATER).result(10)
        assert judged.iteration_detail("r").verdict == verdict
    assert judged.iteration("r").winner == ""
    chain = "SELECT v.uid, s.uid FROM verdicts v LEFT JOIN verdicts s ON s.id = v.supersedes_id ORDER BY v.id"
    assert rows(path, chain) == [("verdict-0", None), ("verdict-1", "verdict-0"), ("verdict-2", "verdict-1")]
    assert rows(path, "SELECT DISTINCT kind, counts FROM verdict_list WHERE counts") == [("none", 1)]


def test_a_run_without_verdict_has_none(judged: Store) -> None:
    assert judged.iteration_detail("r").verdict == Verdict("none")
    assert judged.iteration("r").verdict == "none"


def test_verdicts_that_make_no_sense_are_refused(judged: Store) -> None:
    for verdict, outputs in (
        (Verdict("winner", ()), SHOWN),
        (Verdict("winner", (0, 1)), SHOWN),
        (Verdict("winner", (2,)), SHOWN[:2]),
        (Verdict("tie", (0, 5)), SHOWN),
    ):
        with pytest.raises(ValueError, match=r"winner|compared"):
            judged.mark("r", "verdict", verdict, outputs, LATER).result(10)
    with pytest.raises(StoreError, match="iteration is not"):
        judged.mark("x", "verdict", Verdict("none"), (), LATER).result(10)
    judged.begin_run(run("other", text("x"))).result(10)
    with pytest.raises(StoreError, match="answer is not"):
        judged.mark("r", "verdict", Verdict("all_bad"), ("other.0.0",), NOW).result(10)
    assert judged.iteration("r").verdict == "none"
