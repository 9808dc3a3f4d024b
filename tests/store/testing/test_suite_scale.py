"""A test run of 50,000 cells: what reading it costs."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from tests import depth
from tests.store.making import LATER, NOW, done, lane
from tests.store.testing.suites import CONTAINS, begun, case, scored
from workbench.core.testing.cells import cell_identity
from workbench.core.testing.grid import GridQuery
from workbench.store import Store
from workbench.store.encoding import digest
from workbench.store.testing.records import CellEnd, CellStart

CASES, COLUMNS = 6250, 8
BATCH = 250
MOST_BYTES = 60_000_000


@pytest.mark.deep(only=True)
@pytest.mark.parametrize("seed", depth.seeds(quick=0, deep=1))
def test_fifty_thousand_cells(store: Store, figure: Callable[[str], None], seed: int) -> None:
    cases = [case(number, tags=("even",) if number % 2 == 0 else ()) for number in range(CASES)]
    values = [digest(rfc8785.dumps(dict(one.values)).decode()) for one in cases]
    columns = [lane(f"L{place}", f"m{place}") for place in range(COLUMNS)]
    began = time.monotonic()
    begun(store, cases=cases, columns=columns)
    keys = store.tests.open_cells("t1", None, CASES * COLUMNS)
    assert len(keys) == CASES * COLUMNS
    store.tests.begin_scoring("t1", "s1", (CONTAINS,), NOW)
    # Started ahead of their ends, so that the run is not indexed while it goes on.
    batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    for number, batch in enumerate([*batches, ()]):
        starts = [
            CellStart(one, f"{one.case}.{one.column}", cell_identity(f"m{one.column}", values[one.case], 0, 1))
            for one in batch
        ]
        store.tests.start_outputs("t1", starts, "owner", NOW)
        before = batches[number - 1] if number else ()
        ends = [CellEnd(f"{one.case}.{one.column}", done(f"answer {one.case % 3} " * 60), LATER) for one in before]
        store.tests.finish_outputs(ends)
        states = ("pass", "pass", "fail", "unscored")
        scores = [
            scored(one, f"{one.case}.{one.column}", states[(one.case * 7 + one.column) % 4])  # type: ignore[arg-type]
            for one in before
        ]
        store.tests.save_scores("s1", scores).result(60)
    wrote = time.monotonic() - began
    assert store.tests.run("t1").answered == CASES * COLUMNS

    page = best(lambda: store.tests.page("t1", "s1", GridQuery(), "", 60))
    failed = best(lambda: store.tests.page("t1", "s1", GridQuery("failed", column=3), "", 60))
    by_score = best(lambda: store.tests.page("t1", "s1", GridQuery(sort="score"), "", 60))
    opened = best(lambda: store.tests.run("t1"))
    results = best(lambda: store.tests.results("t1", "s1"))
    again = begun(store, "t2", cases=cases, columns=columns)
    assert again.reused == CASES * COLUMNS

    tracemalloc.start()
    found = store.tests.results("t1", "s1")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(column.cases) for column in found] == [CASES] * COLUMNS
    assert most < MOST_BYTES
    figure(
        f"50,000 cells: written in {wrote:.1f} s, first page {page * 1000:.0f} ms, failed {failed * 1000:.0f} ms, by"
        f" score {by_score * 1000:.0f} ms, run {opened * 1000:.0f} ms, results {results * 1000:.0f} ms and"
        f" {most >> 20} MB"
    )
    assert page < 0.1
    assert results < 1.0


def best(work: Callable[[], Any]) -> float:
    """Return the least processor seconds of this thread that three calls took."""
    took = []
    for _ in range(3):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return min(took)
