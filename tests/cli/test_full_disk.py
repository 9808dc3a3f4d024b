"""The terminal with a full disk: the answer is printed, followed by a sentence about the failure."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.store import connections
from workbench.store import database_file as store_opening


@pytest.mark.parametrize(
    ("room", "out", "sentence"),
    [
        (0, False, "The run was not started, because it could not be recorded. The disk is full"),
        (18, True, "1 answer could not be saved in the history. Make room on the disk"),
    ],
)
def test_full_disk_is_reported_and_answers_of_a_started_run_are_printed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    room: int,
    out: bool,
    sentence: str,
) -> None:
    db = tmp_path / "w.db"
    assert main(["run", "--db", str(db), "--model", "echo"]) == 0
    capsys.readouterr()
    with sqlite3.connect(db) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.close()
    real = connections.connect

    def small(path: Path, **options: object) -> sqlite3.Connection:
        made = real(path, **options)  # type: ignore[arg-type]
        made.execute(f"PRAGMA max_page_count = {pages + room}")
        return made

    monkeypatch.setattr(store_opening, "connect", small)
    value = "x" * 50_000
    assert main(["run", "--db", str(db), "--model", "echo", "--var", f"question={value}"]) == 1
    said = capsys.readouterr()
    assert (value in said.out) is out
    assert sentence in said.err
    assert ("Recorded as #2 of “Order status bot”, text of #1, without 1 of its answers." in said.err) is out
    assert said.err.count("Recorded as") == out
