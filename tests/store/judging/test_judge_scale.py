"""A test run of 50,000 judged cells: what storing and reading it costs."""

from __future__ import annotations

import itertools
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from tests import depth
from tests.filters import parse
from tests.store.judging.judges import HASH, RUBRIC, about, ended, judge_prompt, judgement, judging, verdict
from tests.store.making import LATER, NOW, done, lane
from tests.store.testing.suites import CONTAINS, begun, case
from workbench.core.checks.check_result import CheckState
from workbench.core.testing.cells import CellKey, cell_identity
from workbench.core.testing.grid import GridQuery, RowFilter
from workbench.store import Store
from workbench.store.encoding import digest
from workbench.store.judging.records import LabelStart
from workbench.store.testing.records import CellEnd, CellStart

CASES, COLUMNS = 6250, 8
BATCH = 250
MOST_BYTES = 60_000_000
STATES: tuple[CheckState, ...] = ("pass", "pass", "fail", "unscored")


def best(work: Callable[[], Any]) -> float:
    """Return the least processor seconds of this thread that three calls took."""
    took = []
    for _ in range(3):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return min(took)


def uid(cell: CellKey) -> str:
    return f"{cell.case}.{cell.column}"


@pytest.mark.deep(only=True)
@pytest.mark.parametrize("seed", depth.seeds(quick=0, deep=1))
def test_fifty_thousand_judged_cells(store: Store, figure: Callable[[str], None], seed: int) -> None:
    cases = [case(number) for number in range(CASES)]
    values = [digest(rfc8785.dumps(dict(one.values)).decode()) for one in cases]
    begun(store, cases=cases, columns=[lane(f"L{place}", f"m{place}") for place in range(COLUMNS)])
    keys = [CellKey(number, column, 0) for number in range(CASES) for column in range(COLUMNS)]
    store.tests.begin_scoring("t1", "s1", (CONTAINS, RUBRIC), NOW)
    batches = list(itertools.batched(keys, BATCH))
    for batch in batches:
        starts = [CellStart(one, uid(one), cell_identity(f"m{one.column}", values[one.case], 0, 1)) for one in batch]
        store.tests.start_outputs("t1", starts, "owner", NOW)
    for batch in batches:
        store.tests.finish_outputs([CellEnd(uid(one), done("answer"), LATER) for one in batch]).result(60)
    judge_prompt(store)

    began = time.monotonic()
    # Started ahead of their ends, so that the run is not indexed while it goes on.
    asked: list[Any] = []
    for number, batch in enumerate(batches):
        judgements = [
            judgement(about(one, 1), f"j{uid(one)}", uid(one), values=(("output", f"{uid(one)} " * 60),))
            for one in batch
        ]
        if number:
            store.judges.start_judgements("j1", judgements, "owner", NOW)
            ended(store, asked)
        else:
            store.judges.begin_run(judging("j1", judgements)).result(60)
        asked = judgements
        scores = [
            verdict(one, uid(one), STATES[(one.case * 7 + one.column) % 4], repeats=3, agreeing=2 + one.case % 2)
            for one in batch
        ]
        store.tests.save_scores("s1", scores)
    ended(store, asked)
    wrote = time.monotonic() - began
    labels = [LabelStart(f"l{place}", uid(one), HASH, "fail", "random") for place, one in enumerate(keys[::100])]
    assert store.judges.add_labels("t1", labels, LATER).result(60) == 500

    tracemalloc.start()
    results = store.judges.results("t1", "s1", HASH)
    _, of_results = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    judges = store.judges.judges("s1")
    store.judges.counts("s1")
    queue = store.judges.answers("t1", "s1", HASH, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(column.cells) for column in results) == CASES * COLUMNS
    assert [one.judgements for one in judges] == [CASES * COLUMNS]
    assert len(queue) == CASES
    filters: tuple[RowFilter, ...] = ("label_differs", "rule_differs", "repeats_differ")
    pages = [best(lambda rows=rows: store.tests.page("t1", "s1", GridQuery(rows), "", 60)) for rows in filters]
    counted = best(lambda: store.tests.counts("t1", "s1", GridQuery()))
    replies = best(lambda: store.judges.replies("s1", keys[20_000], keys[20_127]))
    identities = [judgement(about(one, 1), "", uid(one)).identity for one in keys[:5000]]
    reusable = best(lambda: store.judges.reusable("jp", identities))
    assert len(store.judges.reusable("jp", identities)) == 5000
    missing = best(lambda: store.judges.missing("s1", None, 100, failed_too=True))
    summed = best(lambda: (store.judges.counts("s1"), store.judges.judges("s1")))
    read = best(lambda: store.judges.results("t1", "s1", HASH))
    listed = best(lambda: store.searches.page(parse("").query, lambda moment: moment))
    figure(
        f"50,000 judged cells: written in {wrote:.1f} s; results {of_results / 1e6:.0f} MB, others {peak / 1e6:.0f} MB;"
        f" ms: pages {', '.join(f'{one * 1000:.0f}' for one in pages)}, counts {counted * 1000:.0f},"
        f" replies {replies * 1000:.0f}, reusable {reusable * 1000:.0f}, missing {missing * 1000:.0f},"
        f" sums {summed * 1000:.0f}, results {read * 1000:.0f}, history {listed * 1000:.0f}"
    )
    assert of_results < MOST_BYTES
    assert peak < MOST_BYTES
    assert wrote < 120
    assert max(*pages, counted, read, summed) < 2
    assert max(replies, missing, reusable) < 0.5
