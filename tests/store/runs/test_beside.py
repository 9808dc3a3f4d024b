"""Files beside a database cannot block SQLite, or make it touch other files."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes import crafted
from tests.store.making import opened
from workbench.cli.main import main
from workbench.store.connections import MOST_BYTES, connect
from workbench.store.draft_preview import read_preview
from workbench.store.errors import StoreError
from workbench.store.maintenance.database_copy import copy_file
from workbench.store.schema.format_version import VERSION
from workbench.store.schema.schema_check import check_schema

COMMANDS = (
    *(["list"], ["search", "order"], ["check"], ["backup"], ["restore"], ["export", "--format", "md"]),
    *(["salvage", "NEW/new.db"], ["move", "NEW"]),
)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    crafted.sound_history(tmp_path / "w.db")
    return tmp_path / "w.db"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "letters.txt"
    path.write_text("of somebody\n")
    return path


@pytest.mark.skipif(sqlite3.sqlite_version_info > (3, 52), reason="newer ones delete only what SQLite made")
def test_plain_sqlite_deletes_the_file_named_in_a_journal(history: Path, victim: Path) -> None:
    """Otherwise the tests below would show nothing."""
    crafted.journal_naming(history, victim)
    with closing(sqlite3.connect(history)) as connection:
        connection.execute("SELECT count(*) FROM runs").fetchone()
    assert not victim.exists()


@pytest.mark.parametrize("mode", ["ro", "rw", "rwc"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_connecting_refuses_a_journal_that_names_another_file(
    history: Path, victim: Path, mode: str, *, is_linked: bool
) -> None:
    crafted.journal_naming(history, victim)
    if is_linked:
        link = history.with_name("link.db")
        link.symlink_to(history)
        history = link
    with pytest.raises(StoreError, match="delete another file"):
        connect(history, mode=mode)
    assert victim.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_deletes_the_file_named_in_a_journal(
    history: Path, victim: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    crafted.journal_naming(history, victim)
    arguments = [word.replace("NEW", str(history.parent)) for word in command]
    code = main(["history", *arguments, "--db", str(history)], dict(os.environ))
    assert victim.exists()
    assert code in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_preview_and_import_do_not_delete_the_file_named_in_a_journal(
    history: Path, victim: Path, tmp_path: Path
) -> None:
    crafted.journal_naming(history, victim)
    read_preview(history)
    assert main(["history", "import", str(history), "--db", str(tmp_path / "own.db")], dict(os.environ)) != 0
    assert victim.exists()


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_link_pipe_or_folder_in_place_of_a_journal_or_log_is_refused(history: Path, victim: Path, end: str) -> None:
    beside = Path(f"{history}{end}")
    for make in (lambda: beside.symlink_to(victim), lambda: os.mkfifo(beside), beside.mkdir):
        make()
        with pytest.raises(StoreError, match="not a regular file"):
            connect(history)
        beside.rmdir() if beside.is_dir() and not beside.is_symlink() else beside.unlink()
    assert victim.read_text() == "of somebody\n"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_partial_files_do_not_follow_planted_links_or_pipes(history: Path, victim: Path, kind: str) -> None:
    """The names of these files are predictable, so a stranger's folder can hold links or pipes in their place."""
    copy = history.with_name("copy.db")
    planted = [history.with_name("w.damaged-draft-1.partial"), copy.with_name("copy.db.partial")]
    for place in planted:
        place.symlink_to(victim) if kind == "link" else os.mkfifo(place)
    with closing(sqlite3.connect(history, isolation_level=None)) as connection:
        connection.execute("UPDATE drafts SET body = 'words of somebody else'")
    store = opened(history)
    try:
        kept = store.keep_damaged_draft("p")
    finally:
        store.close()
    assert kept is not None
    assert kept.read_text() == "words of somebody else"
    copy_file(history, copy)
    assert copy.read_bytes() == history.read_bytes()
    assert not any(place.exists() or place.is_symlink() for place in planted)
    assert victim.read_text() == "of somebody\n"


def test_connection_ignores_a_large_cache_size_in_the_file(history: Path) -> None:
    with history.open("r+b") as file:
        file.seek(48)
        file.write((2**31 - 1).to_bytes(4))
    with closing(sqlite3.connect(history)) as connection:
        assert connection.execute("PRAGMA cache_size").fetchone() == (2**31 - 1,)
    with closing(connect(history, mode="ro")) as connection:
        assert connection.execute("PRAGMA cache_size").fetchone() == (-2000,)


def test_connection_distrusts_the_schema_and_limits_value_size(history: Path) -> None:
    with closing(connect(history, mode="ro")) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == MOST_BYTES


@pytest.mark.parametrize("kind", ["statistics-compute", "statistics-compute-much"])
def test_statistics_tables_with_computed_values_are_refused(history: Path, kind: str) -> None:
    """SQLite reads them with the schema, before anything can look at that."""
    crafted.make(kind, history.with_name("odd.db"), history)
    odd = history.with_name("odd.db")
    with closing(connect(odd, mode="ro")) as connection, pytest.raises(StoreError, match="computes its values"):
        check_schema(connection, VERSION)


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_import_refuses_a_sparse_log_or_journal(
    history: Path, tmp_path: Path, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path(f"{history}{end}").open("wb") as log:
        log.write(b"x")
        log.truncate(1 << 40)
    assert main(["history", "import", str(history), "--db", str(tmp_path / "own.db")], dict(os.environ)) == 1
    assert f"“w.db{end}” has gaps without data" in capsys.readouterr().err


def test_import_reports_a_full_disk_before_copying(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(f"{history}-wal").write_bytes(b"x" * 100)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    assert main(["history", "import", str(history), "--db", str(tmp_path / "own.db")], dict(os.environ)) == 1
    assert "the disk is full" in capsys.readouterr().err
