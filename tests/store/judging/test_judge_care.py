"""Judges in deletion for good, salvage, the check of rows, crashes, and histories of older releases."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests import depth
from tests.patience import PROCESS_S
from tests.store.judging.judges import (
    HASH,
    RUBRIC,
    about,
    filled,
    judge_prompt,
    judged,
    judgement,
    judging,
    label,
    verdict,
)
from tests.store.making import FULL_RESULT, LATER, NOW, done, lane, opened, run, text, uids
from tests.store.schema.test_upgrade import healthy, restore_as
from tests.store.testing.suites import answered, begun, called, case, key
from workbench.core.drafts import Draft
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import GridQuery
from workbench.store import Store, StoreError
from workbench.store.database_file import OpenedDatabase
from workbench.store.errors import failure
from workbench.store.judging.records import JudgementCounts, ReusedJudgement
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.maintenance.row_check import wrong_rows
from workbench.store.salvage.rebuild import salvage

ROOT = Path(__file__).parents[3]
TABLES = ("judge_prompts", "judge_runs", "judgements", "judge_verdicts", "judge_labels")
SECRET = "a secret word"
EVERY = (CellKey(0, 0, 0), CellKey(9, 9, 9))


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


# Deletion for good


def test_prompt_that_is_deleted_for_good_takes_its_judges_along(store: Store, path: Path) -> None:
    store.create_prompt("q", "Other", NOW)
    filled(store, SECRET)
    judge_prompt(store, owner="jp", uid="of-the-judge")
    assert all(rows(path, table) for table in TABLES)
    extent, _ = store.deleting.purge(PurgeTargets(prompts=("p",)), LATER, uids())
    assert (extent.runs, extent.answers, extent.prompts, extent.judgements) == (1, 4, 1, 4)
    assert {table: rows(path, table) for table in TABLES if rows(path, table)} == {}
    assert [row[1] for row in rows(path, "prompts")] == ["q"]
    store.deleting.clean()
    store.close()
    assert SECRET.encode() not in path.read_bytes()
    healthy(path)


def test_test_that_is_deleted_for_good_takes_what_judges_said_along(store: Store, path: Path) -> None:
    filled(store, SECRET)
    extent, _ = store.deleting.purge(PurgeTargets(runs=("t1",)), LATER, uids())
    assert (extent.runs, extent.answers, extent.judgements) == (1, 4, 4)
    assert {table for table in TABLES if rows(path, table)} == {"judge_prompts"}
    assert rows(path, "runs") == []
    # The judge prompt remains with the text for the next judges, and numbers are not used again.
    assert store.judges.newest("jp").number == 1
    store.deleting.clean()
    assert SECRET.encode() not in path.read_bytes()
    begun(store, "t2", cases=(case(0),))
    [output] = answered(store, "t2", [key(0)])
    store.tests.begin_scoring("t2", "s2", (RUBRIC,), NOW)
    begun_run = store.judges.begin_run(judging("j2", [judgement(about(key(0)), "o", output)], "s2")).result(60)
    assert begun_run.number == 2
    store.close()
    healthy(path)


def test_judges_of_other_tests_forget_deleted_answers(store: Store, path: Path) -> None:
    """A second test uses answers of the deleted one, and its judge has seen them."""
    outputs = filled(store)
    begun(store, "t2", cases=(case(0), case(1), case(2)))
    own = answered(store, "t2", [key(2)])
    store.tests.begin_scoring("t2", "s2", (RUBRIC,), NOW).result(60)
    quoting = judgement(about(key(0)), "q", outputs[0], values=(("output", SECRET),), name=SECRET)
    fine = judgement(about(key(2)), "f", own[0])
    judged(store, "j2", [quoting, fine], done(f"It says {SECRET}"), scoring="s2")
    reused = ReusedJudgement(about(key(1)), RUBRIC, judgement(about(key(1), 1), "", outputs[2]).identity, "j1.2")
    store.judges.reuse("s2", [reused]).result(60)
    extent, _ = store.deleting.purge(PurgeTargets(runs=("t1",)), LATER, uids())
    assert (extent.runs, extent.judgements) == (1, 5)
    assert [(one.key, one.output_uid) for one in store.judges.replies("s2", *EVERY)] == [(about(key(2)), "f")]
    assert [(one.name, one.values[:1]) for one in store.iteration_detail("j2").sets] == [
        ("", ()),
        ("case 3", (("output", f"text of {own[0]}"),)),
    ]
    assert store.searches.behind() == 0
    assert [one.uid for one in store.judges.runs("s2")] == ["j2"]
    # Further judgements go on after the emptied place.
    again = judgement(about(key(0)), "q.again", own[0])
    store.judges.start_judgements("j2", [again], "owner", LATER).result(60)
    assert [one.name for one in store.iteration_detail("j2").sets] == ["", "case 3", "case 1"]
    store.recover(lambda owner: False, LATER).result(60)
    store.deleting.clean()
    store.close()
    assert path.read_bytes().count(SECRET.encode()) == 1, "only the reply about the test's own answer"
    healthy(path)


def test_comparisons_with_a_deleted_answer_go_along(store: Store, path: Path) -> None:
    """The judge of a pair is given the answer of the baseline, too, which an earlier test made."""
    begun(store, "t1", cases=(case(0),), columns=(lane("A", "one"),))
    answered(store, "t1", [key(0)])
    begun(store, "t2", cases=(case(0), case(1)))
    outputs = answered(store, "t2", [key(0, 1), key(1, 1)])
    store.tests.begin_scoring("t2", "s2", (RUBRIC,), NOW).result(60)
    judge_prompt(store, kind="select-best", uid="pairs")
    judge_prompt(store)
    pairs = [
        judgement(about(key(place, 1)), f"pair{place}", uid, values=(("outputs", f"{SECRET} {place}"),))
        for place, uid in enumerate(outputs)
    ]
    judged(store, "j2", pairs, scoring="s2", prompt="pairs")
    judged(store, "j3", [judgement(about(key(0, 1), 1), "alone", outputs[0])], scoring="s2")
    extent, _ = store.deleting.purge(PurgeTargets(runs=("t1",)), LATER, uids())
    assert extent.judgements == 1
    assert [one.output_uid for one in store.judges.replies("s2", *EVERY)] == ["alone", "pair1"]
    store.deleting.clean()
    store.close()
    assert f"{SECRET} 0".encode() not in path.read_bytes()
    healthy(path)


def test_test_is_not_deleted_while_it_is_judged(store: Store) -> None:
    begun(store, "t1", cases=(case(0),))
    [output] = answered(store, "t1", [key(0)])
    store.tests.begin_scoring("t1", "s1", (RUBRIC,), NOW)
    judge_prompt(store)
    store.judges.begin_run(judging("j1", [judgement(about(key(0)), "o", output)])).result(60)
    with pytest.raises(StoreError, match="in progress"):
        store.deleting.purge(PurgeTargets(runs=("t1",)), LATER, uids())
    with pytest.raises(StoreError, match="in progress"):
        store.curation.delete(["t1"], True).result(60)
    with pytest.raises(StoreError, match="in progress"):
        store.curation.delete_prompt("p", True).result(60)


# Damage


def test_rows_of_judges_are_sound(store: Store, path: Path) -> None:
    filled(store)
    with closing(sqlite3.connect(path)) as connection:
        assert wrong_rows(connection) == []
        connection.execute("UPDATE judge_verdicts SET state = 'won' WHERE lane = 1")
        connection.execute("UPDATE judgements SET identity = '../x'")
        connection.execute("UPDATE judge_labels SET picked = 'x'")
        found = wrong_rows(connection)
    assert [sentence.partition(":")[0] for sentence in found] == ["judgements", "judge verdicts", "judge labels"]


def test_salvage_recovers_judges(store: Store, path: Path, tmp_path: Path) -> None:
    filled(store)
    store.close()
    result = salvage(path, tmp_path / "new.db", now=LATER, uid=uids())
    assert (result.stand_ins, result.leftover) == (0, None)
    for table in TABLES:
        assert rows(tmp_path / "new.db", table) == rows(path, table), table
    healthy(tmp_path / "new.db")


@pytest.mark.parametrize("table", [one for one in TABLES if one != "judge_runs"])
def test_salvage_knows_rows_of_a_table_that_is_lost(store: Store, path: Path, tmp_path: Path, table: str) -> None:
    """Rows of judge_runs are two whole numbers, like entries of many indexes."""
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
    "lost", ["prompts", "runs", "outputs", "run_values", "lanes", "versions", "scorings", "cell_scores", "check_bodies"]
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
        again.judges.judge_prompts(prompt.uid)
        for found in again.tests.runs(prompt.uid):
            again.tests.page(found.uid, "s1", GridQuery("label_differs"), "", 9)
            again.judges.labels(found.uid, HASH)
            if found.scoring_uid:
                again.judges.results(found.uid, "s1", HASH)
                again.judges.replies("s1", *EVERY)
                again.judges.judges("s1")
                again.judges.counts("s1")
    again.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lanes SET params = '[' || char(0), slot = '', label = char(27)",
        "UPDATE check_bodies SET body = 'x'",
        "UPDATE check_bodies SET body = '{\"type\":7}'",
        "UPDATE case_bodies SET body = '[]'",
        "UPDATE judge_verdicts SET score = 9e999, probability = -1, state = 'won', repeats = -5, agreeing = -9",
        "UPDATE judge_labels SET label = char(0), picked = '', created_at = 'yesterday'",
        "UPDATE judge_labels SET created_at = '', note = char(27) || '<b>'",
        "UPDATE judgements SET identity = '', step = -7, repeat = 9007199254740993",
        "UPDATE outputs SET state = 'odd', error = char(27), cost_usd = 9e999",
        "UPDATE prompts SET name = char(0)",
        "UPDATE judge_prompts SET check_type = ''",
        "UPDATE judge_prompts SET owner_id = prompt_id",
        "UPDATE run_values SET set_uid = '../x', name = char(27)",
        "UPDATE runs SET started_at = 'yesterday' WHERE kind = 'judge'",
    ],
)
def test_odd_rows_are_read(store: Store, path: Path, statement: str) -> None:
    filled(store)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    judges = store.judges
    judges.judge_prompts("p")
    judges.described("jp")
    judges.runs("s1")
    judges.counts("s1")
    judges.judges("s1")
    judges.missing("s1", None, 9, failed_too=True)
    judges.replies("s1", *EVERY)
    judges.labels("t1", HASH)
    judges.prompt_labels("p", HASH)
    judges.checks("t1", "s1")
    for column in judges.results("t1", "s1", HASH):
        assert all(cell.verdict in ("pass", "fail", "unscored") for cell in column.cells)
        assert all(cell.probability is None for cell in column.cells)
    judges.answers("t1", "s1", HASH, 0)
    for rows_ in ("label_differs", "rule_differs", "repeats_differ"):
        store.tests.page("t1", "s1", GridQuery(rows_), "", 9)  # type: ignore[arg-type]
    store.tests.counts("t1", "s1", GridQuery())
    store.prompts()
    store.curation.delete_prompt("p", True).result(60)


def test_owners_in_a_circle_end(store: Store, path: Path) -> None:
    filled(store)
    judge_prompt(store, owner="jp", uid="second")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE judge_prompts SET owner_id = (SELECT id FROM prompts WHERE uid = 'second')"
            " WHERE prompt_id = (SELECT id FROM prompts WHERE uid = 'jp')"
        )
    store.curation.delete_prompt("jp", True).result(60)
    store.deleting.purge(PurgeTargets(prompts=("jp",)), LATER, uids())
    assert [row[1] for row in rows(path, "prompts")] == ["p"]


# Older releases


@pytest.mark.parametrize("version", [1003, 1006, 1007])
def test_history_of_an_older_release_that_is_read_only_has_no_judges(version: int, path: Path) -> None:
    restore_as(version, path)
    store = Store(path, OpenedDatabase(None, failure("readonly")), lambda: "uid", 5000)
    assert [row.uid for row in store.prompts()] == ["p"]
    assert store.last_prompt() == "p"
    assert (store.judges.judge_prompts("p"), store.judges.described("p")) == ((), None)
    assert store.judges.prompt_labels("p", HASH) == ()
    assert store.draft_lanes()[0].prompt_uid == "p"
    assert "Order bot" in store.searches.known()["prompt"]
    assert store.deleting.deleted().prompts == ("d",)
    assert len(store.timeline("p").rows) == 2
    store.close()


# Crashes

CHILD = """
import os, sys
from pathlib import Path
from tests.store.judging.judges import about, ended, judging, judgement
from tests.store.making import LATER, opened
from tests.store.testing.suites import key

