"""Salvaging damaged histories: readable rows are kept, losses are reported, and the damaged file stays unchanged."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.filters import parse
from tests.patience import PROCESS_S
from tests.store.making import FULL_RESULT, LATER, opened, run, text, uids
from tests.store.search.test_search_index import settled
from workbench.store import StoreError
from workbench.store.connections import connect
from workbench.store.maintenance.space import check
from workbench.store.salvage.file_format import MAGIC, TABLE_LEAF, FilePages, kind_of, rows
from workbench.store.salvage.rebuild import _ORDER, SalvageResult, salvage
from workbench.store.salvage.reference_repair import LOST
from workbench.store.salvage.table_layout import roots

PAGE = 4096
TABLES = (
    "prompts",
    "versions",
    "runs",
    "run_beside",
    "lanes",
    "run_values",
    "outputs",
    "steps",
    "responses",
    "verdicts",
)


def overwrite(path: Path, number: int, seed: int = 0) -> None:
    """Overwrite a page with noise."""
    with path.open("r+b") as file:
        file.seek((number - 1) * PAGE)
        file.write(random.Random(seed).randbytes(PAGE))


def saved(path: Path) -> SalvageResult:
    """Salvage, and check that the result is sound and the damaged file unchanged."""
    before = path.read_bytes()
    result = salvage(path, path.with_name("salvaged.db"), now=LATER, uid=uids("salvage"))
    assert path.read_bytes() == before
    connection = connect(result.path, mode="rw")
    try:
        assert check(connection) == []
        connection.execute("INSERT INTO run_search (run_search) VALUES ('integrity-check')")
    finally:
        connection.close()
    return result


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def everything(path: Path) -> dict[str, set[tuple[object, ...]]]:
    return {table: set(query(path, f"SELECT * FROM {table}")) for table in (*TABLES, "contents", "bodies", "blobs")}


PAGES = """
import sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(*(n for n, in connection.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ?", sys.argv[2:])))
"""


def pages_of(path: Path, table: str, kind: str = "leaf") -> list[int]:
    """Query dbstat in a process with the system's SQLite, because a bundled one lacks it."""
    command = [sys.executable, "-c", PAGES, str(path), table, kind]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PROCESS_S)
    return [int(number) for number in found.stdout.split()]


def test_salvage_covers_every_table(sound: Path) -> None:
    names = query(sound, "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    # Rows of last_numbers look like those of an index of runs; at worst a number is reused.
    made_anew = {"run_rows", "run_docs", "search_names", "unindexed", "last_numbers"}
    of_sqlite = {name for (name,) in names if str(name).startswith(("sqlite_", "_sqlite"))}
    assert {name for (name,) in names} - made_anew - of_sqlite == set(_ORDER)


def test_salvage_of_an_intact_file_keeps_all_rows(damaged: Path) -> None:
    result = saved(damaged)
    assert everything(result.path) == everything(damaged)
    assert (result.cut, result.stand_ins, result.leftover) == (0, 0, None)
    assert result.count("outputs") == 120


def test_salvaged_history_can_be_read_run_and_searched(damaged: Path) -> None:
    overwrite(damaged, 1)
    store = opened(saved(damaged).path)
    assert {row.name for row in store.prompts()} == {"Prompt 0", "Prompt 1", "Prompt 2"}
    newest = store.iterations("p0")[0]
    detail = store.iteration_detail(newest.run_uid)
    assert detail.outputs[0].result.steps == FULL_RESULT.steps
    begun = store.begin_run(run("new", text("Go on"), prompt="p0")).result(60)
    assert begun.number == 21
    settled(store)
    (found,) = store.searches.page(parse("注文 59").query, str).rows
    assert found.row.run_uid == "r59"
    store.close()


def test_loss_of_the_first_page_loses_no_rows(damaged: Path, sound: Path) -> None:
    overwrite(damaged, 1)
    result = saved(damaged)
    assert everything(result.path) == everything(sound)
    assert result.stand_ins == 0


@pytest.mark.parametrize("seed", depth.seeds(2, 300))
def test_every_row_on_an_undamaged_page_is_salvaged(damaged: Path, sound: Path, seed: int) -> None:
    whole = FilePages(sound.read_bytes())
    choose = random.Random(seed)
    hit = set(choose.sample(range(1, whole.count + 1), whole.count // choose.choice((4, 10, 40))))
    for number in hit:
        overwrite(damaged, number, seed)
    result = saved(damaged)
    found = everything(result.path)
    original = everything(sound)
    spared = FilePages(damaged.read_bytes())
    for table in ("outputs", "runs", "versions", "prompts"):
        for number in set(pages_of(sound, table)) - hit:
            for row in rows(whole, whole.get(number), number):
                if row in list(rows(spared, spared.get(number), number)) and not row.is_cut:
                    (kept,) = [one for one in found[table] if one[0] == row.rowid]
                    assert kept[1] == row.values[1]
    texts = {row[-1] for row in original["outputs"]}
    assert {row[-1] for row in found["outputs"]} - texts == set() or result.cut


def test_truncated_file_yields_its_remaining_rows(damaged: Path) -> None:
    os.truncate(damaged, damaged.stat().st_size * 2 // 3 + 100)
    result = saved(damaged)
    assert 0 < result.count("outputs") <= 120
    assert query(result.path, "SELECT count(*) > 10 FROM outputs WHERE text <> ''") == [(1,)]


@pytest.mark.parametrize("table", ["prompts", "contents", "versions", "runs", "lanes", "run_values", "value_bodies"])
def test_answers_are_salvaged_without_their_parent_rows(damaged: Path, sound: Path, table: str) -> None:
    for number in pages_of(sound, table):
        overwrite(damaged, number)
    result = saved(damaged)
    assert result.count("outputs") == 120
    assert result.stand_ins > 0
    assert query(result.path, "SELECT text FROM outputs ORDER BY id") == query(
        sound, "SELECT text FROM outputs ORDER BY id"
    )
    store = opened(result.path)
    shown = [row for prompt in store.prompts() for row in store.iterations(prompt.uid)]
    assert len(shown) == 60
    details = [store.iteration_detail(row.run_uid) for row in shown]
    assert sum(len(detail.outputs) for detail in details) == 120
    if table in ("contents", "versions"):
        assert all(LOST in detail.content.messages[0].text for detail in details)
    store.close()


def lose(path: Path, *statements: str) -> None:
    """Change rows of a history although other rows refer to them."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_lost_texts_are_never_replaced_by_others(damaged: Path) -> None:
    # The first version refers to the last of the lost texts, as after an import or where prompts share texts.
    lose(
        damaged,
        "DELETE FROM contents WHERE id > 3",
        "UPDATE versions SET content_id = content_id + 1000 WHERE content_id > 3",
        "UPDATE versions SET content_id = 1065 - content_id WHERE content_id > 3",
    )
    result = saved(damaged)
    assert query(result.path, "SELECT count(*), count(DISTINCT content_id) FROM versions") == [(60, 60)]


def test_run_never_gets_a_version_of_another_prompt(damaged: Path) -> None:
    lose(damaged, "DELETE FROM runs WHERE id = 1", "DELETE FROM versions WHERE id = (SELECT max(id) FROM versions)")
    result = saved(damaged)
    strange = "SELECT count(*) FROM runs JOIN versions ON versions.id = version_id WHERE"
    assert query(result.path, f"{strange} versions.prompt_id <> runs.prompt_id") == [(0,)]


def crash(path: Path, work: Callable[[sqlite3.Connection], None]) -> None:
    """Change a history and leave it as a killed process does, with its write-ahead log."""
    connection = connect(path, mode="rw")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    work(connection)
    kept = {end: path.with_name(path.name + end).read_bytes() for end in ("", "-wal")}
    connection.close()
    for end, body in kept.items():
        path.with_name(path.name + end).write_bytes(body)


def rename(connection: sqlite3.Connection) -> None:
    for number in range(3):
        connection.execute("UPDATE prompts SET name = ? WHERE uid = ?", (f"Renamed {number}", f"p{number}"))
        connection.execute("UPDATE runs SET note = ? WHERE uid = ?", (f"note {number}", f"r{number}"))


def test_salvage_reads_changes_from_the_log(damaged: Path) -> None:
    crash(damaged, rename)
    overwrite(damaged, 1)
    result = saved(damaged)
    assert {name for (name,) in query(result.path, "SELECT name FROM prompts")} == {f"Renamed {n}" for n in range(3)}
    assert result.count("outputs") == 120


@pytest.mark.parametrize("where", ["head", "middle", "cut", "noise"])
def test_damaged_log_loses_no_rows_of_the_file(damaged: Path, where: str) -> None:
    crash(damaged, rename)
    log = damaged.with_name(damaged.name + "-wal")
    body = bytearray(log.read_bytes())
    match where:
        case "head":
            body[:32] = bytes(32)
        case "middle":
            body[len(body) // 2 : len(body) // 2 + 900] = bytes(900)
        case "cut":
            del body[len(body) - 1000 :]
        case "noise":
            body[:] = random.Random(1).randbytes(len(body))
    log.write_bytes(body)
    result = saved(damaged)
    assert result.count("outputs") == 120
    assert result.count("prompts") == 3
    assert log.read_bytes() == body


def test_committed_changes_after_damage_in_the_log_are_salvaged(damaged: Path) -> None:
    """Answers that ended after it, for example: their rows were there before, without a text."""
    long = "An answer over several pages. " * 1000

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE meta SET value = value WHERE key = 'x'")
        for number in range(30):
            connection.execute("UPDATE runs SET note = ? WHERE uid = ?", (f"note {number}", f"r{number}"))
        connection.execute("UPDATE outputs SET text = ? WHERE id = 5", (long,))
        connection.execute("UPDATE outputs SET text = 'short' WHERE id = 6")
        connection.execute("BEGIN")
        connection.execute("UPDATE outputs SET text = 'never committed' WHERE id = 7")

    crash(damaged, work)
    log = damaged.with_name(damaged.name + "-wal")
    body = bytearray(log.read_bytes())
    # In the content of the third frame, so that the checksums of all following ones are wrong.
    body[32 + 2 * (24 + PAGE) + 24 + 2000] ^= 0xFF
    log.write_bytes(body)
    result = saved(damaged)
    assert query(result.path, "SELECT text FROM outputs WHERE id IN (5, 6) ORDER BY id") == [(long,), ("short",)]
    notes = dict(query(result.path, "SELECT uid, note FROM runs"))
    assert [notes[f"r{number}"] for number in range(5, 30)] == [f"note {number}" for number in range(5, 30)]
    assert query(result.path, "SELECT count(*) FROM outputs WHERE text = 'never committed'") == [(0,)]
    assert result.count("outputs") == 120


def test_frames_of_an_earlier_log_do_not_replace_newer_ones(damaged: Path) -> None:
    """Frames of an earlier log stand behind those of the next one, which begins anew in the same file."""

    def work(connection: sqlite3.Connection) -> None:
        for number in range(30):
            connection.execute("UPDATE runs SET note = 'old' WHERE uid = ?", (f"r{number}",))
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("UPDATE runs SET note = 'new'")

    crash(damaged, work)
    log = damaged.with_name(damaged.name + "-wal")
    body = bytearray(log.read_bytes())
    assert b"old" in body
    assert b"new" in body
    result = saved(damaged)
    assert query(result.path, "SELECT DISTINCT note FROM runs") == [("new",)]


def test_salvage_does_not_restore_deleted_rows(damaged: Path) -> None:
    connection = connect(damaged, mode="rw")
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("DELETE FROM runs WHERE uid LIKE 'r1%'")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    left = query(damaged, "SELECT count(*) FROM outputs")
    overwrite(damaged, pages_of(damaged, "verdicts")[0])
    assert query(saved(damaged).path, "SELECT count(*) FROM outputs") == left


def test_answer_that_lost_its_end_keeps_its_beginning(damaged: Path, sound: Path) -> None:
    ((uid, whole),) = query(sound, "SELECT uid, text FROM outputs ORDER BY length(text) DESC LIMIT 1")
    assert isinstance(whole, str)
    with damaged.open("r+b") as file:
        for number in pages_of(sound, "outputs", "overflow"):
            # The first word of an overflow page is the number of the next one.
            file.seek((number - 1) * PAGE)
            file.write(b"\xff\xff\xff\xff")
    result = saved(damaged)
    assert result.cut > 0
    ((kept,),) = query(result.path, f"SELECT text FROM outputs WHERE uid = '{uid}'")
    assert isinstance(kept, str)
    assert 1000 < len(kept) < len(whole)
    assert whole.startswith(kept)


@pytest.mark.parametrize("body", [b"", b"not a database at all", bytes(100_000), b"SQLite format 3\0" + bytes(90_000)])
def test_unreadable_file_is_refused_and_no_file_is_created(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(body)
    with pytest.raises(StoreError) as caught:
        salvage(path, tmp_path / "salvaged.db", now=LATER, uid=uids())
    assert caught.value.code == "corrupt"
    assert [p.name for p in tmp_path.iterdir()] == ["history.db"]


def test_leaf_pages_of_a_table_are_recognised(sound: Path) -> None:
    pages = FilePages(sound.read_bytes())
    kinds = {kind_of(pages.get(number), number) for number in pages_of(sound, "outputs")}
    assert kinds == {TABLE_LEAF}


@given(st.binary(max_size=9000), st.sampled_from([b"", MAGIC + b"\x10\0" + bytes(82), MAGIC + b"\x02\0" + bytes(82)]))
@depth.examples(60, 2250)
def test_reading_noise_terminates_without_errors(noise: bytes, head: bytes) -> None:
    pages = FilePages(head + noise, noise)
    pages.free()
    found = roots(pages)
    assert len(found) == 3
    for number in range(1, pages.count + 1):
        for row in rows(pages, pages.get(number), number):
            assert row.values
