"""Which files are merged: histories of older formats, but none that is damaged, too old or too new."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.making import LATER, done, lane, run, text
from tests.store.schema.freeze import restore
from tests.store.schema.old_histories import FORMATS, healthy, restore_as
from tests.usecases.exchange.merge_making import Make, fill, make, query, sound
from tests.usecases.exchange.test_llm import take
from workbench.store import StoreError
from workbench.usecases.problems import RefusedError

__all__ = ["make"]


@pytest.mark.parametrize("version", FORMATS)
def test_histories_of_older_formats_are_merged(make: Make, tmp_path: Path, version: int) -> None:
    restore_as(version, tmp_path / "old.db")
    before = sorted(tmp_path.iterdir())
    mine = make("mine")
    report = take(mine, tmp_path / "old.db")
    assert (report.state, report.added.runs) == ("done", 2)
    assert query(tmp_path / "old.db", "PRAGMA user_version") == [(version,)]
    assert [(row.run_uid, row.note) for row in mine.iterations("p")] == [("r2", "a note"), ("r1", "")]
    # Running outputs are merged with the text that they had so far.
    states = [output.result.state for output in mine.iteration_detail("r2").outputs]
    assert set(states) == {"interrupted"}
    assert mine.iteration_detail("r2").outputs[0].result.text == "half an"
    mine.close()
    assert sorted(tmp_path.iterdir()) == sorted([*before, mine.path])
    healthy(mine.path)


def test_a_history_that_is_too_old_is_refused(make: Make, tmp_path: Path) -> None:
    restore(tmp_path / "old.db")
    query(tmp_path / "old.db", "PRAGMA user_version = 1002")
    with pytest.raises(StoreError, match=r"“old\.db” was not imported\. This history has format 1\.2") as refused:
        take(make("mine"), tmp_path / "old.db")
    assert refused.value.code == "too_old"
    assert f"workbench history salvage --db {tmp_path / 'old.db'} NEW.db" in refused.value.sentence


def test_a_history_of_a_newer_major_is_refused(make: Make) -> None:
    theirs = make("theirs")
    fill(theirs)
    theirs.close()
    connection = sqlite3.connect(theirs.path)
    connection.execute("PRAGMA user_version = 2000")
    connection.close()
    with pytest.raises(StoreError, match=r"written by a newer release \(format 2\.0\)"):
        take(make("mine"), theirs.path)


def test_damaged_and_own_files_are_refused(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    with pytest.raises(RefusedError, match="the history that is open"):
        take(mine, mine.path)
    fill(theirs)
    theirs.close()
    body = bytearray(theirs.path.read_bytes())
    body[20 * 4096 : 40 * 4096] = b"\xff" * (20 * 4096)
    theirs.path.write_bytes(body)
    with pytest.raises(StoreError, match=r"“theirs\.db” is damaged") as damaged:
        take(mine, theirs.path)
    assert f"workbench history salvage --db {theirs.path} NEW.db" in damaged.value.sentence
    assert query(mine, "SELECT count(*) FROM runs") == [(0,)]
    assert mine.read_only is False


@pytest.mark.parametrize("tables_are_lost", [True, False], ids=["tables", "end"])
def test_unreadable_history_is_refused_with_the_salvage_command(make: Make, tables_are_lost: bool) -> None:
    theirs = make("theirs")
    fill(theirs)
    theirs.close()
    body = bytearray(theirs.path.read_bytes())
    if tables_are_lost:
        body[100:3000] = b"\xff" * 2900
    theirs.path.write_bytes(body if tables_are_lost else body[: len(body) // 2])
    with pytest.raises(
        StoreError, match=r"“theirs\.db” is damaged\. Recover what is readable into a new file"
    ) as damaged:
        take(make("mine"), theirs.path)
    assert damaged.value.sentence.endswith(f"workbench history salvage --db {theirs.path} NEW.db")


def test_inconsistent_rows_are_left_out_and_listed(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    theirs.begin_run(run("r3", text("good"), lanes=(lane(),)))
    theirs.finish_output("r3.0.0", done("fine"), LATER).result(60)
    theirs.close()
    connection = sqlite3.connect(theirs.path)
    connection.execute("UPDATE lanes SET params = '[' WHERE run_id = 1")
    connection.execute("UPDATE contents SET body = replace(body, 'Now', 'Yes') WHERE body LIKE '%Now where%'")
    connection.commit()
    connection.close()
    report = take(mine, theirs.path)
    # The text, both lanes, and the runs that need them.
    assert (report.added.runs, report.left_out) == (1, 5)
    assert [(one.name.split()[0], one.sentence) for one in report.listed] == [
        ("contents", "This row was left out: the text does not match its hash."),
        ("lanes", "This row was left out: its parameters cannot be read."),
        ("lanes", "This row was left out: its parameters cannot be read."),
        ("r1", "It has no lane or no values."),
        ("r2", "Its text does not match its hash."),
    ]
    sound(mine)
