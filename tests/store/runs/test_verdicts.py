"""Verdicts are append-only; the latest one counts."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, done, lane, run, text
from workbench.core.lanes import ECHO, Lane
from workbench.core.runs import Verdict
from workbench.store import Store, StoreError

SHOWN = ("r.1.0", "r.0.0", "r.2.0")


@pytest.fixture
def judged(store: Store) -> Store:
    lanes = (lane("A", "vendor/one"), Lane("B", ECHO, "vendor/two", label="Mine"), lane("C", "vendor/three"))
    store.begin_run(run("r", text("x"), lanes=lanes)).result(60)
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
def test_verdict_is_stored_and_shown_in_the_timeline(judged: Store, verdict: Verdict, winner: str) -> None:
    judged.mark("r", "verdict", verdict, SHOWN, LATER).result(60)
    assert judged.iteration_detail("r").verdict == verdict
    row = judged.iterations("p")[0]
    assert (row.verdict, row.winner) == (verdict.kind, winner)


def test_tie_without_positions_includes_all_lanes(judged: Store) -> None:
    judged.mark("r", "verdict", Verdict("tie"), SHOWN, LATER).result(60)
    assert judged.iteration_detail("r").verdict == Verdict("tie", (0, 1, 2))


def test_verdict_stores_losers_and_the_order_shown(judged: Store, path: Path) -> None:
    judged.mark("r", "verdict", Verdict("winner", (2,)), SHOWN, LATER).result(60)
    found = rows(
        path,
        "SELECT uid, shown, place FROM verdict_outputs JOIN outputs ON outputs.id = output_id ORDER BY shown",
    )
    assert found == [("r.1.0", 0, 2), ("r.0.0", 1, 2), ("r.2.0", 2, 1)]


def test_latest_verdict_counts_and_none_withdraws_it(judged: Store, path: Path) -> None:
    for number, verdict in enumerate((Verdict("winner", (0,)), Verdict("winner", (1,)), Verdict("none"))):
        judged.mark("r", f"verdict-{number}", verdict, SHOWN, LATER).result(60)
        assert judged.iteration_detail("r").verdict == verdict
    assert judged.iteration("r").winner == ""
    chain = "SELECT v.uid, s.uid FROM verdicts v LEFT JOIN verdicts s ON s.id = v.supersedes_id ORDER BY v.id"
    assert rows(path, chain) == [("verdict-0", None), ("verdict-1", "verdict-0"), ("verdict-2", "verdict-1")]
    assert rows(path, "SELECT DISTINCT kind, counts FROM verdict_list WHERE counts") == [("none", 1)]


def test_a_run_without_verdict_has_none(judged: Store) -> None:
    assert judged.iteration_detail("r").verdict == Verdict("none")
    assert judged.iteration("r").verdict == "none"


def test_invalid_verdicts_are_refused(judged: Store) -> None:
    for verdict, outputs in (
        (Verdict("winner", ()), SHOWN),
        (Verdict("winner", (0, 1)), SHOWN),
        (Verdict("winner", (2,)), SHOWN[:2]),
        (Verdict("tie", (0, 5)), SHOWN),
    ):
        with pytest.raises(ValueError, match=r"winner|compared"):
            judged.mark("r", "verdict", verdict, outputs, LATER).result(60)
    with pytest.raises(StoreError, match="iteration is not"):
        judged.mark("x", "verdict", Verdict("none"), (), LATER).result(60)
    with pytest.raises(StoreError, match="answer is not"):
        judged.mark("r", "verdict", Verdict("all_bad"), ("nobody's",), NOW).result(60)
    judged.begin_run(run("other", text("x"))).result(60)
    with pytest.raises(ValueError, match="an answer of it"):
        judged.mark("r", "verdict", Verdict("all_bad"), ("other.0.0",), NOW).result(60)
    assert judged.iteration("r").verdict == "none"


@pytest.fixture
def later(judged: Store) -> Store:
    """Run "r" is the first iteration, "s" the second, of a lane whose slot the first one lacks."""
    judged.begin_run(run("s", text("y"), lanes=(lane("D", "vendor/four"),))).result(60)
    return judged


BOTH = ("s.0.0", "r.1.0")


@pytest.mark.parametrize(
    ("verdict", "row", "places"),
    [
        (Verdict("winner", kept=("B",)), ("lost", "lost to #1 Mine"), [2, 1]),
        (Verdict("winner", (0,)), ("winner", "four"), [1, 2]),
        (Verdict("tie", (0,), kept=("B",)), ("tie", "tie"), [1, 1]),
        (Verdict("all_bad", kept=("B",)), ("all_bad", "all bad"), [None, None]),
        (Verdict("none"), ("none", ""), [None, None]),
    ],
)
def test_verdict_of_a_later_run_can_include_answers_of_an_earlier_one(
    later: Store, path: Path, verdict: Verdict, row: tuple[str, str], places: list[int | None]
) -> None:
    later.mark("r", "before", Verdict("winner", (0,)), SHOWN, NOW).result(60)
    later.mark("s", "verdict", verdict, BOTH, LATER).result(60)
    assert later.iteration_detail("s").verdict == verdict
    assert (later.iteration("s").verdict, later.iteration("s").winner) == row
    assert later.iteration_detail("r").verdict == Verdict("winner", (0,)), "it does not count for the earlier run"
    found = rows(path, "SELECT run, output_run, output, place FROM verdict_list WHERE run = 2 ORDER BY shown")
    assert found == [(2, 2, "s.0.0", places[0]), (2, 1, "r.1.0", places[1])]


def test_verdict_across_prompts_or_values_is_refused(later: Store) -> None:
    later.create_prompt("q", "Other", NOW).result(60)
    later.begin_run(run("else", text("x"), prompt="q")).result(60)
    later.begin_run(run("other", text("x"), values=(("order", "9"),))).result(60)
    for theirs in ("else.0.0", "other.0.0"):
        with pytest.raises(StoreError, match="same values") as told:
            later.mark("s", "verdict", Verdict("winner", (0,)), ("s.0.0", theirs), LATER).result(60)
        assert told.value.code == "incomparable"
    assert later.iteration("s").verdict == "none"


def test_earlier_answer_that_beat_a_run_is_its_reference_winner(later: Store) -> None:
    later.finish_output("r.1.0", done("better"), NOW).result(60)
    later.mark("s", "verdict", Verdict("winner", kept=("B",)), BOTH, LATER).result(60)
    found = later.winning_answer("s.0.0")
    assert found is not None
    assert (found.uid, found.number, found.title, found.text) == ("r.1.0", 1, "Mine", "better")
    later.mark("s", "back", Verdict("none"), BOTH, LATER).result(60)
    assert later.winning_answer("s.0.0") is None
