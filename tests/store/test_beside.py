"""What lies beside a database cannot make SQLite wait, or touch a file of somebody else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes import crafted
from workbench.cli.main import main
from workbench.store.connections import connect
from workbench.store.errors import StoreError
from workbench.store.peek import peek

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
def test_sqlite_itself_deletes_what_a_journal_names(history: Path, victim: Path) -> None:
    """Otherwise the tests below would show nothing."""
    crafted.journal_naming(history, victim)
    with closing(sqlite3.connect(history)) as connection:
        connection.execute("SELECT count(*) FROM runs").fetchone()
    assert not victim.exists()


@pytest.mark.parametrize("mode", ["ro", "rw", "rwc"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_no_connection_deletes_it(history: Path, victim: Path, mode: str, *, is_linked: bool) -> None:
    crafted.journal_naming(history, victim)
    if is_linked:
        link = history.with_name("link.db")
        link.symlink_to(history)
        history = link
    with pytest.raises(StoreError, match="delete another file"):
        connect(history, mode=mode)
    assert victim.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_deletes_it(
    history: Path, victim: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    crafted.journal_naming(history, victim)
    arguments = [word.replace("NEW", str(history.parent)) for word in command]
    code = main(["history", *arguments, "--db", str(history)], dict(os.environ))
    assert victim.exists()
    assert code in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_nothing_of_it_is_deleted_at_the_first_look_or_by_an_import(
    history: Path, victim: Path, tmp_path: Path
) -> None:
    crafted.journal_naming(history, victim)
    peek(history)
    assert main(["history", "import", str(history), "--db", str(tmp_path / "own.db")], dict(os.environ)) != 0
    assert victim.exists()


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_a_link_or_a_pipe_is_refused(history: Path, victim: Path, end: str) -> None:
    beside = Path(f"{history}{end}")
    for make in (lambda: beside.symlink_to(victim), lambda: os.mkfifo(beside), beside.mkdir):
        make()
        with pytest.raises(StoreError, match="not a regular file"):
            connect(history)
        beside.rmdir() if beside.is_dir() and not beside.is_symlink() else beside.unlink()
    assert victim.read_text() == "of somebody\n"
