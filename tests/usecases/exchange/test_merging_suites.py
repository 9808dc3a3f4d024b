"""Merging test runs: cells, scorings and overrules of both histories, each once."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import FAILED, LATER, NOW, done, lane, run, text
from tests.store.testing.suites import CONTAINS, answered, begun, called, case, key, scored
from tests.usecases.exchange.merge_making import Make, make, query, sound
from tests.usecases.exchange.test_llm import take
from workbench.core.decide.goals import CostFigures, DecideGoals
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.settings import SuiteSettings
from workbench.host.ids import new_uid
from workbench.store import Store, open_store
from workbench.store.testing.records import CellEnd, CellStart

__all__ = ["make"]
HASH = check_hash(CONTAINS)


def fill(store: Store) -> None:
    """A prompt with settings, a test run that is scored and overruled, and another that uses its answers again."""
    store.create_prompt("p", "Order bot", NOW)
    store.packs.save_cases("p", [case(0, held_out=True, tags=("x",)), case(1)])
    store.tests.use_case("p", "case-0", NOW)
    store.tests.save_settings("p", SuiteSettings((CONTAINS,), columns=(lane("A", "one", 1), lane("B", "two"))), NOW)
    begun(store, "t1", cases=(case(0, tags=("x",)), case(1)), baseline=1)
    outputs = answered(store, "t1", [key(0), key(0, 1)]) + answered(store, "t1", [key(1)], FAILED)
    score(store, "s1", outputs)
    store.tests.overrule("t1", outputs[1], HASH, "pass", "right", LATER, "o1")
    begun(store, "t2")
    called(store, "t2", [key(1)])
    store.tests.save_settings("p", store.tests.settings("p"), LATER).result(60)


def score(store: Store, uid: str, outputs: list[str]) -> None:
    store.tests.begin_scoring("t1", uid, (CONTAINS,), NOW)
    states = ("pass", "fail", "no_answer")
    keys = (key(0), key(0, 1), key(1))
    scores = [scored(*one) for one in zip(keys, outputs, states, strict=True)]  # type: ignore[arg-type]
    store.tests.save_scores(uid, scores).result(60)


def everything(store: Store | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what merged histories have in common about test runs, without keys."""
    cell = "case_position, {0}.lane, {0}.sample"
    return {
        "runs": query(
            store,
            "SELECT uid, round, samples, set_name, baseline, budget, probe, goals FROM test_runs"
            " JOIN runs ON id = run_id ORDER BY uid",
        ),
        "cases": query(
            store,
            "SELECT uid, position, hash, body FROM run_cases JOIN runs ON runs.id = run_id"
            " JOIN case_bodies ON case_bodies.id = case_body_id ORDER BY uid, position",
        ),
        "cells": query(
            store,
            f"SELECT runs.uid, {cell.format('c')}, outputs.uid, identity, c.state, c.cost_usd, c.duration_ms, text_hash"
            " FROM run_cells AS c JOIN runs ON runs.id = c.run_id JOIN outputs ON outputs.id = output_id"
            " ORDER BY 1, 2, 3, 4",
        ),
        "scores": query(
            store,
            f"SELECT scorings.uid, runs.uid, scorings.checks, {cell.format('s')}, outputs.uid, s.state, score,"
            " overruled, reason FROM cell_scores AS s JOIN scorings ON scorings.id = scoring_id"
            " JOIN runs ON runs.id = scorings.run_id JOIN outputs ON outputs.id = output_id ORDER BY 1, 4, 5, 6",
        ),
        "checks": query(
            store,
            f"SELECT scorings.uid, {cell.format('r')}, seq, hash, body, state, score, reason, detail"
            " FROM check_results AS r JOIN scorings ON scorings.id = scoring_id"
            " JOIN check_bodies ON check_bodies.id = check_id ORDER BY 1, 2, 3, 4, 5",
        ),
        "overrules": query(
            store,
            "SELECT overrules.uid, outputs.uid, overrules.check_hash, overrules.state, overrules.note, earlier.uid"
            " FROM overrules JOIN outputs ON outputs.id = overrules.output_id"
            " LEFT JOIN overrules AS earlier ON earlier.id = overrules.supersedes_id ORDER BY 1",
        ),
        "used": query(store, "SELECT uid, held_out, tags, used_at FROM cases ORDER BY uid"),
    }


