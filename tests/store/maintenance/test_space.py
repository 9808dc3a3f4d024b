"""The sizes of the history's parts, and freeing space."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.making import FULL_RESULT, LATER, NOW, lane, run, text
from workbench.core.runs import Verdict
from workbench.store import Store, StoreError
from workbench.store.connections import connect
from workbench.store.maintenance import space


@pytest.fixture
def connection(store: Store, path: Path) -> sqlite3.Connection:
    return connect(path, mode="rw")


@pytest.fixture(autouse=True)
def _closed(connection: sqlite3.Connection) -> object:
    yield
    connection.close()


def answered(store: Store, name: str, *, at: str = NOW, note: str = "", lanes: int = 1) -> None:
    places = [lane(slot) for slot in "ABCDEFGH"[:lanes]]
    store.begin_run(run(name, text("Hi"), lanes=places, at=at, note=note)).result(60)
    for position in range(lanes):
        store.finish_output(f"{name}.{position}.0", FULL_RESULT, at).result(60)


def raw(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT outputs.uid FROM responses JOIN outputs ON outputs.id = responses.output_id")
    return {uid for (uid,) in rows}


def test_measured_sizes_match_the_file_and_are_sorted_by_size(store: Store, connection: sqlite3.Connection) -> None:
    for number in range(30):
        answered(store, f"r{number}")
    store.add_blob(b"x" * 300_000, "image/png").result(60)
    size = space.measure(connection)
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    (count,) = connection.execute("PRAGMA page_count").fetchone()
    assert size.total == page * count
    kinds = dict(size.by_kind)
    assert kinds["files"] >= 300_000
    assert {"answers", "prompts", "raw", "requests", "search"} <= kinds.keys()
    assert list(kinds.values()) == sorted(kinds.values(), reverse=True)


def test_long_columns_are_measured_without_dbstat(store: Store, connection: sqlite3.Connection) -> None:
    answered(store, "r")
    store.add_blob(b"x" * 300_000, "image/png").result(60)
    sizes = {name: size for name, _, size in space._without_dbstat(connection)}
    assert sizes["blobs"] == 300_000
    assert sizes["outputs"] >= len(FULL_RESULT.text.encode()) + len(FULL_RESULT.reasoning.encode())


def test_raw_responses_are_dropped_except_of_winners_notes_and_stars(
    store: Store, connection: sqlite3.Connection
) -> None:
    answered(store, "won", lanes=2)
    store.mark("won", "v1", Verdict("winner", (1,)), ("won.0.0", "won.1.0"), NOW).result(60)
    answered(store, "noted", note="keep this")
    answered(store, "plain")
    connection.execute("UPDATE outputs SET starred = 1 WHERE uid = 'plain.0.0'")
    answered(store, "other")
    assert space.droppable(connection)[0] == 2
    assert space.drop_raw(connection) == 2
    assert raw(connection) == {"won.1.0", "noted.0.0", "plain.0.0"}
    assert space.droppable(connection) == (0, 0)
    texts = connection.execute("SELECT DISTINCT text FROM outputs").fetchall()
    assert texts == [(FULL_RESULT.text,)]


def test_withdrawn_verdict_protects_no_raw_responses(store: Store, connection: sqlite3.Connection) -> None:
    answered(store, "r", lanes=2)
    both = ("r.0.0", "r.1.0")
    store.mark("r", "v1", Verdict("winner", (1,)), both, NOW).result(60)
    store.mark("r", "v2", Verdict("none"), both, LATER).result(60)
    assert space.drop_raw(connection) == 2


@pytest.mark.parametrize("lost", ["verdicts", "verdict_outputs"])
def test_run_with_a_lost_winner_verdict_keeps_all_raw_responses(
    store: Store, connection: sqlite3.Connection, lost: str
) -> None:
    for name, verdict in (("won", Verdict("winner", (1,))), ("bad", Verdict("all_bad"))):
        answered(store, name, lanes=2)
        store.mark(name, name, verdict, (f"{name}.0.0", f"{name}.1.0"), NOW).result(60)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(f"DELETE FROM {lost}")
    connection.execute("DELETE FROM verdict_outputs")
    assert space.droppable(connection)[0] == 2
    assert space.drop_raw(connection) == 2
    assert raw(connection) == {"won.0.0", "won.1.0"}


def test_raw_responses_before_a_date_are_dropped_in_batches(store: Store, connection: sqlite3.Connection) -> None:
    for number in range(3):
        answered(store, f"old{number}", at="2026-01-01T00:00:00.000Z")
    answered(store, "new", at=NOW)
    before = "2026-06-01T00:00:00.000Z"
    assert space.drop_raw(connection, before, limit=2) == 2
    assert space.drop_raw(connection, before, limit=2) == 1
    assert space.drop_raw(connection, before, limit=2) == 0
    assert raw(connection) == {"new.0.0"}


def test_shrinking_frees_disk_space(store: Store, path: Path, connection: sqlite3.Connection) -> None:
    store.add_blob(b"x" * 3_000_000, "image/png").result(60)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("DELETE FROM blobs")
    assert space.shrink(connection, path) > 2_500_000
    assert [row.name for row in store.prompts()] == ["Order bot"]


def test_shrinking_a_history_with_an_unknown_collation_raises_an_error(
    store: Store, path: Path, connection: sqlite3.Connection
) -> None:
    connection.create_collation("theirs", lambda a, b: (a > b) - (a < b))
    connection.execute("CREATE TABLE mine (a COLLATE theirs UNIQUE)")
    with pytest.raises(StoreError, match="another program keeps data"):
        store.upkeep.shrink()
    assert [row.name for row in store.prompts()] == ["Order bot"]


def test_check_reports_dangling_references(store: Store, connection: sqlite3.Connection) -> None:
    answered(store, "r")
    assert space.check(connection) == []
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("UPDATE outputs SET request_id = 999")
    (wrong,) = space.check(connection)
    assert "outputs" in wrong
    assert "bodies" in wrong
