"""docs/DATABASE.md matches the file: views with their columns, tables, and recipes that run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, lane, run, text
from workbench.core.content import Content, Message
from workbench.core.imported_runs import ImportedAnswer, ImportedLane, ImportedPrompt, ImportedRun
from workbench.core.runs import Result, RunSet, Verdict
from workbench.store import Store
from workbench.store.merging.run_imports import ImportOrigin

PAGE = (Path(__file__).parents[2] / "docs" / "DATABASE.md").read_text("utf-8")
RECIPES = re.findall(r"^([^\n]+):\n\n```sql\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def connection(store: Store) -> Iterator[sqlite3.Connection]:
    store.begin_run(run("r1", text("Where is {{order}}?"), lanes=(lane("A", "vendor/one"), lane("B", "two"))))
    store.finish_output("r1.0.0", FULL_RESULT, LATER)
    store.finish_output("r1.1.0", FAILED, LATER)
    store.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0", "r1.1.0"), LATER).result(60)
    answer = ImportedAnswer(Result("finished", "yes"), LATER, foreign_id="x:0", extra='{"pass": true, "score": 1}')
    lanes = (ImportedLane("three", Content((Message("user", "?"),))),)
    imported = ImportedRun("x", ImportedPrompt("k", "Imported"), NOW, lanes, (answer,), (RunSet("", "", ()),))
    store.imports.add(ImportOrigin("promptfoo", "out.json", NOW), [imported]).result(60)
    connection = sqlite3.connect(store.path)
    yield connection
    connection.close()


def views(connection: sqlite3.Connection) -> dict[str, list[str]]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    return {
        name: [column for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))]
        for name in names
    }


def test_every_view_is_documented_with_its_columns(connection: sqlite3.Connection) -> None:
    told = {
        name: [column.strip() for column in columns.replace("\n", " ").split(",")]
        for name, columns in re.findall(r"^### (\w+)\n\n[^:]*: (.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    }
    found = views(connection)
    # It only prepares texts for another view.
    found.pop("content_texts")
    assert told == found


def test_documented_tables_exist_and_every_table_has_comments(connection: sqlite3.Connection) -> None:
    statements = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql <> ''"))
    cells = re.findall(r"^\| ([\w, ]+) \|", PAGE, re.MULTILINE)
    named = {name for cell in cells[1:] for name in cell.split(", ")}
    assert len(named) > 10
    assert named <= statements.keys()
    own = {name for name in statements if not name.startswith(("run_search", "_", "sqlite_"))}
    silent = {name for name in own if "\n  -- " not in statements[name]}
    assert silent == set()


@pytest.mark.parametrize(("name", "recipe"), RECIPES, ids=[name for name, _ in RECIPES])
def test_recipes_run_and_return_rows(connection: sqlite3.Connection, name: str, recipe: str) -> None:
    assert connection.execute(recipe).fetchall()


def test_recipe_for_winners_distinguishes_prompts_with_the_same_name(
    store: Store, connection: sqlite3.Connection
) -> None:
    recipe = dict(RECIPES)["The answers that won, with the text of the prompt that made them"]
    store.create_prompt("other", connection.execute("SELECT name FROM prompts WHERE uid = 'p'").fetchone()[0], NOW)
    store.begin_run(run("r2", text("Something else"), prompt="other")).result(60)
    assert [asked for _, _, asked, *_ in connection.execute(recipe)] == ["Where is {{order}}?"]


def test_recipe_for_listed_runs_omits_deleted_runs(store: Store, connection: sqlite3.Connection) -> None:
    recipe = dict(RECIPES)["The runs that the History lists, without those that were archived or deleted"]
    before = connection.execute(recipe).fetchall()
    assert len(before) == 2
    store.curation.delete(["r1"], True).result(60)
    assert connection.execute("SELECT count(*) FROM run_list").fetchone() == (2,), "the views include it"
    assert [row for row in before if row[-1] != "r1"] == connection.execute(recipe).fetchall()


def test_all_six_recipes_are_found() -> None:
    assert len(RECIPES) == PAGE.count("```sql") == 6


def test_sqlite_utils_reads_the_history(store: Store, connection: sqlite3.Connection) -> None:
    database = Database(store.path)
    assert {"run_list", "output_list", "grade_list"} <= set(database.view_names())
    assert database["runs"].count == 2
    assert [row["asked_model"] for row in database["output_list"].rows_where(order_by="lane")] != []
    database.close()
