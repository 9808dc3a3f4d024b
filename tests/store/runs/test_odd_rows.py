"""Rows with values that this program never writes neither hide other rows nor block a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, done, lane, opened, run, text
from tests.store.search.test_search_index import found, settled
from workbench.core.content import MOST_LANES
from workbench.core.drafts import Draft
from workbench.store import Store
from workbench.store.errors import StoreError
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.merging.pack_import_store import LAST
from workbench.store.search import search_index
from workbench.store.sqlite import sqlite3

Damage = Callable[..., Store]
_MOST = 2**63 - 1


@pytest.fixture
def damage(path: Path) -> Iterator[Damage]:
    """Return a function that runs statements on a filled history like another program, and reopens it."""
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    for number in (1, 2):
        asked = run(f"r{number}", text(f"Hi {number}"), lanes=(lane("A"), lane("B")), values=(("order", "7"),))
        store.begin_run(replace(asked, based_on=number - 1 or None))
        store.finish_output(f"r{number}.0.0", done("one"), LATER)
        store.finish_output(f"r{number}.1.0", done("two"), LATER)
    store.save_draft("p", Draft(text("Hi 2"), based_on=2), NOW).result(60)
    store.close()
    again: list[Store] = []

    def change(*statements: str) -> Store:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            for statement in statements:
                connection.execute(statement)
        finally:
            connection.close()
        again.append(opened(path))
        return again[0]

    yield change
    for one in again:
        one.close()


@pytest.mark.parametrize("parent", ["id", "3 - id"], ids=["own", "circle"])
def test_prompt_with_a_cycle_of_version_parents_can_be_duplicated(damage: Damage, parent: str) -> None:
    store = damage(f"UPDATE versions SET parent_id = {parent}")
    store.duplicate_prompt("p", "copy", "Copy", LATER).result(60)
    assert [version.content for version in store.versions("copy")] == [text("Hi 2")]


@pytest.mark.parametrize("body", ["'{'", "'[]'", "'{\"order\": [1]}'", "'7'"])
def test_answers_with_damaged_values_can_be_judged_and_listed(damage: Damage, body: str) -> None:
    store = damage(f"UPDATE value_bodies SET body = {body}")
    found = store.judgements.text("r1.0.0")
    assert found.text == "one"
    assert all(isinstance(part, str) for pair in found.values for part in pair)
    assert {answer.text for answer in store.recent_answers("p")} == {"one", "two"}


def test_run_without_value_sets_is_read(damage: Damage) -> None:
    store = damage("DELETE FROM run_values WHERE run_id = 2")
    assert store.iteration_detail("r2").values == ()
    assert len(store.iterations("p")) == 2


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE versions SET number = {_MOST} WHERE number = 2",
        f"UPDATE runs SET number = {_MOST} WHERE number = 2",
        f"UPDATE prompts SET iterations = {_MOST}",
        f"UPDATE outputs SET attempt = {_MOST}",
        "DELETE FROM run_docs",
    ],
)
def test_maximal_numbers_and_missing_rows_are_reported_as_damage(damage: Damage, statement: str) -> None:
    store = damage(statement)
    if "attempt" in statement:
        asked = store.add_attempt("r2.0.0", "again", LATER)
    else:
        asked = store.begin_run(run("r3", text("Hi 3"), based_on=1))  # type: ignore[arg-type]
    with pytest.raises(StoreError) as caught:
        asked.result(60)
    assert caught.value.code == "corrupt"


@pytest.mark.parametrize(
    "body", ["{", "[7]", '{"prompts": [7]}', '{"prompts": [{"uid": "p"}], "name": [1]}', "[" * 9000]
)
def test_stored_packs_of_invalid_form_are_ignored(damage: Damage, body: str) -> None:
    store = damage(
        f"INSERT INTO packs VALUES ('k', '{body}', '{NOW}')", f"INSERT INTO meta VALUES ('{LAST}', '{body}')"
    )
    assert store.packs.known() == []
    assert store.packs.about("k") is None
    with pytest.raises(StoreError, match="There is no import to undo"):
        store.packs.take_back().result(60)
    store.deleting.purge(PurgeTargets(prompts=("p",)), LATER, lambda: "uid")
    assert store.prompts() == []


def _read(read: Callable[[], Any]) -> Any:
    """Return what `read` returns, or the code of its StoreError."""
    try:
        return read()
    except StoreError as error:
        return error.code


@pytest.mark.parametrize(
    ("table", "detail", "listed", "version"),
    [
        ("contents", "corrupt", ["r2", "r1"], "missing"),
        ("value_bodies", "r2", ["r2", "r1"], "r2.version"),
        ("versions", "missing", [], "missing"),
        ("lanes", "r2", ["r2", "r1"], "r2.version"),
        ("prompts", "r2", "missing", "missing"),
    ],
)
def test_dangling_references_hide_no_other_rows_and_raise_only_store_errors(
    damage: Damage, table: str, detail: str, listed: list[str] | str, version: str
) -> None:
    store = damage("PRAGMA foreign_keys = OFF", f"DELETE FROM {table}")
    assert _read(lambda: store.iteration_detail("r2").row.run_uid) == detail
    assert _read(lambda: [row.run_uid for row in store.iterations("p")]) == listed
    assert _read(lambda: store.version("p", 2).uid) == version


def test_run_longer_than_an_index_document_is_found_by_its_beginning(
    damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_MOST_DOCUMENT", 1000)
    store = damage("UPDATE outputs SET text = 'tracking ' || printf('%.*c', 2000, 'x') || ' never'")
    settled(store)
    assert store.searches.trouble is None
    assert found(store, "tracking") == ["r2", "r1"]
    assert found(store, "never") == []


def test_many_overlapping_partials_are_joined_in_time(damage: Damage) -> None:
    """Each 20 characters of 4 MB; putting every one behind a copy of the rest would take minutes."""
    pieces = "WITH n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 199999)"
    store = damage(
        "UPDATE outputs SET state = 'streaming' WHERE id = 4",
        "INSERT INTO in_flight VALUES (2, 4, 'gone', '')",
        f"INSERT INTO partials {pieces} SELECT 4, 'text', 20 * x, 'abcdefghijklmnopqrst' FROM n",
        "INSERT INTO partials VALUES (4, 'text', 25, 'the end')",
        f"INSERT INTO partials {pieces} SELECT 4, 'tool_call', 0, json_object('name', 'find', 'call_id', 'c', 'from',"
        " 20 * x, 'text', 'abcdefghijklmnopqrst') FROM n",
    )
    assert store.recover(lambda _: False, LATER).result(60).outputs == 1
    found_one = store.iteration_detail("r2").outputs[1].result
    assert [(step.kind, step.name, len(step.text)) for step in found_one.steps] == [
        ("text", "", 32),
        ("tool_call", "find", 4_000_000),
    ]


def test_run_with_too_many_lanes_is_shown_up_to_the_limit_of_a_draft(damage: Damage) -> None:
    store = damage(
        "INSERT INTO lanes (run_id, position, uid, slot, endpoint_uid, model, version_id, pinned)"
        " WITH n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 999)"
        " SELECT 2, x, 'lane' || x, 's' || x, 'echo', 'echo', 2, 0 FROM n"
    )
    detail = store.iteration_detail("r2")
    assert len(detail.lanes) == MOST_LANES
    assert detail.row.damage == "it has 1,000 lanes, of which 200 are shown"
    assert [output.result.text for output in detail.outputs] == ["one", "two"]
