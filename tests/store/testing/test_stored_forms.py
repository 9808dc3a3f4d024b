"""What is stored of cases, checks and results is read back as it was; damaged rows are told or replaced."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core import strategies
from tests.store.making import NOW, done, opened
from tests.store.testing.suites import CONTAINS, answered, begun, case, key, scored
from workbench.core.cases import Case, Check, case_from_json, case_to_json, check_from_json, check_to_json
from workbench.core.checks.check_result import CheckResult, MetricScore
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.scored_case import overruled_score, scored_case
from workbench.store import Store, StoreError
from workbench.store.testing.records import TestedCase
from workbench.store.testing.result_detail import detail_text, result_of

_scores = st.floats(0, 1)
_places = st.none() | st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
_metrics = st.lists(st.builds(MetricScore, strategies.texts, _scores, _scores), max_size=2).map(tuple)


def _results(parts: st.SearchStrategy[tuple[CheckResult, ...]]) -> st.SearchStrategy[CheckResult]:
    found = st.none() | st.tuples(strategies.texts, strategies.texts)
    return st.builds(
        lambda state, score, reason, place, both, inner, metrics: CheckResult(
            state, None if state == "unscored" else score, reason, place, *(both or (None, None)), inner, metrics
        ),
        st.sampled_from(["pass", "fail", "unscored"]),
        _scores,
        strategies.texts,
        _places,
        found,
        parts,
        _metrics,
    )


results = st.recursive(
    _results(st.just(())), lambda inner: _results(st.lists(inner, max_size=2).map(tuple)), max_leaves=4
)


@given(results)
def test_result_of_a_check_is_read_back(result: CheckResult) -> None:
    assert result_of(result.state, result.score, result.reason, detail_text(result)) == result


@pytest.mark.parametrize(
    "detail",
    [
        "[",
        "[]",
        "7",
        '{"place":[1]}',
        '{"place":["a",2]}',
        '{"expected":1,"found":2}',
        '{"parts":[7],"metrics":[["a"]]}',
    ],
)
def test_damaged_detail_is_left_out(detail: str) -> None:
    assert result_of("fail", 0.5, "No.", detail) == CheckResult("fail", 0.5, "No.")


def test_unknown_state_is_unscored() -> None:
    assert result_of("won", 1.0, None, None) == CheckResult("unscored", None, "")


@depth.examples(20, 1000)
@given(st.lists(strategies.cases, min_size=1, max_size=3, unique_by=lambda one: one.uid))
def test_cases_are_kept_as_they_were(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> None:
    cases = [replace(one, uid=one.uid or "c") for one in cases]
    store = opened(tmp_path_factory.mktemp("cases") / "history.db")
    try:
        store.create_prompt("p", "Order bot", NOW)
        begun(store, cases=cases)
        # JSON objects have their keys once, and values are named once.
        expected = tuple(case_from_json(case_to_json(one)) for one in cases)
        assert store.tests.cases("t1", 0, 9) == expected
        rows = store.tests.page("t1", "", GridQuery(), "", 9).rows
        assert [(row.case_uid, row.tags, row.cluster) for row in rows] == [
            (one.uid, one.tags, one.cluster) for one in expected
        ]
        if len({one.uid for one in cases}) == len(cases):
            store.packs.save_cases("p", expected).result(60)
            assert store.packs.cases("p") == expected
    finally:
        store.close()


@given(strategies.checks)
def test_hash_of_a_check_does_not_depend_on_the_order_of_keys(check: Check) -> None:
    data = check_to_json(check)
    turned = check_from_json(dict(reversed(data.items())))
    assert check_hash(turned) == check_hash(check)
    assert check_hash(replace(check, type=f"{check.type}x")) != check_hash(check)


def test_hash_of_a_check_with_a_large_number_is_found() -> None:
    assert len(check_hash(Check("equals", value=str(2**60)))) == 64


def test_checks_for_all_cases_come_first_and_the_case_decides_the_threshold() -> None:
    own = Check("equals", value='"a"')
    found = scored_case(case(0, checks=(own,)), (CONTAINS,), 0.5)
    assert (found.checks, found.threshold) == ((CONTAINS, own), 0.5)
    assert scored_case(case(0, threshold=0.9), (), 0.5).threshold == 0.9


def test_overruled_check_scores_one_or_nothing() -> None:
    both = scored_case(case(0), (CONTAINS, CONTAINS))
    results = (CheckResult("fail", 0.2, "No."), CheckResult("unscored", None, "Unknown."))
    assert overruled_score(both, results, {}).state == "fail"
    assert overruled_score(both, results, {0: "pass"}).state == "unscored"
    passed = overruled_score(both, results, {0: "pass", 1: "pass"})
    assert (passed.state, passed.score) == ("pass", 1.0)
    assert overruled_score(both, results, {0: "none", 1: "fail"}).score == 0.1


@pytest.mark.parametrize("body", ["{", "{}", '{"uid":7}', '{"uid":"c","values":{},"tags":"x","cluster":7}'])
def test_damaged_case_does_not_keep_the_grid_from_being_read(store: Store, path: Path, body: str) -> None:
    begun(store)
    [output] = answered(store, "t1", [key(0)], done("ok"))
    store.tests.begin_scoring("t1", "s1", (CONTAINS,), NOW)
    store.tests.save_scores("s1", [scored(key(0), output, "fail")]).result(60)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE case_bodies SET body = ?", (body,))
    [first, _] = store.tests.page("t1", "s1", GridQuery(), "", 9).rows
    assert (first.case_uid, first.name, first.cells[0].status) == ("case-0", "Case 0", "fail")
    assert store.tests.page("t1", "s1", GridQuery(tag="other"), "", 9).rows == ()
    assert store.tests.counts("t1", "s1", GridQuery()).rows["failed"] == 1
    assert store.tests.results("t1", "s1")[0].cases[0].case == "case-0"
    assert store.tests.tested_cases("t1")[0] == TestedCase("case-0", "Case 0", 0)
    store.tests.overrule("t1", output, check_hash(CONTAINS), "pass", "", NOW, "o").result(60)
    if body in ("{", '{"uid":7}'):
        with pytest.raises(StoreError, match=r"Case 1 of this test run cannot be read\."):
            store.tests.case("t1", 0)


def test_views_show_test_runs_and_cells(store: Store, path: Path) -> None:
    begun(store)
    [output] = answered(store, "t1", [key(0)], done("ok"))
    for scoring, state in (("s1", "fail"), ("s2", "pass")):
        store.tests.begin_scoring("t1", scoring, (CONTAINS,), NOW)
        store.tests.save_scores(scoring, [scored(key(0), output, state)]).result(60)  # type: ignore[arg-type]
    begun(store, "t2")
    with closing(sqlite3.connect(path)) as connection:
        runs = connection.execute("SELECT test, round, cases, columns, samples, recorded, scorings FROM test_list")
        assert runs.fetchall() == [(1, 1, 2, 2, 1, 1, 2), (2, 1, 2, 2, 1, 1, 0)]
        cells = connection.execute(
            'SELECT test, "case", case_name, "values", lane, version, asked_model, sample, answer, result, reused,'
            " text, output FROM cell_list ORDER BY test"
        ).fetchall()
    shown = (0, "Case 0", '{"order":"0"}', 0, 1, "one", 0, "finished")
    assert cells == [(1, *shown, "pass", 0, "ok", output), (2, *shown, None, 1, "ok", output)]
