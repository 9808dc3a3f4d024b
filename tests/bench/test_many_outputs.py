"""Histories generated in bulk hold what the store itself would have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.many_outputs import make
from tests.bench.search import combined_queries, measure, opened, plain_queries, searched
from tests.store.schema.old_histories import healthy
from tests.store.search.test_search_index import indexed, made_anew
from workbench.store.sqlite import sqlite3


@pytest.mark.deep(only=True)
def test_bulk_history_is_valid_indexed_and_searchable(tmp_path: Path) -> None:
    path = tmp_path / "many.db"
    make(path, 500)
    healthy(path)
    store = opened(path)
    assert store.searches.behind() == 0
    _, page = searched(store, "")
    assert len(page.rows) == 50
    for row in page.rows:
        detail = store.iteration_detail(row.row.run_uid)
        assert len(detail.lanes) == len(row.lanes) or row.row.blind
        assert detail.content.messages[1].text == "{{question}}"
    found = [len(searched(store, query)[1].rows) for query in (*plain_queries(), *combined_queries())]
    assert sum(map(bool, found)) > 20
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM outputs").fetchone() == (500,)
    connection.close()
    assert indexed(path) == made_anew(path)


@pytest.mark.deep(only=True)
def test_measure_gives_a_row_for_each_budget(tmp_path: Path) -> None:
    path = tmp_path / "many.db"
    make(path, 300)
    rows = measure(path, 300, every=20)
    assert len(rows) == 16
    assert all(row["measured"] is not None and isinstance(row["ok"], bool) for row in rows)
