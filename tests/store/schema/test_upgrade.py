"""Histories of formats before the baseline open, keep their rows, and get the schema of a new file."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from tests.filters import parse
from tests.patience import PROCESS_S
from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, made_here, opened, run, text, uids
from tests.store.schema import freeze
from tests.store.schema.freeze import CASE, restore
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import AnswerStep, BesideLane, Result, Verdict
from workbench.store import Store, StoreError, open_store
from workbench.store.database_file import OpenedDatabase
from workbench.store.errors import failure
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.salvage.rebuild import salvage
from workbench.store.schema import bridge
from workbench.store.schema.format_1_3 import CHANGES, FORMAT, SCHEMA
from workbench.store.schema.format_version import OLDEST, VERSION, show
from workbench.store.schema.migrations import BASELINE
from workbench.store.schema.objects import bridged, newest
from workbench.store.schema.sql_words import made_by, words
from workbench.store.sqlite import sqlite3

FORMATS = (FORMAT, *(version for version, _ in CHANGES if version < VERSION))
ROOT = Path(__file__).parents[3]


def restore_as(version: int, path: Path) -> None:
    """Make a history as left by a program of one of FORMATS."""
    restore(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for at, statements in CHANGES:
            if at <= version:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(
                    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
                    ("prompt-workbench", f"{show(at)} more", LATER),
                )
        connection.execute(f"PRAGMA user_version = {version}")


def shape(path: Path) -> set[tuple[str, str, str, str | None]]:
    """Return the rows of `sqlite_master` without root pages."""
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def migrations(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT migration_set, name FROM _sqlite_migrations").fetchall()


def healthy(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    indexes = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'").fetchall()
    assert indexes
    for (index,) in indexes:
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    connection.close()


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
    assert store.recover(lambda owner: False, LATER).result(10).outputs == 4
    store.begin_run(run("r3", text("new"), based_on=2)).result(10)
    store.close()
    healthy(path)


def assert_rows(store: Store) -> None:
    """Check that the frozen rows are there, as the window shows them."""
    assert [(row.name, row.iterations) for row in store.prompts()] == [("Order bot", 2)]
    assert [row.name for row in store.prompts(archived=True)] == ["Archived"]
    assert store.draft("p") == Draft(text("typed"), (("a", "1"),), (lane("A", pinned=1), lane("B")), 2)
    newer = Content(text("礼儀正しく {{order}}").messages, "jinja", '{"later":[{"in":"a","out":"b"}]}')
    assert [(v.number, v.parent, v.content) for v in store.versions("p")] == [
        (1, None, text("Where is {{order}}?", "Be kind.")),
        (2, 1, newer),
    ]
    assert [(r.run_uid, r.note, r.verdict, r.winner, r.running) for r in store.iterations("p")] == [
        ("r2", "a note", "none", "", True),
        ("r1", "", "winner", "one", False),
    ]
    detail = store.iteration_detail("r1")
    assert [(o.uid, o.attempt) for o in detail.outputs] == [("r1.0.0", 1), ("r1.1.0", 1), ("r1.again", 2)]
    assert [o.result for o in detail.outputs] == [FULL_RESULT, FAILED, done("注文を確認します。")]
    assert detail.verdict == Verdict("winner", (0,), blind=True)
    streaming = [output.result for output in store.iteration_detail("r2").outputs[:3]]
    rounds = (AnswerStep("tool_call", "{}", "now", "c1", '{"s": 1}'), AnswerStep("tool_result", "noon"))
    calling = Result("streaming", steps=(*rounds, AnswerStep("tool_call", '{"zo', "now", "c2")))
    assert streaming == [Result("streaming", "half an", "hm"), Result("waiting"), calling]
    assert store.iteration_detail("r2").beside == (BesideLane("C", "r1", 2, hidden=True),)
    assert Endpoint("e", "openai", "Mine", "http://localhost/v1", (("X-Title", "t"),), ("X-Key",)) in store.endpoints()
    assert store.last_prompt() == "p"
    assert [(s.name, s.query) for s in store.searches.saved.all()] == [("Cheap winners", "winner:yes cost:<0.01")]
    assert store.packs.cases("p") == (CASE,)
    assert (store.packs.about("pack"), store.packs.origins("case")) == (BOTS, {"their-case": "case"})
    marks = [(found.number, found.used) for found in store.techniques.of("p", (1, 2))]
    assert marks == [(1, {"role": "Give it a role"}), (2, {})]
    assert store.deleting.deleted() == PurgeTargets(prompts=("d",))


BOTS = {"name": "Bots", "description": "", "licence": "", "author": "", "prompts": []}


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


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()
            for (name,) in tables.fetchall()
            if not name.startswith("sqlite_")
        }


def test_upgraded_history_does_not_reuse_numbers_of_deleted_runs(path: Path) -> None:
    restore(path)
    store = opened(path)
    assert store.begin_run(run("r3", None, lanes=(lane("A", pinned=1),))).result(10).number == 4
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


@pytest.fixture
def on_the_bridge(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[sqlite3.Connection], None]], None]:
    """Run a function during the upgrade, after missing parts were added."""

    def meanwhile(work: Callable[[sqlite3.Connection], None]) -> None:
        monkeypatch.setattr(bridge, "take_statements", work)

    return meanwhile


def copies(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if "before-upgrade" in p.name)


COPY = "history.before-upgrade-20261124T132005123Z-from-1.3.db"


def test_a_copy_is_made_before_an_upgrade(path: Path) -> None:
    restore(path)
    before = shape(path)
    store = opened(path)
    assert store.iteration_count("p") == 2
    store.close()
    assert copies(path) == [COPY]
    copy = path.with_name(COPY)
    healthy(copy)
    assert shape(copy) == before
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM outputs").fetchone() == (7,)
    assert connection.execute("PRAGMA user_version").fetchone() == (1003,)
    connection.close()
    opened(path).close()
    assert len(copies(path)) == 1


def test_upgraded_history_is_searchable(path: Path) -> None:
    restore(path)
    store = opened(path)
    store.set_note("r1", "seen").result(10)
    assert [row.row.run_uid for row in store.searches.page(parse("").query, str).rows] == ["r2", "r1"]
    for wanted in ("way", "確認", "123ABCDEFG", "kind", "seen winner:yes error:no model:one"):
        assert [row.row.run_uid for row in store.searches.page(parse(wanted).query, str).rows] == ["r1"], wanted
    store.close()


def test_upgrade_keeps_the_newest_two_copies_and_leaves_other_files(path: Path) -> None:
    for year in (2021, 2022, 2023):
        path.with_name(f"history.before-upgrade-{year}0101T000000000Z-from-1.3.db").touch()
    theirs = path.with_name("other.before-upgrade-20200101T000000000Z-from-1.3.db")
    theirs.touch()
    restore(path)
    opened(path).close()
    assert [name for name in copies(path) if name.startswith("history.")] == [
        "history.before-upgrade-20230101T000000000Z-from-1.3.db",
        COPY,
    ]
    assert theirs.exists()


def test_clock_set_back_does_not_lose_the_new_copy(path: Path) -> None:
    for year in (2031, 2032):
        path.with_name(f"history.before-upgrade-{year}0101T000000000Z-from-1.3.db").touch()
    restore(path)
    opened(path).close()
    assert copies(path) == [COPY, "history.before-upgrade-20320101T000000000Z-from-1.3.db"]


def test_interrupted_copy_is_named_partial_and_removed_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a kill: what had been written so far lies there, and the copy of the next start is whole."""
    restore(path)

    def killed(partial: Path, mode: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "chmod", killed)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            opened(path)
    (half,) = copies(path)
    assert half.endswith(".partial")
    os.utime(path.with_name(half), (0, 0))
    opened(path).close()
    assert copies(path) == [COPY]
    healthy(path.with_name(COPY))


