"""The validated copy that a merge reads: its rows, the skipped ones, and no locks meanwhile."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes import crafted
from tests.store.making import LATER, NOW, opened
from workbench.store import Store
from workbench.store.connections import connect
from workbench.store.errors import StoreError
from workbench.store.merging import row_rules
from workbench.store.merging.foreign_database import ReadingHalt, reading, told
from workbench.store.merging.other_history import check
from workbench.store.merging.row_rules import trouble
from workbench.store.merging.staged_history import HistoryStaging
from workbench.store.progress import go_on, limited, watched
from workbench.store.safe_records import as_text, count, dollars, sound
from workbench.usecases.exchange.importer import Importer

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"

NONSENSE = ("{nonsense", "", -1, -0.5, 10**30, float("inf"), "x" * 2_000_000)


@pytest.fixture(scope="module")
def sound_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "sound.db"
    crafted.sound_history(path)
    return path


@pytest.fixture
def theirs(sound_history: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sound_history, tmp_path / "theirs.db"))


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "mine.db")
    store.create_prompt("q", "Mine", NOW).result(60)
    yield store
    store.close()


class Ticking:
    """A clock that tests advance."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def staged(theirs: Path, tmp_path: Path, *, light: bool = False) -> dict[str, int]:
    """Return the number of rows of each table in the copy."""
    halt = ReadingHalt()
    with reading(theirs, tmp_path, halt) as other:
        check(other, theirs)
        staging = HistoryStaging(other, tmp_path / "copy.db", halt, light=light)
        try:
            left_out = sum(page.left_out for page in staging.copy())
            tables = [
                name
                for (name,) in staging.connection.execute(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            ]
            counts = {
                name: staging.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables
            }
            return {**counts, "left out": left_out}
        finally:
            staging.close()


def test_valid_history_is_copied_except_prices_and_meta(theirs: Path, tmp_path: Path) -> None:
    counts = staged(theirs, tmp_path)
    connection = sqlite3.connect(theirs)
    try:
        for table in ("prompts", "runs", "outputs", "steps", "bodies", "blobs", "verdicts", "cases", "endpoints"):
            assert counts[table] == connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
    finally:
        connection.close()
    assert (counts["prices"], counts["meta"], counts["left out"]) == (0, 0, 0)


def test_light_copy_has_rows_but_no_texts_or_files(theirs: Path, tmp_path: Path) -> None:
    counts = staged(theirs, tmp_path, light=True)
    assert (counts["runs"], counts["outputs"]) == (2, 4)
    assert (counts["steps"], counts["bodies"], counts["blobs"], counts["left out"]) == (0, 0, 0, 0)


def test_history_stays_writable_while_another_file_is_read(
    mine: Store, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each statement on the other file finds the history open to writers, and none comes from the writing thread."""
    tried = 0

    def look(_: str) -> None:
        nonlocal tried
        writer = connect(mine.path, mode="rw", busy_ms=0)
        try:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("ROLLBACK")
            tried += 1
        finally:
            writer.close()

    def watching(other: sqlite3.Connection, path: Path) -> None:
        check(other, path)
        other.set_trace_callback(look)

    monkeypatch.setattr("workbench.usecases.exchange.sources.check_history", watching)
    report = Importer(mine, lambda: LATER).run(theirs, ReadingHalt(), lambda _: None)
    assert (report.state, report.added.runs) == ("done", 2)
    assert tried > 20


def test_stopping_an_import_during_the_copy_changes_nothing(mine: Store, theirs: Path) -> None:
    halt = ReadingHalt()
    report = Importer(mine, lambda: LATER).run(theirs, halt, lambda _: halt.ask())
    assert report.state == "stopped"
    assert report.added.runs == 0
    assert [prompt.name for prompt in mine.prompts()] == ["Mine"]
    assert not [path for path in mine.path.parent.iterdir() if path.name.startswith(".import-")]


def test_reading_without_progress_times_out(theirs: Path, tmp_path: Path) -> None:
    def read_on() -> None:
        clock = Ticking()
        with reading(theirs, tmp_path, ReadingHalt(clock)) as other:
            clock.step = 1.0
            other.execute(ENDLESS).fetchone()

    with pytest.raises(StoreError, match="takes far too long") as caught:
        read_on()
    assert caught.value.code == "corrupt"


def test_each_row_read_resets_the_reading_timeout(theirs: Path, tmp_path: Path) -> None:
    clock = Ticking()
    halt = ReadingHalt(clock)
    with reading(theirs, tmp_path, halt) as other:
        clock.step = 0.001
        for _ in told(theirs, iter(range(20)), halt):
            clock.now += 4.0
            other.execute("SELECT count(*) FROM runs").fetchone()


def test_schema_inspection_has_a_time_limit(theirs: Path) -> None:
    connection = connect(theirs, mode="ro")
    try:
        with pytest.raises(StoreError, match="takes far too long") as caught, limited(connection, 5, Ticking(0.1)):
            connection.execute(ENDLESS).fetchone()
        assert caught.value.is_of_file
        with limited(connection, 5, Ticking()):
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    finally:
        connection.close()


def test_table_with_impossibly_many_rows_is_reported_as_damaged(mine: Store, theirs: Path) -> None:
    """An inner page may name one leaf again and again, and itself be named so."""
    connection = sqlite3.connect(theirs)
    try:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'tags'").fetchone()
    finally:
        connection.close()
    body = bytearray(theirs.read_bytes())
    leaf = bytes(body[(root - 1) * 4096 : root * 4096])
    body += leaf
    for _ in range(3):
        child = len(body) // 4096
        inner = bytearray(b"\5\0\0" + (400).to_bytes(2) + (4096 - 2000).to_bytes(2) + b"\0" + child.to_bytes(4))
        inner += b"".join((4096 - 5 * place).to_bytes(2) for place in range(1, 401))
        body += inner.ljust(4096 - 2000, b"\0") + (child.to_bytes(4) + b"\1") * 400
    body[(root - 1) * 4096 : root * 4096] = body[-4096:]
    body[28:32] = (len(body) // 4096).to_bytes(4)
    theirs.write_bytes(body)
    with pytest.raises(StoreError, match="is damaged"):
        Importer(mine, lambda: LATER).run(theirs, ReadingHalt(), lambda _: None)


def test_ctrl_c_interrupts_a_query_on_the_main_thread(theirs: Path) -> None:
    connection = connect(theirs, mode="ro")
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt), watched(connection, go_on):
            connection.execute(ENDLESS).fetchone()
    finally:
        signal.signal(signal.SIGALRM, before)
        connection.close()


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("runs", {"started_at": "yesterday"}, "started at is not a valid time"),
        ("runs", {"started_at": "9999-12-31T23:59:59.999Z"}, "started at is not a valid time"),
        ("runs", {"started_at": "2026-02-30T00:00:00.000Z"}, "started at is not a valid time"),
        ("runs", {"kind": "dance"}, "kind is unknown"),
        ("runs", {"owner_uid": "../../x"}, "owner uid is not a valid id"),
        ("runs", {"uid": "a\nb"}, "its id is not a valid id"),
        ("prompts", {"uid": ""}, "its id is empty"),
        ("prompts", {"name": "x" * 2001}, "name has more than 2,000 characters"),
        ("outputs", {"input_tokens": 2**63 - 1}, "input tokens is not a number from 0 to"),
        ("outputs", {"duration_ms": -5}, "duration ms is not a number from 0 to"),
        ("outputs", {"cost_usd": float("inf")}, "cost usd is not a valid amount"),
        ("outputs", {"cost_usd": float("nan")}, "cost usd is not a valid amount"),
        ("outputs", {"state": "asleep"}, "state is unknown"),
        ("outputs", {"marks": "{}"}, "marks has an unknown form"),
        ("lanes", {"slot": ""}, "slot is empty"),
        ("lanes", {"params": "{"}, "its parameters cannot be read"),
        ("drafts", {"body": "null"}, "its content cannot be read"),
        ("drafts", {"body": "[" * 100_000}, "its content cannot be read"),
        ("value_bodies", {"body": '{"a": 7}'}, "its content is not an object of strings"),
        ("steps", {"kind": "text", "body": '{"text": 7}'}, "its content has an unknown form"),
        ("contents", {"hash": "x", "body": "{}"}, "the text does not match its hash"),
    ],
)
def test_invalid_rows_are_rejected_with_a_reason(table: str, row: dict[str, object], words: str) -> None:
    assert words in trouble(table, row)


def test_every_rule_is_about_a_column_and_refuses_something(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "w.db")) as store, closing(sqlite3.connect(store.path)) as connection:
        for table, rules in row_rules._RULES.items():
            columns = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
            assert set(rules) <= columns, table
            for column in rules:
                assert any(trouble(table, {column: value}) for value in NONSENSE), (table, column)


def test_valid_rows_are_accepted() -> None:
    row = {"uid": "019a", "started_at": NOW, "kind": "iteration", "verdict": "none", "note": "", "added": 3, "blind": 0}
    assert trouble("runs", row) == ""
    assert trouble("outputs", {"state": "finished", "cost_usd": None, "input_tokens": 10**12, "duration_ms": 0}) == ""


def test_records_with_invalid_fields_are_repaired_and_marked_as_damaged() -> None:
    from workbench.core.runs import AnswerStep, IterationRow, Timing

    row = IterationRow("u", 1, 2, NOW, "note", "", 0, 0, "none", "", running=False)
    assert sound(row) is row
    wrong = IterationRow("u", -(2**63), 2, "yesterday", 7, b"x\xff", 0, 0, "maybe", None, running=False)  # type: ignore[arg-type]
    mended = sound(wrong)
    assert (mended.number, mended.started_at, mended.note, mended.summary) == (0, "", "7", "x\ufffd")
    assert (mended.verdict, mended.winner) == ("none", "")
    assert mended.damage == "number, started at, note, summary, verdict, winner cannot be read"
    assert sound(Timing(-1, 3, None, 2**63)) == Timing(None, 3, None, None)
    assert sound(AnswerStep("thought", "x")).kind == "text"  # type: ignore[arg-type]
    assert (as_text(None), as_text(7), count(True), count(-1), count(5)) == ("", "7", None, None, 5)
    assert (dollars(float("inf")), dollars(-1), dollars("1"), dollars(0.5)) == (None, None, None, 0.5)
