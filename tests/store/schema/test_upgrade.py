"""Histories of formats before the baseline open, keep their rows, and get the schema of a new file."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from tests.filters import parse
from tests.patience import PROCESS_S
from tests.store.making import FULL_RESULT, LATER, NOW, lane, made_here, opened, run, text, uids
from tests.store.schema import freeze
from tests.store.schema.freeze import restore
from tests.store.schema.old_histories import (
    COPY,
    FORMATS,
    assert_rows,
    copies,
    healthy,
    migrations,
    restore_as,
    rows,
    shape,
)
from workbench.core.runs import Result
from workbench.store import Store, StoreError, open_store
from workbench.store.database_file import OpenedDatabase
from workbench.store.errors import failure
from workbench.store.salvage.rebuild import salvage
from workbench.store.schema.format_1_3 import CHANGES, FORMAT, SCHEMA
from workbench.store.schema.format_version import OLDEST, VERSION, show
from workbench.store.schema.migrations import BASELINE
from workbench.store.schema.objects import bridged, newest
from workbench.store.schema.sql_words import made_by, words
from workbench.store.sqlite import sqlite3

ROOT = Path(__file__).parents[3]


def test_frozen_rows_are_reproduced_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    freeze.main()
    assert capsys.readouterr().out == freeze.ROWS.read_bytes().decode()


def test_every_table_has_a_frozen_row(path: Path) -> None:
    restore(path)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name <> 'sqlite_schema'"
        ).fetchall()
        empty = [name for (name,) in tables if not connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()]
    assert empty == []


def test_upgrade_starts_from_the_schema_of_format_1_3() -> None:
    made = [statement.strip() for statement in _statements(freeze.SCHEMA.read_bytes().decode())]
    theirs = {
        found.name: tuple(words(statement.rstrip(";")))
        for statement in made
        if (found := made_by(statement)) is not None and "_sqlite_migrations" not in statement
    }
    assert {_name(statement): tuple(words(statement)) for statement in SCHEMA} == theirs


def test_upgrade_changes_add_up_to_the_baseline_schema() -> None:
    assert (FORMAT, CHANGES[-1][0]) == (OLDEST, VERSION)
    last = bridged(VERSION)
    assert last is not None
    ours = newest()
    for kind in ("tables", "indexes", "triggers", "virtual", "shadows"):
        found, wanted = getattr(last, kind), getattr(ours, kind)
        assert {name: tuple(words(sql)) for name, sql in found.items()} == {
            name: tuple(words(sql)) for name, sql in wanted.items()
        }


def _statements(script: str) -> Iterable[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _name(statement: str) -> str:
    made = made_by(statement)
    assert made is not None
    return made.name


@pytest.mark.parametrize("version", FORMATS)
def test_old_history_opens_with_all_rows_and_accepts_new_runs(version: int, path: Path) -> None:
    restore_as(version, path)
    store = opened(path)
    assert (store.read_only, store.notice) == (False, "")
    assert_rows(store)
    assert store.recover(lambda owner: False, LATER).result(60).outputs == 4
    store.begin_run(run("r3", text("new"), based_on=2)).result(60)
    store.close()
    healthy(path)


@pytest.mark.parametrize("version", FORMATS)
def test_upgraded_history_has_the_schema_of_a_new_one(version: int, tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    restore_as(version, old)
    opened(old).close()
    made_here(new).close()
    assert shape(old) == shape(new)
    assert migrations(old) == migrations(new) == [("prompt-workbench", BASELINE)]
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


@pytest.mark.parametrize("version", FORMATS)
def test_upgrade_keeps_every_row_of_every_table(version: int, path: Path) -> None:
    restore_as(version, path)
    before = rows(path)
    opened(path).close()
    after = rows(path)
    assert before.keys() <= after.keys()
    assert not any(after[table] for table in after.keys() - before.keys()), "new tables begin empty"
    for table, found in before.items():
        if found and table not in ("_sqlite_migrations", "run_search"):
            # Added columns come last and are empty.
            width = len(found[0])
            assert [row[:width] for row in after[table]] == found, table
            assert {value for row in after[table] for value in row[width:]} <= {"", "{}", "[]", 0, None}


def test_upgraded_history_does_not_reuse_numbers_of_deleted_runs(path: Path) -> None:
    restore(path)
    store = opened(path)
    assert store.begin_run(run("r3", None, lanes=(lane("A", pinned=1),))).result(60).number == 4
    store.close()


def test_upgrade_keeps_objects_and_columns_added_by_others(path: Path) -> None:
    added = (
        "CREATE TABLE mine (a REFERENCES runs(id))",
        "CREATE VIEW my_runs AS SELECT note FROM runs",
        "CREATE INDEX runs_by_note ON runs (note)",
        "ALTER TABLE runs ADD COLUMN mine TEXT",
        "CREATE TRIGGER runs AFTER INSERT ON mine_too BEGIN SELECT 1; END",
    )
    restore(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE mine_too (a)")
        for statement in added:
            connection.execute(statement)
        connection.execute("UPDATE runs SET mine = 'kept'")
        connection.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('theirs', 'first')")
    store = opened(path)
    assert_rows(store)
    store.close()
    found = {sql for _, _, _, sql in shape(path)}
    assert {statement for statement in added if not statement.startswith("ALTER")} <= found
    assert sorted(migrations(path)) == [("prompt-workbench", BASELINE), ("theirs", "first")]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT DISTINCT mine FROM runs").fetchall() == [("kept",)]
    healthy(path)
    opened(path).close()


def test_connection_open_during_the_upgrade_sees_the_new_schema(path: Path) -> None:
    """As the terminal beside a window: its connection has read the old schema."""
    restore(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT count(*) FROM outputs").fetchone()
        opened(path).close()
        assert other.execute("SELECT DISTINCT billing FROM outputs").fetchall() == [("",)]


def test_read_only_old_history_is_read_without_an_upgrade(path: Path) -> None:
    restore(path)
    before = path.read_bytes()
    store = Store(path, OpenedDatabase(None, failure("readonly")), lambda: "uid", 5000)
    assert_rows(store)
    assert [row.row.run_uid for row in store.searches.page(parse("way").query, str).rows] == ["r1"]
    store.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [1000, 1001, 1002])
def test_too_old_history_is_refused_and_can_be_salvaged_as_advised(version: int, path: Path, tmp_path: Path) -> None:
    restore(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        opened(path)
    assert caught.value.code == "too_old"
    assert caught.value.sentence == (
        f"This history has format {show(version)}, which this release cannot upgrade. Recover what is readable into a"
        f" new file, and open that: workbench history salvage --db {path} NEW.db"
    )
    assert path.read_bytes() == before
    assert copies(path) == []
    salvage(path, tmp_path / "new.db", now=NOW, uid=uids("salvaged"))
    store = opened(tmp_path / "new.db")
    assert [(row.name, row.iterations) for row in store.prompts()] == [("Order bot", 2)]
    assert [row.run_uid for row in store.iterations("p")] == ["r2", "r1"]
    store.close()


def test_new_history_claiming_an_old_format_is_refused_unchanged(path: Path) -> None:
    """A new file that says it is an old one has already what the bridge would add."""
    opened(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    before = shape(path)
    with pytest.raises(StoreError, match="Repair it") as caught:
        opened(path)
    assert caught.value.code == "corrupt"
    assert shape(path) == before


def test_upgraded_history_is_searchable(path: Path) -> None:
    restore(path)
    store = opened(path)
    store.set_note("r1", "seen").result(60)
    assert [row.row.run_uid for row in store.searches.page(parse("").query, str).rows] == ["r2", "r1"]
    for wanted in ("way", "確認", "123ABCDEFG", "kind", "seen winner:yes error:no model:one"):
        assert [row.row.run_uid for row in store.searches.page(parse(wanted).query, str).rows] == ["r1"], wanted
    store.close()


def test_newer_minor_format_is_writable_and_newer_major_is_read_only(path: Path) -> None:
    restore(path)
    opened(path).close()
    for version, is_read_only in ((VERSION + 3, False), (2000, True)):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        store = opened(path)
        assert store.read_only is is_read_only
        assert_rows(store)
        store.close()
    assert copies(path) == [COPY]


def test_an_up_to_date_history_opens_without_the_migration_library(path: Path) -> None:
    opened(path).close()
    late = ("sqlite_utils", "workbench.store.schema.bridge", "workbench.store.schema.format_1_3")
    code = (
        "import sys; from pathlib import Path; from tests.store.making import opened;"
        f" opened(Path(sys.argv[1])).close(); print([name for name in {late} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PROCESS_S,
    )
    assert answer.stdout.strip() == "[]"


def test_the_database_keeps_its_identity(path: Path) -> None:
    for prefix in ("first", "second"):
        store = open_store(path, now=NOW, uid=uids(prefix))
        assert store.get_meta("database_uid") == "first-1"
        store.close()


def test_results_with_every_field_differ_from_their_defaults() -> None:
    """The frozen rows only prove something while the result in them fills every field."""
    plain = Result(FULL_RESULT.state)
    same = [
        field.name
        for field in dataclasses.fields(Result)
        if getattr(FULL_RESULT, field.name) == getattr(plain, field.name)
    ]
    assert same == ["state", "failure", "format_check"]
