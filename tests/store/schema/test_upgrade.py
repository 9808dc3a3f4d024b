"""Histories of every released schema open, keep their rows, and end up with the schema of a new file."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, made_here, opened, run, text, uids
from tests.store.schema.freeze import CASE
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import BesideLane, Result, Step, Verdict
from workbench.core.searching.parsing import parse
from workbench.store import StoreError, open_store, opening
from workbench.store.maintenance.purging import Doomed
from workbench.store.schema import migrations as released
from workbench.store.sqlite import sqlite3

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("v*.sql"))


def restore(schema: Path, path: Path) -> None:
    """Make the frozen history a file again."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(schema.read_bytes().decode())
    connection.commit()
    connection.close()


def shape(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return dict(rows)


def healthy(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    indexes = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'").fetchall()
    assert indexes
    for (index,) in indexes:
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    connection.close()


def test_every_release_has_a_frozen_history() -> None:
    assert [schema.stem for schema in SCHEMAS] == ["v1", "v1_1", "v1_2", "v1_3"]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.stem)
def test_an_old_history_opens_with_all_its_rows(schema: Path, path: Path) -> None:
    restore(schema, path)
    store = opened(path)
    assert (store.read_only, store.notice) == (False, "")
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
    rounds = (Step("tool_call", "{}", "now", "c1", '{"s": 1}'), Step("tool_result", "noon"))
    calling = Result("streaming", steps=(*rounds, Step("tool_call", '{"zo', "now", "c2")))
    assert streaming == [Result("streaming", "half an", "hm"), Result("waiting"), calling]
    stood = () if schema.stem == "v1" else (BesideLane("C", "r1", 2, hidden=True),)
    assert store.iteration_detail("r2").beside == stood
    assert Endpoint("e", "openai", "Mine", "http://localhost/v1", (("X-Title", "t"),), ("X-Key",)) in store.endpoints()
    assert store.last_prompt() == "p"
    assert store.recover(lambda owner: False, LATER).result(10).outputs == 4
    store.begin_run(run("r3", text("new"), based_on=2)).result(10)
    store.close()
    healthy(path)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.stem)
def test_an_old_history_gets_the_schema_of_a_new_one(schema: Path, tmp_path: Path) -> None:
    restore(schema, tmp_path / "old.db")
    opened(tmp_path / "old.db").close()
    made_here(tmp_path / "new.db").close()
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")


BOTS = {"name": "Bots", "description": "", "licence": "", "author": "", "prompts": []}


def test_what_came_with_1_3_is_kept(path: Path) -> None:
    restore(Path(__file__).parent / "schemas" / "v1_3.sql", path)
    store = opened(path)
    assert [(s.name, s.query) for s in store.searches.saved.all()] == [("Cheap winners", "winner:yes cost:<0.01")]
    assert store.packs.cases("p") == (CASE,)
    assert (store.packs.about("pack"), store.packs.origins("case")) == (BOTS, {"their-case": "case"})
    marks = [(found.number, found.used) for found in store.techniques.of("p", (1, 2))]
    assert marks == [(1, {"role": "Give it a role"}), (2, {})]
    assert store.deleting.deleted() == Doomed(prompts=("d",))
    # What the purged run was called is not given again.
    assert store.begin_run(run("r3", None, lanes=(lane("A", pinned=1),))).result(10).number == 4
    store.close()


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[sqlite3.Connection], None]], None]:
    """Pretend that this is release 1.4, whose step is given."""
    from sqlite_utils import Database, Migrations

    def release(step: Callable[[sqlite3.Connection], None]) -> None:
        steps = Migrations("prompt-workbench")
        for known in released.migrations._migrations:
            steps(name=known.name)(known.fn)

        def next_step(database: Database) -> None:
            step(database.conn)
            database.conn.execute("PRAGMA user_version = 1004")

        steps(name="1.4")(next_step)
        monkeypatch.setattr(released, "migrations", steps)
        monkeypatch.setattr(opening, "VERSION", 1004)

    return release


def copies(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if "before-upgrade" in p.name)


