"""Searches and rows of test runs: kind:test, check:…, case:…, and what is never found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.filters import parse
from tests.store.making import LATER, NOW, done, lane, opened, run, text
from tests.store.testing.suites import answered, begun, case, key, scored
from workbench.core.cases import Check
from workbench.core.runs import RunSet
from workbench.core.search.results import HistoryRow, SuiteStanding
from workbench.core.statistics.results import CellState
from workbench.core.testing.check_hash import check_hash
from workbench.store import Store
from workbench.store.search import test_facts

IS_JSON = Check("is-json")
CASES = (
    case(0, name="Refund, order 17"),
    case(1, name="Überweisung"),
    case(2, name="", checks=(Check("regex", True, '"x"'),)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW).result(60)
    yield store
    store.close()


def rows(store: Store, query: str) -> tuple[HistoryRow, ...]:
    assert store.searches.behind() == 0
    return store.searches.page(parse(query).query, lambda moment: moment).rows


def found(store: Store, query: str) -> list[str]:
    return [row.row.run_uid for row in rows(store, query)]


def a_test(store: Store, uid: str = "t1") -> None:
    """Run three cases in two columns: in the first 2 of 3 pass, in the second 1 of 2, and one is unscored."""
    begun(store, uid, cases=CASES)
    states: tuple[CellState, ...] = ("pass", "fail", "pass", "fail", "pass", "unscored")
    cells = [key(number, column) for column in (0, 1) for number in range(3)]
    outputs = answered(store, uid, cells)
    store.tests.begin_scoring(uid, f"{uid}.s", (IS_JSON,), LATER).result(60)
    scores = [scored(cell, output, state, IS_JSON) for cell, output, state in zip(cells, outputs, states, strict=True)]
    store.tests.save_scores(f"{uid}.s", scores).result(60)


def test_a_test_run_is_one_row_with_its_best_column(store: Store) -> None:
    a_test(store)
    [row] = rows(store, "kind:test")
    assert (row.kind, row.row.number) == ("test", 1)
    assert row.test == SuiteStanding(cases=3, columns=2, cells=6, answered=6, passing=2, scored=3)
    assert rows(store, "")[0] == row


def test_a_test_without_results_has_none(store: Store) -> None:
    begun(store, "t1", cases=CASES)
    [row] = rows(store, "kind:test")
    assert row.test == SuiteStanding(cases=3, columns=2, cells=6, answered=0)


def test_check_filters_find_states_and_types_of_the_newest_scoring(store: Store) -> None:
    a_test(store)
    assert found(store, "check:failed check:passed check:unscored") == ["t1"]
    assert found(store, "check:json") == found(store, "check:not-regex") == ["t1"]
    assert found(store, "check:equals") == found(store, "-check:failed") == []
    cell = key(0)
    store.tests.begin_scoring("t1", "again", (Check("equals", value='"a"'),), "2027-01-01T00:00:00.000Z").result(60)
    assert found(store, "check:passed") == found(store, "check:is-json") == []
    store.tests.save_scores("again", [scored(cell, "t1.0.0.0.1", "pass")]).result(60)
    assert found(store, "check:passed check:equals -check:failed") == ["t1"]
    # Only the first result of its kind has the run indexed again.
    store.tests.save_scores("again", [scored(key(1), "t1.1.0.0.1", "fail")]).result(60)
    assert found(store, "check:failed") == ["t1"]


def test_overruled_checks_are_found_by_what_counts(store: Store) -> None:
    begun(store, "t1", cases=CASES[:1], columns=(lane("A", "one"),))
    [output] = answered(store, "t1", [key(0)])
    store.tests.begin_scoring("t1", "s", (IS_JSON,), LATER).result(60)
    store.tests.save_scores("s", [scored(key(0), output, "fail", IS_JSON)]).result(60)
    assert found(store, "check:failed") == ["t1"]
    store.tests.overrule("t1", output, check_hash(IS_JSON), "pass", "", LATER, "o1").result(60)
    assert (found(store, "check:failed"), found(store, "check:passed")) == ([], ["t1"])


def test_case_finds_tests_and_iterations_by_words_of_names(store: Store) -> None:
    a_test(store)
    named = (RunSet("u1", "Refund of a gift", ()), RunSet("u2", "Other", ()))
    store.begin_run(replace(run("r1", text("x")), sets=named)).result(60)
    store.finish_output("r1.0.0", done("y"), LATER).result(60)
    assert found(store, "case:refund") == ["r1", "t1"]
    assert found(store, 'case:"order ref"') == ["t1"]
    assert found(store, "case:uberweis") == ["t1"]
    assert found(store, "-case:refund") == []
    assert found(store, "-case:gift") == ["t1"]
    page = store.searches.page(parse("case:nothing").query, lambda moment: moment)
    assert (page.rows, page.unknown) == ((), (0,))
    assert found(store, 'case:"!?"') == []


def test_held_out_cases_are_found_by_no_word_of_theirs(store: Store) -> None:
    cases = (case(0, values=(("order", "zebra"),), held_out=True),)
    begun(store, "t1", cases=cases, set_name="holdout")
    answered(store, "t1", [key(0), key(0, 1)], done("giraffe where"))
    assert found(store, "zebra") == found(store, "giraffe") == []
    # Words of the prompt find the run, and show nothing else.
    [row] = rows(store, "where")
    assert [hit.part for hit in row.hits] == ["prompt"]
    assert row.test is not None
    assert row.test.is_held_out
    store.searches.rebuild().result(60)
    assert found(store, "giraffe") == []


def test_old_runs_are_found_after_the_index_is_rebuilt(store: Store) -> None:
    a_test(store)
    store.searches.rebuild().result(60)
    assert found(store, "check:failed case:refund check:is-json kind:test") == ["t1"]


def test_very_large_runs_are_not_counted_for_a_row(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    a_test(store)
    monkeypatch.setattr(test_facts, "_MOST_CELLS", 5)
    [row] = rows(store, "kind:test")
    assert row.test is not None
    assert (row.test.answered, row.test.scored) == (6, None)


def test_words_of_a_case_are_found_again_once_it_is_used_up(store: Store) -> None:
    cases = (case(0, values=(("order", "zebra"),)),)
    store.packs.save_cases("p", cases).result(60)
    store.tests.set_aside("p", ("case-0",), "salt", LATER).result(60)
    begun(store, "t1", cases=cases, set_name="holdout")
    answered(store, "t1", [key(0), key(0, 1)], done("giraffe"))
    assert found(store, "giraffe") == []
    store.tests.use_case("p", "case-0", LATER).result(60)
    assert found(store, "giraffe") == found(store, "zebra") == ["t1"]