def test_failed_upgrade_changes_nothing(path: Path, on_the_bridge: Callable[..., None]) -> None:
    restore(path)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE outputs")
        raise StoreError("No room. Make some.", "", "full")

    before = shape(path)
    on_the_bridge(half)
    with pytest.raises(StoreError, match="No room"):
        opened(path)
    assert shape(path) == before
    healthy(path)


def test_upgrade_with_an_unexpected_result_is_rolled_back(path: Path, on_the_bridge: Callable[..., None]) -> None:
    restore(path)
    before = shape(path)
    on_the_bridge(lambda connection: connection.execute("DROP TABLE packs"))
    with pytest.raises(StoreError, match="the table “packs” is missing"):
        opened(path)
    assert shape(path) == before
    healthy(path)


def test_upgrade_is_refused_if_the_copy_fails(path: Path) -> None:
    restore(path)
    before = shape(path)
    # A folder in place of the copy.
    path.with_name(COPY).mkdir()
    with pytest.raises(StoreError):
        opened(path)
    assert shape(path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.store.making import opened
from workbench.store.schema import bridge
{}
opened(Path(sys.argv[1]))
"""
DIES = "os.kill(os.getpid(), signal.SIGKILL)"
MOMENTS = {
    "before the statements": f"bridge.take_statements = lambda c: {DIES}",
    "among the statements": f"""
real = bridge.words
seen = []
def words(sql):
    seen.append(sql)
    if len(seen) > 60:
        {DIES}
    return real(sql)
bridge.words = words
""",
    "after the statements": f"""
real = bridge.take_statements
def whole(connection):
    real(connection)
    {DIES}
bridge.take_statements = whole
""",
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("moment", MOMENTS)
def test_process_killed_during_the_upgrade_leaves_the_history_unchanged(moment: str, path: Path) -> None:
    restore(path)
    before, were = shape(path), rows(path)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED.format(MOMENTS[moment]), str(path)],
        cwd=ROOT,
        timeout=PROCESS_S,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert (shape(path), rows(path)) == (before, were)
    healthy(path)
    store = opened(path)
    assert_rows(store)
    store.close()
    healthy(path)


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
