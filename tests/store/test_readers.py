"""Readers: a connection per thread, a snapshot per query, and cancellation."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.making import NOW, opened, run, text
from workbench.core.drafts import Draft
from workbench.store import Store, StoreError, database_file, progress
from workbench.store.connections import Readers, connect
from workbench.store.schema import integrity

ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


class Reading(threading.Thread):
    """A thread that runs `work` and records its exception."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except StoreError as error:
            self.error = error


def endless(store: Store, started: threading.Event) -> None:
    with store._readers.use() as connection:
        connection.set_progress_handler(started.set, 1000)
        connection.execute(ENDLESS).fetchall()


def test_interrupted_thread_can_read_again(store: Store) -> None:
    started = threading.Event()
    later: list[int] = []

    def work() -> None:
        with contextlib.suppress(StoreError):
            endless(store, started)
            pytest.fail("it ended")
        later.append(store.iteration_count("p"))

    reading = Reading(work)
    assert started.wait(10)
    store.interrupt(reading)
    reading.join(10)
    assert later == [0]


def test_interrupted_read_raises_an_interrupted_error(store: Store) -> None:
    started = threading.Event()
    reading = Reading(lambda: endless(store, started))
    assert started.wait(10)
    store.interrupt(threading.current_thread())
    store.interrupt(reading)
    reading.join(10)
    assert isinstance(reading.error, StoreError)
    assert reading.error.code == "interrupted"


def test_closing_the_store_interrupts_running_reads(store: Store) -> None:
    started = threading.Event()
    reading = Reading(lambda: endless(store, started))
    assert started.wait(10)
    store.close()
    reading.join(10)
    assert isinstance(reading.error, StoreError)


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be written"), store._readers.use() as connection:
        connection.execute("DELETE FROM prompts")


def test_reader_sees_one_snapshot(store: Store) -> None:
    with store._readers.use() as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
        store.begin_run(run("r", text("x"))).result(60)
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    assert store.iteration_count("p") == 1


def failing(store: Store, *, inside: bool) -> None:
    """Raise while iterating rows, in the reading function or in a function that it calls."""

    def read(connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT 1 UNION ALL SELECT count(*) FROM runs UNION ALL SELECT 3")
        tuple(row[0] / (row[0] - 1) for row in rows)

    with store._readers.use() as connection:
        if inside:
            rows = connection.execute("SELECT 1 UNION ALL SELECT count(*) FROM runs UNION ALL SELECT 3")
            next(rows)
            raise ZeroDivisionError
        connection.execute("SELECT count(*) FROM runs").fetchone()
        read(connection)


@pytest.mark.parametrize("inside", [True, False])
def test_read_that_failed_between_rows_does_not_pin_an_old_snapshot(store: Store, *, inside: bool) -> None:
    with pytest.raises(ZeroDivisionError) as kept:
        failing(store, inside=inside)
    store.save_draft("p", Draft(text("x"), (), ()), NOW).result(60)
    store.begin_run(run("r", text("x"))).result(60)
    assert store.iteration_count("p") == 1
    assert kept.value.__traceback__ is not None


def test_connections_of_ended_threads_are_released(store: Store) -> None:
    for _ in range(20):
        thread = threading.Thread(target=store.prompts)
        thread.start()
        thread.join(10)
    store.prompts()
    assert len(store._readers._readers) <= 2


def test_data_version_changes_for_other_writers_only(store: Store, path: Path) -> None:
    before = store.data_version()
    store.create_prompt("q", "Mine", NOW).result(60)
    assert store.data_version() == before
    other = sqlite3.connect(path)
    other.execute("UPDATE prompts SET name = 'Theirs'")
    other.commit()
    other.close()
    assert store.data_version() != before
    assert {row.name for row in store.prompts()} == {"Theirs"}


def test_connection_closed_by_a_reopen_is_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readers = Readers(path, lambda: connect(path))
    with readers.use() as connection:
        connection.execute("SELECT 1").fetchone()
    mine = readers._mine
    stale = [mine()]
    readers.reopen(lambda: connect(path))
    monkeypatch.setattr(readers, "_mine", lambda: stale.pop() if stale else mine())
    with readers.use() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not stale
    readers.close()


def test_reading_a_newer_major_format_has_a_time_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is in it that the check of its schema does not know of."""
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    store.close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA foreign_keys = OFF; PRAGMA user_version = 2000; DROP TABLE drafts;"
        f"CREATE VIEW drafts AS SELECT 1 AS prompt_id, ({ENDLESS}) AS body"
    )
    connection.close()
    monkeypatch.setattr(database_file, "check_schema", lambda *_: "")
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.2)
    store = opened(path)
    try:
        with pytest.raises(StoreError, match="takes far too long"):
            store.draft("p")
        assert [prompt.name for prompt in store.prompts()] == ["Order bot"]
    finally:
        store.close()


def test_file_check_after_a_failed_read_has_a_time_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.2)
    path.touch()

    def check_endlessly(connection: sqlite3.Connection, _: int, *, quick: bool) -> list[str]:
        connection.execute(ENDLESS).fetchall()
        return []

    monkeypatch.setattr(integrity, "file_problems", check_endlessly)
    readers = Readers(path, lambda: connect(path, mode="ro"))
    with pytest.raises(ValueError, match="odd"), readers.use():
        raise ValueError("odd")
    readers.close()
