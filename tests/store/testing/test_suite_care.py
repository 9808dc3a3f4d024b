"""Test runs in deletion for good, salvage, the check of rows, crashes, and histories of older releases."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests import depth
from tests.patience import PROCESS_S
from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text, uids
from tests.store.schema.old_histories import healthy, restore_as
from tests.store.testing.suites import CONTAINS, answered, begun, called, case, key, scored
from workbench.core.cases import Case
from workbench.core.decide.goals import DecideGoals
from workbench.core.drafts import Draft
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.settings import SuiteSettings
from workbench.store import Store, StoreError
from workbench.store.database_file import OpenedDatabase
from workbench.store.errors import failure
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.maintenance.row_check import wrong_rows
from workbench.store.salvage.rebuild import salvage

ROOT = Path(__file__).parents[3]
TABLES = (
    *(
        "suite_settings",
        "decide_goals",
        "test_runs",
        "case_bodies",
        "run_cases",
        "run_cells",
        "check_bodies",
        "scorings",
    ),
    *("cell_scores", "check_results", "overrules"),
)
SECRET = "a secret word"


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()


def filled(store: Store, prompt: str = "p", **cases: object) -> list[str]:
    """A test run that is scored and overruled, with settings; return its outputs."""
    store.tests.save_settings(prompt, SuiteSettings((CONTAINS,), columns=(lane("A", "one"),)), NOW)
    store.decide.save_goals(prompt, DecideGoals(0.9, routes=(SECRET,)), NOW)
    begun(store, "t1", prompt_uid=prompt, cases=(case(0, notes=SECRET, **cases), case(1)))
    outputs = answered(store, "t1", [key(0), key(0, 1)], done(SECRET)) + answered(store, "t1", [key(1)], FAILED)
    store.tests.begin_scoring("t1", "s1", (CONTAINS,), NOW)
    states = ("pass", "fail", "no_answer")
    scores = [scored(*one) for one in zip((key(0), key(0, 1), key(1)), outputs, states, strict=True)]  # type: ignore[arg-type]
    store.tests.save_scores("s1", scores)
    store.tests.overrule("t1", outputs[1], check_hash(CONTAINS), "pass", SECRET, LATER, "o1").result(60)
    return outputs


def test_prompt_that_is_deleted_for_good_takes_its_tests_along(store: Store, path: Path) -> None:
    store.create_prompt("q", "Other", NOW)
    filled(store)
    assert all(rows(path, table) for table in TABLES)
    extent, _ = store.deleting.purge(PurgeTargets(prompts=("p",)), LATER, uids())
    assert (extent.runs, extent.prompts, extent.cells) == (1, 1, 0)
    assert {table: rows(path, table) for table in TABLES if rows(path, table)} == {}
    store.deleting.clean()
    store.close()
    assert SECRET.encode() not in path.read_bytes()
    healthy(path)


def test_run_that_used_answers_of_a_deleted_one_has_open_cells_again(store: Store, path: Path) -> None:
    outputs = filled(store)
    begun(store, "t2", cases=(case(0), case(1)))
    store.tests.begin_scoring("t2", "s2", (CONTAINS,), NOW)
    store.tests.save_scores("s2", [scored(key(0), outputs[0], "pass")]).result(60)
    answered(store, "t2", [key(1)], done("own"))
    doomed = PurgeTargets(runs=("t1",))
    assert store.deleting.extent(doomed).cells == 2
    store.deleting.purge(doomed, LATER, uids())
    assert store.tests.open_cells("t2", None, 9) == (key(0), key(0, 1), key(1, 1))
    assert [one.uid for one in store.tests.runs("p")] == ["t2"]
    assert [column.cases for column in store.tests.results("t2", "s2")] == [(), ()]
    assert [cell.status for cell in store.tests.page("t2", "s2", GridQuery(), "", 1).rows[0].cells] == ["open", "open"]
    # Only what the remaining run uses is left.
    assert [len(rows(path, table)) for table in ("case_bodies", "check_bodies", "overrules")] == [2, 0, 0]
    assert begun(store, "t3").number == 3
    answered(store, "t2", [key(0)], attempt=1)
    store.close()
    healthy(path)


def test_running_test_is_not_deleted(store: Store) -> None:
    begun(store)
    called(store, "t1", [key(0)])
    with pytest.raises(StoreError, match="in progress"):
        store.deleting.purge(PurgeTargets(runs=("t1",)), LATER, uids())


def test_version_that_tests_pin_is_kept(store: Store) -> None:
    store.begin_run(run("r1", text("pinned"))).result(60)
    store.finish_output("r1.0.0", done("a"), LATER)
    store.tests.save_settings("p", SuiteSettings(columns=(lane("A", "one", 1),)), NOW).result(60)
    _, kept = store.deleting.purge(PurgeTargets(runs=("r1",)), LATER, uids())
    assert [version.number for version in kept] == [1]
    store.tests.save_settings("p", SuiteSettings(), NOW).result(60)
    assert store.version_numbers("p") == (1,)


def test_rows_of_tests_are_sound(store: Store, path: Path) -> None:
    filled(store, metadata='{"a":[1]}', tags=("x",), threshold=0.5)
    with closing(sqlite3.connect(path)) as connection:
        assert wrong_rows(connection) == []
        connection.execute("UPDATE cell_scores SET state = 'won' WHERE lane = 1")
        connection.execute("UPDATE case_bodies SET body = '{}' WHERE id = 1")
        found = wrong_rows(connection)
    assert [sentence.partition(":")[0] for sentence in found] == ["case bodies", "cell scores"]


def test_salvage_recovers_test_runs(store: Store, path: Path, tmp_path: Path) -> None:
    filled(store)
    store.close()
    result = salvage(path, tmp_path / "new.db", now=LATER, uid=uids())
    assert (result.stand_ins, result.leftover) == (0, None)
    for table in TABLES:
        assert rows(tmp_path / "new.db", table) == rows(path, table), table
    healthy(tmp_path / "new.db")


@pytest.mark.parametrize("table", [*(one for one in TABLES if one != "run_cases"), "bodies", "drafts", "cases"])
def test_salvage_knows_rows_of_a_table_that_is_lost(store: Store, path: Path, tmp_path: Path, table: str) -> None:
    """Rows of run_cases are three whole numbers, like entries of many indexes."""
    store.save_draft("p", Draft(text("typed")), NOW)
    store.packs.save_cases("p", [case(0, tags=("x",))])
    store.begin_run(run("r1", text("hello")))
    store.finish_output("r1.0.0", FULL_RESULT, LATER)
    filled(store)
    store.close()
    before = rows(path, table)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = ?1 OR tbl_name = ?1", (table,))
    salvage(path, tmp_path / "new.db", now=LATER, uid=uids())
    assert rows(tmp_path / "new.db", table) == before
    assert before


@pytest.mark.parametrize(
    "lost", ["runs", "outputs", "case_bodies", "check_bodies", "scorings", "cell_scores", "prompts"]
)
def test_salvage_drops_what_means_nothing_alone(store: Store, path: Path, tmp_path: Path, lost: str) -> None:
    filled(store)
    store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"DELETE FROM {lost}")
    salvage(path, tmp_path / "new.db", now=LATER, uid=uids())
    healthy(tmp_path / "new.db")
    again = opened(tmp_path / "new.db")
    for prompt in again.prompts():
        for found in again.tests.runs(prompt.uid):
            again.tests.page(found.uid, "s1", GridQuery(), "", 9)
            again.tests.open_cells(found.uid, None, 9)
    again.close()


@pytest.mark.parametrize("version", [1003, 1005])
def test_history_of_an_older_release_that_is_read_only_has_no_tests(version: int, path: Path) -> None:
    restore_as(version, path)
    store = Store(path, OpenedDatabase(None, failure("readonly")), lambda: "uid", 5000)
    assert store.tests.runs("p") == ()
    assert store.tests.latest_round("p") == 0
    assert store.tests.settings("p") == SuiteSettings()
    assert store.tests.used_cases("p") == {}
    assert [one.uid for one in store.packs.cases("p")] == ["case"]
    store.close()


def test_case_that_an_older_release_stored_has_its_fields(store: Store, path: Path) -> None:
    """Fields that it did not know are in `rest`."""
    store.packs.save_cases("p", [Case("c")]).result(60)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("""UPDATE cases SET rest = '{"tags":["a"],"held_out":true,"options":{"x":1}}'""")
    found = Case("c", tags=("a",), held_out=True, rest='{"options":{"x":1}}')
    assert store.packs.cases("p") == (found,)
    store.packs.change_case("p", found).result(60)
    assert store.packs.cases("p") == (found,)
    assert rows(path, "cases")[0][9] == '{"options":{"x":1}}'


CHILD = """
import os, sys
from pathlib import Path
from tests.store.making import LATER, done, opened
from tests.store.testing.suites import begun, called, case, key
from workbench.store.testing.records import CellEnd

