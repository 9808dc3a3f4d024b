"""Pages, filters, sorts and counts of the grid against a slow, straightforward model."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.store.making import FAILED, LATER, NOW, lane, opened
from tests.store.testing.suites import CONTAINS, answered, begun, called, case, key, scored
from workbench.core.runs import Result, Timing
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import SHOWN_TEXT, GridCell, GridQuery, GridRow, RowFilter, RowSort
from workbench.store import Store
from workbench.store.testing.records import CellEnd

TAGS = ("late", "o'clock", "50%_\\", "é")
FILTERS: tuple[RowFilter, ...] = get_args(RowFilter)


@dataclass(frozen=True)
class Sample:
    """One sample: not called yet, being called, failed, or answered and perhaps scored and overruled."""

    state: str
    text: str = ""
    score: str = ""
    overruled: str = ""
    cost: float | None = None
    duration: int | None = None

    @property
    def result(self) -> str:
        """What counts."""
        return self.overruled or self.score


@dataclass(frozen=True)
class Suite:
    """A test run, and what an earlier one had passed: pairs of case and column."""

    tags: list[tuple[str, ...]]
    columns: int
    samples: int
    baseline: int
    cells: dict[CellKey, Sample]
    passed_before: frozenset[tuple[int, int]]

    def of(self, row: int, column: int) -> list[Sample]:
        return [self.cells[key(row, column, sample)] for sample in range(self.samples)]


_answers = st.builds(
    Sample,
    st.just("finished"),
    st.sampled_from(["a", "b", "", "long" * 200]),
    st.sampled_from(["", "pass", "pass", "fail", "fail", "unscored"]),
    st.sampled_from(["", "", "", "pass", "fail"]),
    st.sampled_from([None, 0.0, 0.25, 0.5]),
    st.sampled_from([None, 10, 2000]),
).map(lambda one: one if one.score else replace(one, overruled=""))
_others = st.sampled_from([Sample("open"), Sample("running"), Sample("failed")])
_samples = _answers | _answers | _answers | _others


@st.composite
def suites(draw: st.DrawFn) -> Suite:
    rows, columns, samples = draw(st.integers(2, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    keys = [key(*place) for place in itertools.product(range(rows), range(columns), range(samples))]
    pairs = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    return Suite(
        [tuple(draw(st.sets(st.sampled_from(TAGS), max_size=2))) for _ in range(rows)],
        columns,
        samples,
        draw(st.integers(0, columns - 1)),
        {one: draw(_samples) for one in keys},
        draw(st.frozensets(pairs, min_size=1)),
    )


queries = st.builds(
    GridQuery,
    st.sampled_from(FILTERS),
    st.sampled_from(["", "", *TAGS]),
    st.sampled_from(["", "", "case 1", "%", "_", "\\", "2"]),
    st.sampled_from(get_args(RowSort)),
    st.booleans(),
    st.none() | st.integers(0, 2),
)


def stored(store: Store, suite: Suite) -> None:
    store.create_prompt("p", "Order bot", NOW)
    columns = [lane(f"slot-{place}", f"m{place}") for place in range(suite.columns)]
    cases = [case(row, tags=tags) for row, tags in enumerate(suite.tags)]
    # An earlier run with the cases in another order.
    begun(store, "t0", cases=cases[::-1], columns=columns)
    before = [key(len(cases) - 1 - row, column) for row, column in suite.passed_before]
    outputs = answered(store, "t0", before)
    store.tests.begin_scoring("t0", "s0", (CONTAINS,), NOW)
    store.tests.save_scores("s0", [scored(one, uid, "pass") for one, uid in zip(before, outputs, strict=True)])
    begun(store, "t1", cases=cases, columns=columns, samples=suite.samples, baseline=suite.baseline, round=2)
    wanted = [one for one, sample in suite.cells.items() if sample.state != "open"]
    uids = dict(zip(wanted, called(store, "t1", wanted), strict=True))
    ends = [
        CellEnd(uid, FAILED if sample.state == "failed" else result(sample), LATER)
        for one, uid in uids.items()
        if (sample := suite.cells[one]).state != "running"
    ]
    store.tests.finish_outputs(ends)
    store.tests.begin_scoring("t1", "s1", (CONTAINS,), NOW)
    scores = [
        scored(one, uid, suite.cells[one].score or "no_answer")  # type: ignore[arg-type]
        for one, uid in uids.items()
        if suite.cells[one].score or suite.cells[one].state == "failed"
    ]
    store.tests.save_scores("s1", scores).result(60)
    for one, uid in uids.items():
        if state := suite.cells[one].overruled:
            store.tests.overrule("t1", uid, check_hash(CONTAINS), state, "", LATER, f"o{uid}").result(60)  # type: ignore[arg-type]


def result(sample: Sample) -> Result:
    timing = Timing(0, 0, None, sample.duration)
    return Result("finished", sample.text, cost_usd=sample.cost, timing=timing)


def status(samples: list[Sample]) -> str:
    results = [one.result for one in samples]
    passed, failed = results.count("pass"), results.count("fail")
    if passed + failed:
        return "pass" if passed > failed else "fail"
    states = [one.state for one in samples]
    if "unscored" in results:
        return "unscored"
    for state, name in (("finished", "unchecked"), ("failed", "no_answer"), ("running", "running")):
        if state in states:
            return name
    return "open"


def flags(suite: Suite, row: int, column: int) -> set[str]:
    """Return the filters that a cell matches."""
    samples = suite.of(row, column)
    results = {one.result for one in samples}
    found = {"all"}
    name = status(samples)
    if name == "fail":
        found |= {"failed"} | ({"regressed"} if (row, column) in suite.passed_before else set())
    if name in ("unscored", "no_answer"):
        found.add(name)
    if {"pass", "fail"} <= results:
        found.add("flaky")
    if any(one.overruled for one in samples):
        found.add("overruled")
    pairs = zip(samples, suite.of(row, suite.baseline), strict=True)
    if any(a.state == b.state == "finished" and a.text != b.text for a, b in pairs):
        found.add("differs")
    if any(one.state in ("open", "running") for one in samples):
        found.add("open")
    return found


def mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def number(suite: Suite, row: int, column: int, sort: str) -> float | None:
    samples = suite.of(row, column)
    finished = [one for one in samples if one.state == "finished"]
    if sort == "score":
        return mean([float(one.result == "pass") for one in samples if one.result in ("pass", "fail")])
    if sort == "cost":
        return mean([one.cost for one in finished])
    return mean([None if one.duration is None else float(one.duration) for one in finished])


def narrowed(suite: Suite, query: GridQuery) -> list[int]:
    def holds(row: int) -> bool:
        texts = (f"Case {row}", str(row))
        told = not query.text or any(query.text.lower() in text.lower() for text in texts)
        return told and (not query.tag or query.tag in suite.tags[row])

    return [row for row in range(len(suite.tags)) if holds(row)]


def columns_of(suite: Suite, query: GridQuery) -> list[int]:
    return [column for column in range(suite.columns) if query.column in (None, column)]


def expected(suite: Suite, query: GridQuery) -> list[int]:
    columns = columns_of(suite, query)
    rows = [row for row in narrowed(suite, query) if any(query.rows in flags(suite, row, column) for column in columns)]
    if query.sort == "order":
        return rows[::-1] if query.descending else rows
    values = {row: mean([number(suite, row, column, query.sort) for column in columns]) for row in rows}
    way = -1 if query.descending else 1
    return sorted(rows, key=lambda row: (values[row] is None, way * (values[row] or 0), row))


def pages(store: Store, query: GridQuery, limit: int) -> Iterator[GridRow]:
    after = ""
    while True:
        page = store.tests.page("t1", "s1", query, after, limit)
        assert len(page.rows) <= limit
        yield from page.rows
        if not (after := page.after):
            return
        assert len(page.rows) == limit


@depth.examples(40, 2000)
@given(suites(), st.lists(queries, min_size=1, max_size=8), st.integers(1, 4))
def test_grid_matches_the_model(suite: Suite, wanted: list[GridQuery], limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = opened(Path(folder, "history.db"))
        try:
            stored(store, suite)
            for query in wanted:
                if query.column is not None and query.column >= suite.columns:
                    query = replace(query, column=0)
                assert [row.position for row in pages(store, query, limit)] == expected(suite, query), query
                check_counts(store, suite, query)
            for row in pages(store, GridQuery(), limit):
                check_row(suite, row)
        finally:
            store.close()


def check_counts(store: Store, suite: Suite, query: GridQuery) -> None:
    counts = store.tests.counts("t1", "s1", query)
    rows = {name: len(expected(suite, replace(query, rows=name))) for name in FILTERS}
    assert counts.rows == rows
    states = [sample.state for sample in suite.cells.values()]
    ended = states.count("finished") + states.count("failed")
    assert (counts.cells, counts.answered, counts.failed_calls) == (len(states), ended, states.count("failed"))
    tags = {tag: sum(tag in own for own in suite.tags) for tag in TAGS}
    assert dict(counts.tags) == {tag: times for tag, times in tags.items() if times}


def check_row(suite: Suite, row: GridRow) -> None:
    assert (row.case_uid, row.name) == (f"case-{row.position}", f"Case {row.position}")
    assert (row.tags, row.values_text) == (suite.tags[row.position], str(row.position))
    for column, cell in enumerate(row.cells):
        check_cell(suite, row.position, column, cell)


def check_cell(suite: Suite, row: int, column: int, cell: GridCell) -> None:
    samples = suite.of(row, column)
    results = [one.result for one in samples]
    assert (cell.status, cell.samples) == (status(samples), suite.samples)
    passed = results.count("pass")
    assert (cell.passed, cell.scored) == (passed, passed + results.count("fail"))
    assert cell.is_overruled == any(one.overruled for one in samples)
    assert not cell.is_reused
    assert cell.score == number(suite, row, column, "score")
    assert cell.cost_usd == number(suite, row, column, "cost")
    seconds = number(suite, row, column, "latency")
    assert cell.seconds == (None if seconds is None else pytest.approx(seconds / 1000))
    if cell.status in ("pass", "fail", "unscored"):
        shown = next(one for one in samples if one.result == cell.status)
        assert cell.text == shown.text[:SHOWN_TEXT]
        assert bool(cell.reason) == (cell.status != "pass")
    elif cell.status == "no_answer":
        assert FAILED.failure is not None
        assert cell.text == FAILED.text or cell.text == FAILED.failure.sentence


def test_invalid_cursor_is_refused(store: Store) -> None:
    begun(store)
    for wrong in ("x", "[]", "{}", '["a"]', '[1, "2"]'):
        with pytest.raises(ValueError):
            store.tests.page("t1", "", GridQuery(), wrong, 9)


def test_first_page_of_many_cases_looks_at_some_of_them(store: Store) -> None:
    """The pieces in which a filter looks at cases miss none and repeat none."""
    count = 1200
    begun(store, cases=[case(row) for row in range(count)], columns=[lane()])
    wanted = [key(row) for row in (0, 3, 499, 500, 501, 1100, 1199)]
    answered(store, "t1", wanted, FAILED)
    rows = [one.case for one in wanted]
    for descending in (False, True):
        query = GridQuery("no_answer", descending=descending)
        found, after = [], ""
        while True:
            page = store.tests.page("t1", "", query, after, 2)
            found += [row.position for row in page.rows]
            if not (after := page.after):
                break
        assert found == (rows[::-1] if descending else rows)
