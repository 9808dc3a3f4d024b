"""`workbench history query` reads the history and can do nothing else."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.usecases.making import opened
from workbench.cli.main import main
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft

REFUSED = (
    "DELETE FROM prompts",
    "INSERT INTO meta VALUES ('a', 'b')",
    "UPDATE prompts SET name = 'x'",
    "CREATE TEMP TABLE t (a)",
    "DROP TABLE prompts",
    "ATTACH 'other.db' AS other",
    "VACUUM INTO 'copy.db'",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 1",
    "BEGIN IMMEDIATE",
    "REINDEX",
    "ANALYZE",
    "SELECT load_extension('x')",
    "EXPLAIN DELETE FROM prompts",
    "WITH a AS (SELECT 1) DELETE FROM prompts",
)


@pytest.fixture
def history(tmp_path: Path) -> str:
    with opened(tmp_path, {}) as (workbench, _):
        for name in ("Plain", 'Quo"te, \x1b[2J\nline'):
            workbench.prompts.create(name, Draft(Content((Message("user", "hi"),))))[1].result(PATIENCE_S)
    return str(tmp_path / "w.db")


def dump(db: str) -> list[str]:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return [str(row) for row in connection.execute("SELECT * FROM prompts ORDER BY id")]
    finally:
        connection.close()


@pytest.mark.parametrize("sql", REFUSED)
def test_anything_but_reading_is_refused(
    sql: str, history: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before, files = dump(history), {path.name for path in tmp_path.glob("*.db")}
    assert main(["history", "query", sql, "--db", history]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Write a SELECT statement." in said.err or "Correct the statement." in said.err
    assert dump(history) == before
    assert {path.name for path in tmp_path.glob("*.db")} == files


def test_rows_are_a_table_csv_or_json(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT name, 7 AS n, NULL AS n, x'00ff' AS bytes FROM prompts WHERE name LIKE 'Plain' OR name LIKE 'Quo%'"
    query = ["history", "query", f"{sql} ORDER BY name", "--db", history]
    assert main(query) == 0
    head, line, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "n", "n_2", "bytes"]
    assert set(line) == {"-", " "}
    assert first.split() == ["Plain", "7", "AP8="]
    assert "\x1b" not in second
    assert main([*query, "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[:2] == [["name", "n", "n_2", "bytes"], ["Plain", "7", "", "AP8="]]
    assert rows[2][0].startswith('Quo"te, ')
    assert main([*query, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["columns"] == ["name", "n", "n_2", "bytes"]
    assert document["rows"][0] == {
        "name": "Plain",
        "n": 7,
        "n_2": None,
        "bytes": {"$base64": True, "encoded": "AP8="},
    }


def test_search_index_and_table_columns_can_be_read(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    for sql in (
        "SELECT count(*) AS found FROM run_search WHERE run_search MATCH 'hi'",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        "SELECT name, sql FROM sqlite_schema WHERE type = 'view' LIMIT 1",
        "EXPLAIN QUERY PLAN SELECT * FROM prompts",
    ):
        assert main(["history", "query", sql, "--db", history]) == 0, capsys.readouterr().err


def test_no_rows_and_mistakes_are_told(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "query", "SELECT name FROM prompts WHERE 0", "--db", history]) == 0
    said = capsys.readouterr()
    assert (said.out.split()[0], said.err) == ("name", "No rows.\n")
    assert main(["history", "query", "SELECT nme FROM prompts", "--db", history]) == 2
    assert "SQLite cannot run this: no such column: nme. Correct the statement." in capsys.readouterr().err
    assert main(["history", "query", "SELECT 1; SELECT 2", "--db", history]) == 2
    assert main(["history", "query", "  ", "--db", history]) == 2
    assert "Write a SELECT statement." in capsys.readouterr().err
