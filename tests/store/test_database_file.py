"""Database files that are new, valid, foreign, newer, damaged, locked, or read-only."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import depth
from tests.store.database_files import sql, write_some
from tests.store.making import NOW, run, text
from tests.store.making import made_here as opened
from workbench.store import StoreError
from workbench.store.schema.format_version import APPLICATION_ID, VERSION

ROOT = Path(__file__).parents[2]


def refuse(path: Path, code: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        opened(path, busy_ms=50)
    assert caught.value.code == code
    assert caught.value.sentence.endswith(".")
    return caught.value


def test_new_file_has_the_application_id_version_and_private_mode(path: Path) -> None:
    store = opened(path)
    assert (store.read_only, store.notice) == (False, "")
    assert store.get_meta("database_uid") == "store-1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()
    assert sql(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert sql(path, "PRAGMA user_version") == [(VERSION,)]
    assert sql(path, "PRAGMA journal_mode") == [("wal",)]
    assert [p.name for p in path.parent.iterdir()] == ["history.db"]


def test_every_table_is_strict(path: Path) -> None:
    opened(path).close()
    loose = "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"
    assert sql(path, loose) == []


def test_views_can_be_read_by_other_tools(path: Path) -> None:
    write_some(path)
    assert sql(path, "SELECT prompt, number, text FROM version_list") == [("Order bot", 1, "Hi")]
    assert sql(path, "SELECT prompt, run, state, text FROM output_list") == [("Order bot", 1, "finished", "Hello")]
    assert sql(path, "SELECT prompt, kind, number, version FROM run_list") == [("Order bot", "iteration", 1, 1)]
    assert sql(path, "SELECT * FROM verdict_list") == []


def test_file_name_with_special_characters_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "50% ?mode=memory#[a]*.db"
    write_some(path)
    assert path.is_file()
    store = opened(path)
    assert store.iteration_count("p") == 1
    store.close()


def test_too_old_sqlite_is_refused_before_a_file_is_created(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(StoreError, match=r"needs SQLite 3\.43 or newer.*newer Python"):
        opened(path)
    assert not path.exists()


def test_history_of_a_newer_minor_format_is_writable(path: Path) -> None:
    write_some(path)
    sql(path, "ALTER TABLE outputs ADD COLUMN mood TEXT", f"PRAGMA user_version = {VERSION + 7}")
    store = opened(path)
    assert (store.read_only, store.notice) == (False, "")
    store.begin_run(run("r2", text("Hi"))).result(60)
    store.close()
    assert sql(path, "PRAGMA user_version") == [(VERSION + 7,)]


def test_foreign_files_are_refused_and_left_unchanged(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("just some text that somebody wrote\n" * 100)
    other = tmp_path / "other.db"
    sql(other, "CREATE TABLE mine (x)", "PRAGMA user_version = 3")
    signed = tmp_path / "signed.db"
    sql(signed, "PRAGMA application_id = 77", "CREATE TABLE mine (x)")
    for path in (note, other, signed):
        before = path.read_bytes()
        refuse(path, "not_a_database")
        assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["note.txt", "other.db", "signed.db"]


def test_empty_file_becomes_a_new_history(path: Path) -> None:
    path.touch()
    store = opened(path)
    assert store.prompts() == []
    store.close()


def test_missing_folder_raises_an_error(tmp_path: Path) -> None:
    error = refuse(tmp_path / "nowhere" / "history.db", "path")
    assert "folder" in error.sentence


def place(directory: Path, kind: str) -> Path:
    """Make something in a place where no history can be."""
    path = directory / "h.db"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        return Path("/dev/full")
    elif kind == "dangling":
        path.symlink_to("nowhere/h.db")
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "bytes":
        return directory / os.fsdecode(b"h\xff.db")
    elif kind == "long":
        return directory / f"{'h' * 300}.db"
    elif kind == "through a file":
        path.touch()
        return path / "h.db"
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("directory", "not a file"),
        ("pipe", "not a file"),
        ("device", "not a file"),
        ("dangling", "link into a folder that does not exist"),
        ("loop", "link that leads to itself"),
        ("bytes", "UTF-8"),
        ("long", "too long"),
        ("through a file", "through a file"),
    ],
)
def test_unusable_path_raises_an_error_and_creates_nothing(tmp_path: Path, kind: str, words: str) -> None:
    path = place(tmp_path, kind)
    before = sorted(tmp_path.iterdir())
    error = refuse(path, "path")
    assert words in error.sentence
    error.detail.encode()
    assert sorted(tmp_path.iterdir()) == before


def test_history_is_created_through_a_link_to_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    path.symlink_to("real.db")
    opened(path).close()
    assert (tmp_path / "real.db").stat().st_size > 0


def test_file_with_a_damaged_first_page_is_refused(path: Path) -> None:
    write_some(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 3996 + whole[4096:])
    refuse(path, "corrupt")
    path.write_bytes(b"\0" * 4096 + whole[4096:])
    refuse(path, "not_a_database")


def test_damage_found_while_reading_raises_an_error_and_other_data_is_read(path: Path) -> None:
    write_some(path)
    ((page,),) = sql(path, "SELECT rootpage FROM sqlite_master WHERE name = 'outputs'")
    assert isinstance(page, int)
    whole = bytearray(path.read_bytes())
    whole[(page - 1) * 4096 : page * 4096] = b"\x11" * 4096
    path.write_bytes(whole)
    store = opened(path)
    with pytest.raises(StoreError, match="damaged") as caught:
        store.iteration_detail("r")
    assert caught.value.code == "corrupt"
    assert store.version("p", 1).content == text("Hi")
    with pytest.raises(StoreError, match="damaged"):
        store.add_attempt("r.0.0", "again", NOW).result(60)
    store.close()


def test_file_locked_by_another_program_raises_an_error(path: Path) -> None:
    write_some(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refuse(path, "busy")
    other.execute("ROLLBACK")
    store = opened(path, busy_ms=50)
    other.execute("BEGIN IMMEDIATE")
    futures = [store.create_prompt(f"q{n}", "New", NOW) for n in range(4)]
    for future in futures:
        with pytest.raises(StoreError, match="locked") as caught:
            future.result(60)
        assert caught.value.code == "busy"
    assert store.iteration_count("p") == 1
    other.execute("ROLLBACK")
    other.close()
    store.create_prompt("q", "New", NOW).result(60)
    store.close()


def test_write_waits_for_a_short_lock(path: Path) -> None:
    store = opened(path)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    future = store.create_prompt("p", "New", NOW)
    threading.Timer(0.05, lambda: other.execute("ROLLBACK")).start()
    future.result(60)
    other.close()
    store.close()


@pytest.mark.parametrize("instead", ["nothing", "another history"])
@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved on Windows")
def test_moved_or_replaced_file_is_not_written_until_restored(path: Path, instead: str) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    away = path.with_name("away.db")
    path.rename(away)
    if instead == "another history":
        other = path.with_name("other.db")
        write_some(other)
        other.rename(path)
    with pytest.raises(StoreError, match="moved or replaced") as told:
        store.create_prompt("q", "Another bot", NOW).result(60)
    assert told.value.code == "moved"
    away.replace(path)
    store.create_prompt("q", "Another bot", NOW).result(60)
    assert [prompt.uid for prompt in store.prompts()] == ["q", "p"]
    store.close()


OPENER = """
import sys
from pathlib import Path
from tests.store.making import NOW, made_here
for line in sys.stdin:
    store = made_here(Path(line.strip()))
    store.create_prompt(sys.argv[1], "Mine", NOW).result(60)
    store.close()
    print("done", flush=True)
"""


@pytest.mark.deep
def test_several_processes_can_create_the_same_history(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, f"p{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(4)
    ]
    try:
        # What can go wrong goes wrong once in many rounds.
        for attempt in range(depth.pick(20, 1_000)):
            path = tmp_path / f"{attempt}.db"
            for child in children:
                assert child.stdin is not None
                child.stdin.write(f"{path}\n")
                child.stdin.flush()
            for child in children:
                assert child.stdout is not None
                assert child.stdout.readline() == "done\n", "its error is above"
            store = opened(path)
            assert len(store.prompts()) == 4
            store.close()
    finally:
        for child in children:
            child.communicate()
