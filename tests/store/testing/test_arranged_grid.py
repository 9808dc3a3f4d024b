"""Rows by sample, single samples, what stands beside a probe, and the same cell in another run."""

from __future__ import annotations

import pytest

from tests.store.making import NOW, lane
from tests.store.testing.suites import answered, begun, case, key, scored
from workbench.core.statistics.results import CellState
from workbench.core.testing.grid import GridQuery, GridRow
from workbench.core.testing.probes import Probe
from workbench.store import Store

CASES = [case(number) for number in range(5)]
COLUMNS = (lane("A", "one"), lane("B", "two"))


def rows(store: Store, run: str, query: GridQuery, limit: int = 100) -> list[GridRow]:
    """Return all rows, page by page."""
    found: list[GridRow] = []
    after = ""
    while True:
        page = store.tests.page(run, store.tests.run(run).scoring_uid, query, after, limit)
        assert len(page.rows) <= limit
        found += page.rows
        after = page.after
        if not after:
            return found


def sampled(store: Store) -> None:
    """Store a run of three samples in which sample n of case m passes if m + n is even, the last sample missing."""
    begun(store, cases=CASES, columns=COLUMNS, samples=3)
    keys = [key(number, column, sample) for number in range(5) for column in range(2) for sample in range(2)]
    uids = answered(store, "t1", keys)
    states: list[CellState] = ["pass" if (one.case + one.sample) % 2 == 0 else "fail" for one in keys]
    store.tests.begin_scoring("t1", "s1", (), NOW).result(60)
    store.tests.save_scores("s1", [scored(*one) for one in zip(keys, uids, states, strict=True)]).result(60)


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
def test_each_sample_has_a_row_and_pages_hold_whole_cases(store: Store, limit: int) -> None:
    sampled(store)
    found = rows(store, "t1", GridQuery(by_sample=True), max(3, limit))
    assert [(row.position, row.sample) for row in found] == [(m, n) for m in range(5) for n in range(3)]
    statuses = [[cell.status for cell in row.cells] for row in found[:3]]
    assert statuses == [["pass"] * 2, ["fail"] * 2, ["open"] * 2]
    assert [row.cells[0].sample for row in found[:3]] == [0, 1, 2]
    assert {cell.samples for row in found for cell in row.cells} == {1}


def test_one_sample_is_shown_alone_and_filters_stay_those_of_cases(store: Store) -> None:
    sampled(store)
    found = rows(store, "t1", GridQuery(sample=1))
    assert [row.sample for row in found] == [None] * 5
    assert [row.cells[1].status for row in found] == ["fail", "pass", "fail", "pass", "fail"]
    assert [cell.status for row in rows(store, "t1", GridQuery(sample=2)) for cell in row.cells] == ["open"] * 10
    flaky = rows(store, "t1", GridQuery(rows="flaky", by_sample=True))
    assert len(flaky) == 15


def test_probe_has_the_result_of_the_other_run_beside_it(store: Store) -> None:
    sampled(store)
    probe = Probe("again", "t1", "t1", "failed")
    chosen = [CASES[3], CASES[1]]
    begun(store, "t2", cases=chosen, columns=(COLUMNS[1],), probe=probe.to_text())
    found = rows(store, "t2", GridQuery())
    # Of each case one sample passes and one fails, so that the cell fails.
    assert [[cell.before for cell in row.cells] for row in found] == [["fail"], ["fail"]]
    assert [[cell.status for cell in row.cells] for row in found] == [["open"], ["open"]]
    assert store.tests.counterpart("t2", "t1", key(0)) == key(3, 1)
    assert store.tests.counterpart("t1", "t2", key(1, 1)) == key(1, 0)
    assert store.tests.counterpart("t1", "t2", key(1, 0)) is None
    assert store.tests.counterpart("t1", "t2", key(1, 1, 2)) is None
    begun(store, "t3", cases=chosen, probe=Probe("again", "gone", "gone").to_text())
    assert {cell.before for row in rows(store, "t3", GridQuery()) for cell in row.cells} == {""}
    assert store.tests.latest_round("p") == 1
