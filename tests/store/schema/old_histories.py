"""Histories of older formats, and what an upgrade of them has to keep."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.store.making import FAILED, FULL_RESULT, LATER, done, lane, text
from tests.store.schema.freeze import CASE, restore
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import AnswerStep, BesideLane, Result, Verdict
from workbench.store import Store
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.schema.format_1_3 import CHANGES, FORMAT
from workbench.store.schema.format_version import VERSION, show
from workbench.store.sqlite import sqlite3

FORMATS = (FORMAT, *(version for version, _ in CHANGES if version < VERSION))


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


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()
            for (name,) in tables.fetchall()
            if not name.startswith("sqlite_")
        }


def copies(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if "before-upgrade" in p.name)


COPY = "history.before-upgrade-20261124T132005123Z-from-1.3.db"