def test_test_runs_are_merged_completely_and_only_once(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    report = take(mine, theirs.path)
    assert (report.state, report.left_out) == ("done", 0)
    assert everything(mine) == everything(theirs)
    assert {name for name, rows in everything(mine).items() if not rows} == set()
    assert mine.tests.runs("p") == theirs.tests.runs("p")
    for grid in (("t1", "s1"), ("t1", "")):
        assert mine.tests.page(*grid, GridQuery(), "", 9) == theirs.tests.page(*grid, GridQuery(), "", 9)
    # A call there is not one here.
    assert mine.tests.open_cells("t2", None, 9) == (key(1), key(1, 1))
    assert mine.tests.results("t1", "s1") == theirs.tests.results("t1", "s1")
    assert mine.tests.cell("t1", "s1", key(0, 1)) == theirs.tests.cell("t1", "s1", key(0, 1))
    assert mine.tests.settings("p") == theirs.tests.settings("p")
    before = everything(mine)
    take(mine, theirs.path)
    assert everything(mine) == before
    sound(mine)


def test_cells_scores_and_decisions_of_both_sides_are_kept(make: Make, tmp_path: Path) -> None:
    mine = make("mine")
    fill(mine)
    mine.tests.begin_scoring("t1", "both", (CONTAINS,), LATER).result(60)
    mine.close()
    shutil.copyfile(tmp_path / "mine.db", tmp_path / "copy.db")
    shutil.copyfile(tmp_path / "mine.db", tmp_path / "theirs.db")
    here, theirs = make("copy"), make("theirs")
    # The same cell is answered on both sides, and another one only there; a failed call was repeated there.
    answered(here, "t1", [key(1, 1)], done("here"))
    there = "theirs.5.{}"
    for number, (cell, uid) in enumerate(((key(1, 1), "x"), (key(1), "y"))):
        uid = there.format(uid)
        theirs.tests.start_outputs("t1", [CellStart(cell, uid, f"{number:032x}")], "owner", NOW).result(60)
        theirs.tests.finish_outputs([CellEnd(uid, done("there"), LATER)]).result(60)
    here.tests.save_scores("both", [scored(key(0), "t1.0.0.0.1", "pass")]).result(60)
    theirs.tests.save_scores(
        "both", [scored(key(0), "t1.0.0.0.1", "fail"), scored(key(0, 1), "t1.0.1.0.1", "fail")]
    ).result(60)
    later = "2026-11-25T10:00:00.000Z"
    theirs.tests.overrule("t1", "t1.0.1.0.1", HASH, "none", "", later, "o2").result(60)
    for _ in range(2):
        take(here, theirs.path)
        texts = {cell: here.tests.cell("t1", "both", cell).result for cell in (key(1, 1), key(1))}
        assert [found.text for found in texts.values() if found] == ["here", "there"]
        row = here.tests.page("t1", "both", GridQuery(), "", 9).rows[0]
        assert [(cell.status, cell.is_overruled) for cell in row.cells] == [("pass", False), ("fail", False)]
        assert query(here, "SELECT uid, supersedes_id IS NULL FROM overrules ORDER BY uid") == [("o1", 1), ("o2", 0)]
    sound(here)


def test_test_runs_of_a_program_that_did_not_know_them_are_completed(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    take(mine, theirs.path)
    whole = everything(mine)
    mine.close()
    connection = sqlite3.connect(mine.path)
    connection.execute("PRAGMA foreign_keys = ON")
    for table in ("test_runs", "run_cases", "run_cells", "scorings", "overrules"):
        connection.execute(f"DELETE FROM {table}")
    connection.commit()
    connection.close()
    store = open_store(mine.path, now=NOW, uid=new_uid)
    assert store.tests.runs("p") == ()
    take(store, theirs.path)
    assert everything(store) == whole
    store.close()


def test_versions_that_tests_pin_get_their_new_numbers(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    mine.create_prompt("p", "Order bot", NOW)
    mine.begin_run(run("m1", text("mine"))).result(60)
    take(mine, theirs.path)
    assert [one.pinned for one in mine.tests.settings("p").columns] == [2, None]
    assert [column.version for column in mine.tests.run("t1").columns] == [2, 2]
    assert mine.tests.run("t1").number == 1


def test_own_settings_and_used_cases_stay(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    mine.create_prompt("p", "Order bot", NOW)
    mine.packs.save_cases("p", [case(0), case(1, held_out=True)])
    mine.tests.save_settings("p", SuiteSettings(samples=3), NOW)
    mine.tests.use_case("p", "case-1", LATER).result(60)
    take(mine, theirs.path)
    assert mine.tests.settings("p") == SuiteSettings(samples=3)
    assert mine.tests.used_cases("p") == {"case-0": NOW, "case-1": LATER}


def test_goals_are_taken_where_there_are_none(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    for store in (mine, theirs):
        store.create_prompt("p", "Order bot", NOW)
        store.create_prompt("q", "Other", NOW)
    goals = DecideGoals(0.9, volume=1000, routes=("own",), costs=CostFigures(epochs=3))
    theirs.decide.save_goals("p", goals, NOW)
    theirs.decide.save_goals("q", goals, NOW).result(60)
    mine.decide.save_goals("q", DecideGoals(0.5), NOW).result(60)
    for _ in range(2):
        take(mine, theirs.path)
    assert mine.decide.goals("p") == goals
    assert mine.decide.goals("q") == DecideGoals(0.5)


@pytest.mark.parametrize(
    ("statement", "kept", "told"),
    [
        ("UPDATE case_bodies SET body = replace(body, '0', '7')", {"runs": 0, "cells": 0}, "does not match its hash"),
        ("UPDATE case_bodies SET body = '{}' WHERE id = 1", {"runs": 1}, "One of its cases was left out"),
        ("UPDATE test_runs SET baseline = 2", {"runs": 0}, "Its baseline is none of its columns"),
        ("UPDATE test_runs SET set_name = 'all'", {"runs": 0}, "set name is unknown"),
        ("UPDATE run_cells SET identity = '../x' WHERE lane = 1", {"runs": 2, "cells": 3}, "identity is not a hash"),
        ("UPDATE run_cells SET case_position = 40 WHERE lane = 1", {"cells": 3}, ""),
        ("UPDATE run_cells SET sample = 1 WHERE lane = 1", {"cells": 3}, ""),
        ("UPDATE cell_scores SET score = 2 WHERE lane = 1", {"scores": 2}, "score is not from 0 to 1"),
        ("UPDATE cell_scores SET state = 'won'", {"scores": 0}, "state is unknown"),
        ("UPDATE check_results SET detail = '[' WHERE lane = 0", {"checks": 1}, "detail cannot be read"),
        ('UPDATE check_bodies SET body = \'{"type":"x"}\'', {"scores": 0}, "does not match its hash"),
        ("UPDATE scorings SET checks = '[{}]'", {"scores": 0}, "checks cannot be read"),
        ("UPDATE scorings SET threshold = 9e999", {"scores": 0}, "threshold is not a number"),
        ("UPDATE overrules SET check_hash = 'x'", {"overrules": 0}, "check hash is not a hash"),
        ('UPDATE suite_settings SET body = \'{"samples":"x"}\'', {"runs": 2}, "its content cannot be read"),
        ("UPDATE cases SET tags = '{}' WHERE uid = 'case-0'", {"used": 1}, "tags has an unknown form"),
        ("UPDATE in_flight SET identity = 'x'", {"cells": 5}, "identity is not a hash"),
    ],
)
def test_damaged_rows_are_left_out_and_named(make: Make, statement: str, kept: dict[str, int], told: str) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    theirs.close()
    before = everything(theirs.path)
    connection = sqlite3.connect(theirs.path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    report = take(mine, theirs.path)
    found = everything(mine)
    assert {name: len(found[name]) for name in kept} == kept
    assert all(set(rows) <= set(before[name]) or name == "used" for name, rows in found.items())
    said = " ".join(f"{one.name} {one.sentence}" for one in report.listed)
    assert told in said
    assert bool(report.left_out) == bool(told)
    sound(mine)
