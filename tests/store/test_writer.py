"""The writer thread: ordered, atomic, and durable when it reports success."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE_S
from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.runs import Verdict
from workbench.store import Store, StoreError
from workbench.store import writer as writer_module
from workbench.store.writer import Writer


class Follows:
    """Follow-up work of `pieces` steps, each of which raises `error` if set."""

    def __init__(self) -> None:
        self.pieces = 0
        self.done: list[int] = []
        self.error: Exception | None = None
        self.told: list[StoreError] = []

    def due(self, connection: sqlite3.Connection) -> bool:
        return self.pieces > 0

    def work(self, connection: sqlite3.Connection, characters: int) -> bool:
        assert connection.in_transaction
        connection.execute("CREATE TABLE IF NOT EXISTS followed (x INTEGER)")
        connection.execute("INSERT INTO followed VALUES (?)", (characters,))
        if self.error is not None:
            raise self.error
        self.pieces -= 1
        self.done.append(characters)
        return self.pieces > 0

    def failed(self, connection: sqlite3.Connection, error: StoreError) -> bool:
        assert not connection.in_transaction
        self.told.append(error)
        return False


@pytest.fixture
def follows() -> Follows:
    return Follows()


@pytest.fixture
def writer(path: Path, follows: Follows) -> Writer:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE rows (x INTEGER PRIMARY KEY)")
    return Writer(connection, path, follows, 1000)


def held(writer: Writer) -> threading.Event:
    """Keep the writer busy until the returned event is set, so that the following tasks form one batch."""
    release = threading.Event()
    writer.ask(lambda connection: release.wait(10))
    return release


def insert(writer: Writer, x: int, *, durable: bool = False) -> Future[Any]:
    return writer.submit(lambda c: c.execute("INSERT INTO rows VALUES (?)", (x,)).lastrowid, durable=durable)


def stored(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    rows = [x for (x,) in connection.execute("SELECT x FROM rows ORDER BY x")]
    connection.close()
    return rows


def test_queued_changes_share_a_transaction(writer: Writer) -> None:
    release = held(writer)
    begins: list[str] = []
    writer._connection.set_trace_callback(lambda sql: begins.append(sql) if sql.startswith("BEGIN") else None)
    futures = [insert(writer, x) for x in range(30)]
    release.set()
    assert [future.result(60) for future in futures] == list(range(30))
    assert len(begins) == 1
    writer.close()


def test_follow_up_work_starts_with_the_change_and_continues_when_idle(writer: Writer, follows: Follows) -> None:
    release = held(writer)
    first = insert(writer, 1)
    follows.pieces = 4
    release.set()
    first.result(60)
    assert follows.done[:1] == [writer_module._SMALL]
    _until(lambda: follows.pieces == 0)
    assert follows.done == [writer_module._SMALL, *[writer_module._LARGE] * 3]
    writer.close()


def test_follow_up_work_shares_the_transaction_of_the_change(writer: Writer, follows: Follows) -> None:
    release = held(writer)
    commits: list[str] = []
    writer._connection.set_trace_callback(lambda sql: commits.append(sql) if sql in ("COMMIT", "ROLLBACK") else None)
    first = insert(writer, 1, durable=True)
    follows.pieces = 1
    release.set()
    first.result(60)
    assert (follows.done, commits) == ([writer_module._SMALL], ["COMMIT"])
    writer.close()


def test_commit_failure_caused_by_follow_up_work_keeps_the_changes(
    writer: Writer, follows: Follows, path: Path
) -> None:
    """A virtual table may find out only then that it cannot be written."""

    def orphan(connection: sqlite3.Connection, characters: int) -> bool:
        connection.execute("INSERT INTO followed VALUES (7)")
        return False

    writer.ask(lambda connection: connection.execute("PRAGMA foreign_keys = ON")).result(60)
    writer.submit(
        lambda connection: connection.execute(
            "CREATE TABLE followed (x INTEGER REFERENCES rows (x) DEFERRABLE INITIALLY DEFERRED)"
        ),
        durable=True,
    ).result(60)
    release = held(writer)
    futures = [insert(writer, x) for x in (1, 2)]
    follows.pieces, follows.work = 1, orphan  # type: ignore[method-assign]
    release.set()
    assert [future.result(60) for future in futures] == [1, 2]
    assert [error.detail for error in follows.told] == ["IntegrityError: FOREIGN KEY constraint failed"]
    writer.close()
    assert stored(path) == [1, 2]


def test_failed_follow_up_work_is_rolled_back_and_the_change_kept(writer: Writer, follows: Follows, path: Path) -> None:
    release = held(writer)
    first = insert(writer, 1)
    follows.pieces, follows.error = 1, sqlite3.DatabaseError("strange")
    release.set()
    first.result(60)
    assert [error.code for error in follows.told] == ["corrupt"]
    assert stored(path) == [1]
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("rows",)]
    connection.close()
    follows.error = None
    insert(writer, 2).result(60)
    assert follows.done == [writer_module._SMALL]
    writer.close()


def test_follow_up_work_waits_for_a_lock_without_delaying_tasks(writer: Writer, follows: Follows, path: Path) -> None:
    first = insert(writer, 1)
    first.result(60)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    release = held(writer)
    follows.pieces = 1
    writer._behind = True
    release.set()
    looked = writer.ask(lambda connection: 7)
    assert looked.result(60) == 7
    assert follows.done == []
    other.execute("ROLLBACK")
    other.close()
    _until(lambda: follows.done != [])
    writer.close()


def _until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_failed_change_does_not_affect_others_in_its_batch(writer: Writer, path: Path) -> None:
    release = held(writer)
    futures = [insert(writer, x) for x in (1, 2, 1, 3)]
    release.set()
    wait(futures, 10)
    assert [f.exception() is None for f in futures] == [True, True, False, True]
    assert isinstance(futures[2].exception(), sqlite3.IntegrityError)
    writer.close()
    assert stored(path) == [1, 2, 3]


def test_change_that_fails_midway_is_rolled_back(writer: Writer, path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO rows VALUES (7)")
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        writer.submit(half, durable=True).result(60)
    insert(writer, 8).result(60)
    writer.close()
    assert stored(path) == [8]


def test_durable_changes_are_synced_and_others_are_not(writer: Writer) -> None:
    levels: list[int] = []

    def look(connection: sqlite3.Connection) -> None:
        levels.append(connection.execute("PRAGMA synchronous").fetchone()[0])

    for durable in (True, False, False, True):
        writer.submit(look, durable=durable).result(60)
    assert levels == [2, 1, 1, 2]
    release = held(writer)
    futures = [writer.submit(look, durable=durable) for durable in (False, True, False)]
    release.set()
    wait(futures, 10)
    assert levels[4:] == [2, 2, 2]
    writer.close()


def test_queued_change_can_be_cancelled(writer: Writer, path: Path) -> None:
    release = held(writer)
    first, second = insert(writer, 1), insert(writer, 2)
    assert first.cancel()
    release.set()
    assert second.result(60) == 2
    with pytest.raises(CancelledError):
        first.result(60)
    writer.close()
    assert stored(path) == [2]


def test_closing_writes_queued_changes_and_refuses_new_ones(writer: Writer, path: Path) -> None:
    futures = [insert(writer, x) for x in range(500)]
    writer.close()
    writer.close()
    assert all(future.done() for future in futures)
    assert stored(path) == list(range(500))
    with pytest.raises(StoreError, match="closed"):
        insert(writer, 1).result(60)


def test_closed_store_raises_an_error(store: Store) -> None:
    store.close()
    store.close()
    for ask in (lambda: store.prompts(), lambda: store.set_meta("a", "b").result(60), store.data_version):
        with pytest.raises(StoreError) as caught:
            ask()
        assert caught.value.code == "closed"


def test_closing_does_not_wait_for_a_reader(path: Path) -> None:
    # Longer than any test may take.
    store = opened(path, busy_ms=24 * 3_600_000)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM prompts").fetchall()
    store.create_prompt("q", "Summary", NOW).result(60)
    store.close()
    other.close()
    store = opened(path)
    assert [row.name for row in store.prompts()] == ["Summary"]
    store.close()


def test_runs_started_from_many_threads_are_all_kept(store: Store) -> None:
    store.add_version("p", "v", text("same"), None, NOW).result(60)

    def work(number: int) -> None:
        for n in range(10):
            store.begin_run(run(f"r{number}-{n}", text("same"))).result(60)
            store.iterations("p", limit=5)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [row.number for row in store.iterations("p")] == list(range(60, 0, -1))


def noise(seed: int, size: int) -> Content:
    letters = random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz ", k=size)
    return Content((Message("user", "".join(letters)),))


def test_full_disk_raises_an_error_and_writing_resumes_with_free_space(path: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    store.begin_run(run("r", text("Hi"))).result(60)
    assert store._writer is not None

    def limit(spare: int | None) -> None:
        def set_limit(connection: sqlite3.Connection) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages + spare if spare is not None else 1 << 30}").fetchone()

        assert store._writer is not None
        store._writer.ask(set_limit).result(60)

    limit(3)
    big = noise(1, 200_000)
    attempts: list[Future[Any]] = [
        store.save_draft("p", Draft(big), NOW),
        store.begin_run(run("big", big)),
        store.finish_output("r.0.0", done(big.messages[0].text), LATER),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError, match="disk is full") as caught:
            attempt.result(60)
        assert caught.value.code == "full"
        assert "SQLITE_FULL" in caught.value.detail
    assert store.draft("p") is None
    assert [row.run_uid for row in store.iterations("p")] == ["r"]
    assert store.iteration("r").running
    store.set_meta("small", "fits").result(60)

    limit(None)
    store.save_draft("p", Draft(big), NOW).result(60)
    store.begin_run(run("big", big)).result(60)
    store.finish_output("r.0.0", done(big.messages[0].text), LATER).result(60)
    store.mark("r", "verdict", Verdict("winner", (0,)), ("r.0.0",), LATER).result(60)
    store.close()
    store = opened(path)
    assert store.draft("p") == Draft(big)
    assert store.iteration_detail("r").outputs[0].result.text == big.messages[0].text
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
