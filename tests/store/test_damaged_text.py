"""Texts that are not valid UTF-8: all other rows are read, the row reports the damage, and no byte changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.store.making import opened
from tests.store.salvage.test_salvage import lose, query, saved
from tests.store.search.test_search_index import settled
from workbench.cli.main import main
from workbench.store.connections import connect
from workbench.store.damaged_text import DamagedText
from workbench.store.maintenance.row_check import wrong_rows

BROKEN = "CAST(x'61ff62' AS TEXT)"


def columns(path: Path) -> list[tuple[str, str]]:
    """Return all text columns of the tables with prompts and answers."""
    return query(
        path,
        "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        " AND c.type = 'TEXT' AND t.name NOT LIKE '%search%' AND t.name NOT LIKE 'sqlite%'"
        " AND t.name NOT LIKE '%migrations%' AND t.name <> 'meta' ORDER BY 1, 2",
    )


def test_invalid_utf8_in_any_column_hides_no_other_rows(small: Path, tmp_path: Path) -> None:
    for table, column in columns(small):
        if (table, column) == ("contents", "body"):
            continue  # such a version reports its missing text
        path = Path(shutil.copy(small, tmp_path / "history.db"))
        newest = f'SELECT max("{column}") FROM "{table}"'
        lose(path, f'UPDATE OR IGNORE "{table}" SET "{column}" = {BROKEN} WHERE "{column}" = ({newest})')
        store = opened(path)
        try:
            prompts = [prompt for prompt in store.prompts() if prompt.uid.startswith("p")]
            rows = [row for prompt in prompts for row in store.iterations(prompt.uid, limit=100)]
            settled(store)
            if column == "uid":
                continue  # it is listed, but cannot be addressed
            assert len(rows) == (0 if (table, column) == ("runs", "kind") else 9), (table, column)
            assert len(list(store.exports.parts([row.run_uid for row in rows]))) == len(rows)
        finally:
            store.close()


@pytest.mark.parametrize("statement", [f"UPDATE prompts SET name = {BROKEN}", f"UPDATE outputs SET text = {BROKEN}"])
def test_cli_lists_searches_exports_and_reports_damaged_text(
    sound: Path, tmp_path: Path, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(sound, tmp_path / "history.db"))
    lose(path, statement)
    for arguments, holds in (
        (["list"], "#20"),
        (["search", "Ask 15"], "Ask 15"),
        (["export", "--format", "jsonl"], "a\N{REPLACEMENT CHARACTER}b"),
    ):
        assert main(["history", *arguments, "--db", str(path)]) == 0, capsys.readouterr().err
        assert holds in capsys.readouterr().out, arguments
    main(["history", "check", "--db", str(path)])
    said = capsys.readouterr()
    assert "is not text" in said.out + said.err
    table, column = ("prompts", "name") if "prompts" in statement else ("outputs", "text")
    assert set(query(path, f"SELECT hex({column}) FROM {table}")) == {("61FF62",)}


def test_only_the_damaged_answer_is_marked_as_damaged(sound: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(sound, tmp_path / "history.db"))
    lose(path, f"UPDATE outputs SET text = {BROKEN} WHERE id = 1")
    store = opened(path)
    outputs = store.iteration_detail("r0").outputs
    store.close()
    assert outputs[0].result.text == "a\N{REPLACEMENT CHARACTER}b"
    assert type(outputs[0].result.text) is str
    assert [any("is damaged" in mark.detail for mark in one.result.marks) for one in outputs] == [True, False]


def test_damaged_text_cannot_be_written_back(sound: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(sound, tmp_path / "history.db"))
    lose(path, f"UPDATE prompts SET name = {BROKEN} WHERE id = 1")
    connection = connect(path)
    ((name,),) = connection.execute("SELECT name FROM prompts WHERE id = 1").fetchall()
    assert isinstance(name, DamagedText)
    with pytest.raises(Exception, match="cannot store BLOB value in TEXT column"):
        connection.execute("UPDATE prompts SET name = ? WHERE id = 2", (name,))
    assert [sentence.partition(":")[0] for sentence in wrong_rows(connection)] == ["prompts"]
    connection.close()


def test_salvage_keeps_invalid_utf8_in_answers_unchanged(damaged: Path) -> None:
    lose(damaged, f"UPDATE outputs SET text = {BROKEN}")
    found = saved(damaged)
    assert found.count("outputs") == 120
    assert set(query(found.path, "SELECT hex(text) FROM outputs")) == {("61FF62",)}
    assert (found.leftover, found.cut) == (None, 120)