def test_a_copy_is_made_before_an_upgrade(path: Path, next_release: Callable[..., None]) -> None:
    restore(SCHEMAS[-1], path)
    next_release(lambda c: c.execute("ALTER TABLE outputs ADD COLUMN mood TEXT"))
    store = opened(path)
    assert store.iteration_count("p") == 2
    store.close()
    assert copies(path) == ["history.before-upgrade-20261124T132005123Z-from-1.3.db"]
    copy = path.with_name(copies(path)[0])
    healthy(copy)
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM outputs").fetchone() == (7,)
    assert connection.execute("PRAGMA user_version").fetchone() == (1003,)
    connection.close()
    opened(path).close()
    assert len(copies(path)) == 1


def test_the_first_schema_is_kept_as_a_copy_and_found_in_after_the_upgrade(path: Path) -> None:
    restore(SCHEMAS[0], path)
    store = opened(path)
    assert copies(path) == ["history.before-upgrade-20261124T132005123Z-from-1.0.db"]
    healthy(path.with_name(copies(path)[0]))
    store.set_note("r1", "seen", LATER).result(10)
    assert [row.row.run_uid for row in store.searches.page(parse("").query, str).rows] == ["r2", "r1"]
    for words in ("way", "確認", "123ABCDEFG", "kind", "seen winner:yes error:no model:one"):
        assert [row.row.run_uid for row in store.searches.page(parse(words).query, str).rows] == ["r1"], words
    store.close()


def test_two_copies_are_kept_and_other_files_are_not_touched(path: Path, next_release: Callable[..., None]) -> None:
    for year in (2021, 2022, 2023):
        path.with_name(f"history.before-upgrade-{year}0101T000000000Z-from-1.3.db").touch()
    theirs = path.with_name("other.before-upgrade-20200101T000000000Z-from-1.3.db")
    theirs.touch()
    restore(SCHEMAS[-1], path)
    next_release(lambda c: None)
    opened(path).close()
    assert [name for name in copies(path) if name.startswith("history.")] == [
        "history.before-upgrade-20230101T000000000Z-from-1.3.db",
        "history.before-upgrade-20261124T132005123Z-from-1.3.db",
    ]
    assert theirs.exists()


def test_a_clock_that_was_set_back_costs_no_copy(path: Path, next_release: Callable[..., None]) -> None:
    for year in (2031, 2032):
        path.with_name(f"history.before-upgrade-{year}0101T000000000Z-from-1.3.db").touch()
    restore(SCHEMAS[-1], path)
    next_release(lambda c: None)
    opened(path).close()
    assert copies(path) == [
        "history.before-upgrade-20261124T132005123Z-from-1.3.db",
        "history.before-upgrade-20320101T000000000Z-from-1.3.db",
    ]


def test_half_a_copy_never_looks_like_one(
    path: Path, next_release: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: what had been written so far lies there, and the copy of the next start is whole."""
    restore(SCHEMAS[-1], path)
    next_release(lambda c: None)

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
    assert copies(path) == ["history.before-upgrade-20261124T132005123Z-from-1.3.db"]
    healthy(path.with_name(copies(path)[0]))


def test_a_step_that_fails_changes_nothing(path: Path, next_release: Callable[..., None]) -> None:
    restore(SCHEMAS[-1], path)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE outputs")
        raise StoreError("No room. Make some.", "", "full")

    before = shape(path)
    next_release(half)
    with pytest.raises(StoreError, match="No room"):
        opened(path)
    assert shape(path) == before
    healthy(path)


def test_no_upgrade_without_a_copy(path: Path, next_release: Callable[..., None]) -> None:
    restore(SCHEMAS[-1], path)
    next_release(lambda c: c.execute("DROP TABLE outputs"))
    before = shape(path)
    # A folder stands where the copy would go.
    path.with_name("history.before-upgrade-20261124T132005123Z-from-1.3.db").mkdir()
    with pytest.raises(StoreError):
        opened(path)
    assert shape(path) == before


def test_an_up_to_date_history_opens_without_the_migration_library(path: Path) -> None:
    import subprocess
    import sys

    opened(path).close()
    code = (
        "import sys; from pathlib import Path; from tests.store.making import opened;"
        " opened(Path(sys.argv[1])).close(); print('sqlite_utils' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=PROCESS_S,
    )
    assert answer.stdout.strip() == "False"


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