store = opened(Path(sys.argv[1]), busy_ms=20_000)
number = 0
while True:
    keys = list(store.tests.open_cells("t1", None, 4))
    number += 1
    uids = called(store, "t1", keys, attempt=os.getpid())
    print("called", *uids, flush=True)
    store.tests.finish_outputs([CellEnd(uid, done(uid), LATER) for uid in uids]).result(30)
    print("recorded", *uids, flush=True)
"""


@pytest.mark.parametrize("seed", depth.seeds(quick=2, deep=40))
def test_recorded_cells_survive_a_kill_and_are_not_asked_again(store: Store, path: Path, seed: int) -> None:
    count = 40
    begun(store, cases=[case(row) for row in range(count)], columns=[lane()])
    recorded: set[str] = set()
    for turn in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
        )
        assert child.stdout is not None
        said = [child.stdout.readline().split() for _ in range(1 + (seed * 7 + turn * 3) % 6)]
        child.send_signal(signal.SIGKILL)
        said += [line.split() for line in child.stdout.read().splitlines() if line]
        child.stdout.close()
        child.wait(PROCESS_S)
        recorded |= {uid for words in said if words and words[0] == "recorded" for uid in words[1:]}
        store.recover(lambda owner: False, LATER).result(30)
        open_ = set(store.tests.open_cells("t1", None, 1000))
        assert store.owners_in_flight() == set()
        for row in range(count):
            detail = store.tests.cell("t1", "", key(row))
            assert (detail.output_uid == "") == (key(row) in open_)
        held = {store.tests.cell("t1", "", key(row)).output_uid for row in range(count)} - {""}
        # What was printed is recorded; a transaction may have ended without the print.
        assert recorded <= held
        assert len(held) + len(open_) == count
