"""Ranking by checks: the same cases, the same checks, the newest result of each column, and no more said than shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, lane, opened
from tests.store.testing.suites import answered, begun, case, key, scored
from tests.ui.judged_support import judged_test
from workbench.core.cases import Case, Check
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict
from workbench.store import Store
from workbench.usecases.judging.judge_reports import judged_run
from workbench.usecases.testing.check_ranking import NOTHING, rank_by_checks

CASES = tuple(case(number) for number in range(40))
OTHER = Check("equals", value='"x"')
Passes = Callable[[int, int], bool]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW).result(60)
    yield store
    store.close()


def ran(
    store: Store,
    uid: str,
    passes: Passes,
    *,
    columns: Sequence[Lane] = (lane("A", "small"), lane("B", "large")),
    cases: Sequence[Case] = CASES,
    checks: tuple[Check, ...] = (),
    round_: int = 1,
    **fields: object,
) -> None:
    """Run cases; `passes` tells by case and column which pass."""
    begun(store, uid, cases=cases, columns=columns, round=round_, **fields)
    cells = [key(number, column) for column in range(len(columns)) for number in range(len(cases))]
    outputs = answered(store, uid, cells)
    store.tests.begin_scoring(uid, f"{uid}.s", checks, LATER).result(60)
    states = ["pass" if passes(cell.case, cell.column) else "fail" for cell in cells]
    scores = [scored(cell, output, state) for cell, output, state in zip(cells, outputs, states, strict=True)]  # type: ignore[arg-type]
    store.tests.save_scores(f"{uid}.s", scores).result(60)


def test_without_scored_tests_there_is_a_sentence(store: Store) -> None:
    assert rank_by_checks(store.tests, "p").sentence == NOTHING
    begun(store, "t1", cases=CASES)
    ran(store, "t2", lambda *_: True, cases=CASES[:2], set_name="holdout", round_=2)
    ran(store, "t3", lambda *_: True, cases=CASES[:2], probe="facts", round_=3)
    found = rank_by_checks(store.tests, "p")
    assert (found.sentence, found.rows) == (NOTHING, ())


def test_columns_are_ranked_by_their_pass_rate_with_intervals(store: Store) -> None:
    ran(store, "t1", lambda number, column: number >= (20 if column == 0 else 2))
    found = rank_by_checks(store.tests, "p")
    assert [(row.name, row.passing, row.cases, row.run) for row in found.rows] == [
        *(("test 1 · large", 38, 40, 1), ("test 1 · small", 20, 40, 1)),
    ]
    first = found.rows[0]
    assert first.low is not None
    assert first.high is not None
    assert 0.8 < first.low < first.rate == 0.95 < first.high < 1
    assert found.cases == 40
    assert found.remarks[0] == "All rows stand on the same 40 tuning cases; hold-outs are never ranked."
    assert found.remarks[1] == "test 1 · large is better than test 1 · small (exact test of the same cases)."


def test_no_difference_is_not_called_one(store: Store) -> None:
    ran(store, "t1", lambda number, column: number >= 3 - column)
    assert rank_by_checks(store.tests, "p").remarks[1] == (
        "No difference shown between test 1 · large and test 1 · small."
    )


def test_few_cases_have_no_rate_and_no_test_of_clusters(store: Store) -> None:
    cases = tuple(replace(one, cluster=f"c{number % 3}") for number, one in enumerate(CASES))
    ran(store, "t1", lambda number, column: column == 1, cases=cases)
    found = rank_by_checks(store.tests, "p")
    assert [row.low for row in found.rows] == [None, None]
    assert found.remarks[1] == "There are too few cases to show a difference."


def test_newest_result_of_each_column_counts_on_common_cases(store: Store) -> None:
    ran(store, "t1", lambda number, column: True)
    edited = (case(0, values=(("order", "changed"),)), *CASES[1:])
    ran(store, "t2", lambda number, _: number >= 30, columns=(lane("A", "small"),), cases=edited, round_=2)
    found = rank_by_checks(store.tests, "p")
    # The case whose values were changed in between is left out of both.
    assert [(row.name, row.passing, row.cases, row.run) for row in found.rows] == [
        *(("test 1 · large", 39, 39, 1), ("test 1 · small", 10, 39, 2)),
    ]


def test_other_checks_and_too_few_cases_are_left_out_and_counted(store: Store) -> None:
    ran(store, "t1", lambda *_: True, columns=(lane("C", "other checks"),), checks=(OTHER,))
    ran(store, "t2", lambda *_: True, columns=(lane("C", "few"),), cases=CASES[:10], round_=2)
    ran(store, "t3", lambda *_: True, round_=3)
    found = rank_by_checks(store.tests, "p")
    assert [row.run for row in found.rows] == [3, 3]
    assert found.remarks[-2:] == (
        "1 column is left out, because it was scored by other checks.",
        "1 column is left out, because it ran on too few of these cases.",
    )


def test_unscored_cases_of_one_column_are_left_out_of_all(store: Store) -> None:
    ran(store, "t1", lambda *_: True)
    store.tests.save_scores("t1.s", [scored(key(0), "t1.0.0.0.1", "unscored")]).result(60)
    assert [row.cases for row in rank_by_checks(store.tests, "p").rows] == [39, 39]


def test_verdicts_change_nothing(store: Store) -> None:
    ran(store, "t1", lambda number, column: number > column)
    before = rank_by_checks(store.tests, "p")

    store.mark("t1", "v", Verdict("winner", (0,)), ("t1.0.0.0.1", "t1.0.1.0.1"), LATER).result(60)
    assert rank_by_checks(store.tests, "p") == before


def test_judges_whose_verdicts_count_are_named_with_their_error(store: Store) -> None:
    judged_test(store, cases=24)
    found = rank_by_checks(store.tests, "p", lambda run: judged_run(store.judges, run))
    assert found.remarks[-1].startswith("judge judges whether ")
    assert "Unmeasured: label 20 random answers" in found.remarks[-1]
