"""The indexes know every prompt and answer, in scripts with and without spaces."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import FAILED, LATER, done, lane, run, text
from workbench.store import Store
from workbench.store.records import PartialText
from workbench.store.search import separate


@pytest.fixture
def written(store: Store, path: Path) -> sqlite3.Connection:
    answers = ("The café opens at nine", "注文の状況を確認します。", "GPT模型回答很好", "plain words", "주문 상태")
    store.begin_run(run("r", text("Wo ist die Bestellung?", "礼儀正しく"), lanes=[lane()] * len(answers))).result(10)
    for position, answer in enumerate(answers):
        store.finish_output(f"r.{position}.0", done(answer), LATER).result(10)
    return sqlite3.connect(path)


def find(connection: sqlite3.Connection, table: str, query: str) -> list[int]:
    rows = connection.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC", (query,))
    return [key for (key,) in rows]


def test_words_phrases_and_prefixes_are_found(written: sqlite3.Connection) -> None:
    assert find(written, "outputs_fts", "cafe") == [1]
    assert find(written, "outputs_fts", '"opens at"') == [1]
    assert find(written, "outputs_fts", "wor*") == [4]
    assert find(written, "contents_fts", "bestellung") == [1]
    written.close()


def test_any_substring_of_a_text_without_spaces_is_found(written: sqlite3.Connection) -> None:
    assert find(written, "outputs_cjk", '"状 況"') == [2]
    assert find(written, "outputs_cjk", '"gpt 模 型"') == [3]
    assert find(written, "outputs_cjk", '"문 상"') == [5]
    assert find(written, "contents_cjk", '"正 し"') == [1]
    assert find(written, "outputs_cjk", "plain") == []
    written.close()


def test_interrupted_text_leaves_the_index_when_the_answer_comes(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("x"))).result(10)
    store.save_partials([PartialText("r.0.0", "text", 0, "半分 half")], LATER)
    store.recover(lambda owner: False, LATER).result(10)
    connection = sqlite3.connect(path)
    assert (find(connection, "outputs_fts", "half"), find(connection, "outputs_cjk", '"半 分"')) == ([1], [1])
    store.finish_output("r.0.0", done("全部 whole"), LATER).result(10)
    assert (find(connection, "outputs_fts", "half"), find(connection, "outputs_cjk", '"半 分"')) == ([], [])
    assert (find(connection, "outputs_fts", "whole"), find(connection, "outputs_cjk", '"全 部"')) == ([1], [1])
    connection.close()


def test_the_indexes_are_sound_and_survive_edits_by_other_tools(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("a prompt"), lanes=(lane("A"), lane("B"), lane("C")))).result(10)
    store.finish_output("r.0.0", done("first answer"), LATER)
    store.finish_output("r.1.0", FAILED, LATER).result(10)
    connection = sqlite3.connect(path)
    assert find(connection, "contents_fts", "prompt") == [1]
    connection.execute("UPDATE outputs SET text = 'rewritten' WHERE id = 1")
    connection.commit()
    assert (find(connection, "outputs_fts", "first"), find(connection, "outputs_fts", "rewritten")) == ([], [1])
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM runs")
    connection.commit()
    assert find(connection, "outputs_fts", "rewritten") == []
    assert connection.execute("SELECT count(*) FROM outputs").fetchone() == (0,)
    connection.execute("INSERT INTO outputs_fts (outputs_fts, rank) VALUES ('integrity-check', 1)")
    connection.execute("DELETE FROM versions")
    connection.execute("DELETE FROM contents")
    connection.commit()
    assert find(connection, "contents_fts", "prompt") == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_the_index_agrees_with_its_table_while_outputs_wait(store: Store, path: Path) -> None:
    store.begin_run(run("r", text("a prompt"), lanes=(lane("A"), lane("B")))).result(10)
    store.finish_output("r.0.0", done("answer"), LATER).result(10)
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO outputs_fts (outputs_fts, rank) VALUES ('integrity-check', 1)")
    connection.close()


@given(st.text(alphabet="ab 模型。"))
def test_separation_keeps_everything_but_spaces(text: str) -> None:
    separated = separate(text)
    assert bool(separated) == any(c in "模型" for c in text)
    if separated:
        assert separated.replace(" ", "") == text.replace(" ", "")