store = opened(Path(sys.argv[1]), busy_ms=20_000)
known = {one.key: one.state for one in store.judges.replies("s1", key(0), key(99))}
waiting = [cell for cell in map(key, range(40)) if known.get(about(cell)) != "finished"]
run = ""
while waiting:
    group, waiting = waiting[:3], waiting[3:]
    starts = [judgement(about(one), f"{os.getpid()}.{one.case}", f"t1.{one.case}.0.0.1") for one in group]
    if run:
        store.judges.start_judgements(run, starts, "owner", LATER).result(30)
    else:
        run = f"run{os.getpid()}"
        store.judges.begin_run(judging(run, starts)).result(30)
    print("asked", *[one.output_uid for one in starts], flush=True)
    ended(store, starts)
    print("answered", *[one.output_uid for one in starts], flush=True)
print("done", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("seed", depth.seeds(quick=2, deep=40))
def test_answered_judgements_survive_a_kill_and_are_not_asked_again(store: Store, path: Path, seed: int) -> None:
    count = 40
    begun(store, cases=[case(row) for row in range(count)], columns=[lane()])
    answered(store, "t1", [key(row) for row in range(count)])
    store.tests.begin_scoring("t1", "s1", (RUBRIC,), NOW).result(60)
    judge_prompt(store)
    finished: set[str] = set()
    for turn in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        assert child.stdout is not None
        assert child.stdin is not None
        said = [child.stdout.readline().split() for _ in range(1 + (seed * 7 + turn * 3) % 6)]
        child.send_signal(signal.SIGKILL)
        said += [line.split() for line in child.stdout.read().splitlines() if line]
        child.stdout.close()
        child.stdin.close()
        child.wait(PROCESS_S)
        finished |= {uid for words in said if words and words[0] == "answered" for uid in words[1:]}
        store.recover(lambda owner: False, LATER).result(30)
        replies = store.judges.replies("s1", key(0), key(99))
        # What was printed is stored; a transaction may have ended without the print.
        assert finished <= {one.output_uid for one in replies if one.state == "finished"}
        assert {one.state for one in replies} <= {"finished", "interrupted"}
        missing = store.judges.missing("s1", None, 99)
        assert missing == tuple(one.key for one in replies if one.state == "interrupted")
    assert store.judges.counts("s1") == JudgementCounts(
        finished=sum(one.state == "finished" for one in replies),
        interrupted=len(missing),
        unpriced=sum(one.state == "finished" for one in replies),
    )


def test_labels_and_verdicts_survive_closing(store: Store, path: Path) -> None:
    outputs = filled(store)
    store.close()
    again = opened(path)
    assert len(again.judges.labels("t1", HASH)) == 2
    label(again, outputs[2], "fail", "l3")
    assert len(again.judges.labels("t1", HASH)) == 3
    again.tests.save_scores("s1", [replace(verdict(key(1), outputs[2], "fail"), reason="no")]).result(60)
    called(again, "t1", [])
    again.close()
    healthy(path)
