"""Labels, verdicts of judges, and the filters of the grid about them."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from tests.store.judging.judges import HASH, RUBRIC, filled, label, verdict
from tests.store.making import LATER, NOW, lane
from tests.store.testing.suites import CONTAINS, answered, begun, case, key
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.statistics.judge_cells import JudgedCell
from workbench.core.statistics.judge_error import judge_error
from workbench.core.testing.grid import GridQuery, RowFilter
from workbench.store import Store, StoreError
from workbench.store.judging.records import JudgedAnswerRow, JudgedCheckFact, LabelStart, StoredLabel
from workbench.store.testing.records import CellScored, JudgeVerdictStart

LATEST = "2026-11-24T13:21:00.000Z"


def labels(store: Store, run: str = "t1") -> list[tuple[str, str, str]]:
    return [(one.output_uid, one.label, one.picked) for one in store.judges.labels(run, HASH)]


# Labels


def test_latest_label_counts_and_undo_takes_it_back(store: Store) -> None:
    outputs = filled(store)
    assert store.judges.labels("t1", HASH)[0] == StoredLabel(
        "l1", outputs[0], HASH, "pass", "random", "a secret word", NOW, "t1", key(0)
    )
    assert labels(store) == [(outputs[0], "pass", "random"), (outputs[1], "pass", "own")]
    label(store, outputs[1], "unsure", "l3", at=LATER)
    assert labels(store)[1] == (outputs[1], "unsure", "random")
    label(store, outputs[1], "none", "l4", at=LATEST)
    assert labels(store) == [(outputs[0], "pass", "random")]


def test_a_cell_in_full_has_the_labels_of_its_answer(store: Store) -> None:
    outputs = filled(store)

    def said(column: int) -> tuple[tuple[str, str], ...]:
        return store.tests.cell("t1", "", key(0, column)).labels

    assert [said(0), said(1)] == [((HASH, "pass"),), ((HASH, "pass"),)]
    label(store, outputs[1], "fail", "l3", at=LATER)
    assert [said(0), said(1)] == [((HASH, "pass"),), ((HASH, "fail"),)]
    label(store, outputs[1], "none", "l4", at=LATEST)
    assert [said(0), said(1)] == [((HASH, "pass"),), ()]


def test_correction_of_a_random_label_stays_random(store: Store) -> None:
    outputs = filled(store)
    label(store, outputs[0], "fail", "l3", picked="own", at=LATER)
    assert labels(store)[0] == (outputs[0], "fail", "random")
    # After it was taken back, the answer may be picked in any way.
    label(store, outputs[0], "none", "l4", at=LATEST)
    label(store, outputs[0], "pass", "l5", picked="borderline", at="2026-11-24T13:22:00.000Z")
    assert labels(store)[0] == (outputs[0], "pass", "borderline")


def test_labels_of_a_file_are_added_once(store: Store) -> None:
    outputs = filled(store)
    starts = [LabelStart(f"f{place}", uid, HASH, "fail", "file") for place, uid in enumerate(outputs[2:])]
    assert store.judges.add_labels("t1", starts, LATER).result(60) == 2
    assert store.judges.add_labels("t1", starts, LATER).result(60) == 0
    assert [row[2] for row in labels(store)] == ["random", "own", "file", "file"]
    with pytest.raises(StoreError, match="answer"):
        store.judges.add_labels("t1", [replace(starts[0], uid="x", output_uid="unknown")], LATER).result(60)
    with pytest.raises(ValueError, match="not a label"):
        store.judges.add_labels("t1", [replace(starts[0], uid="x", label="maybe")], LATER).result(60)  # type: ignore[arg-type]


def test_label_holds_in_every_run_that_uses_the_answer(store: Store) -> None:
    outputs = filled(store)
    begun(store, "t2", cases=(case(1), case(0)))
    assert labels(store, "t2") == [(outputs[0], "pass", "random"), (outputs[1], "pass", "own")]
    assert [(one.run_uid, one.key) for one in store.judges.labels("t2", HASH)] == [("t2", key(1)), ("t2", key(1, 1))]
    assert [(one.uid, one.run_uid) for one in store.judges.prompt_labels("p", HASH)] == [("l1", "t2"), ("l2", "t2")]
    store.curation.delete(["t2"], True).result(60)
    assert [(one.uid, one.run_uid) for one in store.judges.prompt_labels("p", HASH)] == [("l1", "t1"), ("l2", "t1")]


# Results


def test_results_hold_verdicts_with_random_labels(store: Store) -> None:
    outputs = filled(store)
    label(store, outputs[2], "fail", "l3")
    first, second = store.judges.results("t1", "s1", HASH)
    assert (first.position, first.cells, first.labels) == (
        0,
        (JudgedCell("case-0", "pass", "pass"), JudgedCell("case-1", "pass", "fail")),
        2,
    )
    # A label of one's own choice measures nothing.
    assert (second.cells, second.labels) == ((JudgedCell("case-0", "fail"), JudgedCell("case-1", "unscored")), 1)
    assert first.title == store.tests.results("t1", "s1")[0].name
    error = judge_error(first.cells)
    assert (error.labels, error.missed) == (2, 1)
    assert store.judges.checks("t1", "s1") == (JudgedCheckFact(HASH, RUBRIC, 4, 3),)
    assert [column.cells for column in store.judges.results("t1", "s1", "f" * 64)] == [(), ()]


def test_results_have_clusters_and_probabilities(store: Store) -> None:
    begun(store, "t1", cases=(case(0, cluster="x"), case(1, cluster="x")), columns=(lane("A", "one"),), samples=2)
    cells = [key(0), key(0, 0, 1), key(1)]
    outputs = answered(store, "t1", cells)
    store.tests.begin_scoring("t1", "s1", (RUBRIC,), NOW)
    scores = [verdict(cell, uid, "pass", probability=0.75) for cell, uid in zip(cells, outputs, strict=True)]
    store.tests.save_scores("s1", scores).result(60)
    [column] = store.judges.results("t1", "s1", HASH)
    assert column.cells == (
        JudgedCell("case-0", "pass", None, "x", 0.75),
        JudgedCell("case-0", "pass", None, "x", 0.75),
        JudgedCell("case-1", "pass", None, "x", 0.75),
    )


def test_queue_reads_what_the_judge_said_and_all_labels(store: Store) -> None:
    outputs = filled(store)
    store.tests.save_scores("s1", [verdict(key(0), outputs[0], "pass", repeats=3, agreeing=2)]).result(60)
    assert store.judges.answers("t1", "s1", HASH, 0) == (
        JudgedAnswerRow(key(0), outputs[0], "pass", 1.0, 3, 2, "pass", "random"),
        JudgedAnswerRow(key(1), outputs[2], "pass", 1.0, 1, 1, "", ""),
    )
    assert [(one.verdict, one.picked) for one in store.judges.answers("t1", "s1", HASH, 1)] == [
        ("fail", "own"),
        ("unscored", ""),
    ]


def test_scoring_again_replaces_the_verdicts_of_a_cell(store: Store) -> None:
    outputs = filled(store)
    store.tests.save_scores("s1", [verdict(key(0), outputs[0], "fail")]).result(60)
    assert store.judges.results("t1", "s1", HASH)[0].cells[0].verdict == "fail"
    store.tests.save_scores("s1", [CellScored(key(0), outputs[0], "pass", 1.0, "")]).result(60)
    assert [cell.case for cell in store.judges.results("t1", "s1", HASH)[0].cells] == ["case-1"]


# The grid


def found(store: Store, rows: RowFilter, column: int | None = None) -> list[int]:
    page = store.tests.page("t1", "s1", GridQuery(rows, column=column), "", 9)
    positions = [row.position for row in page.rows]
    assert store.tests.counts("t1", "s1", GridQuery(column=column)).rows[rows] == len(positions)
    return positions


def test_filter_finds_cells_where_judge_and_label_disagree(store: Store) -> None:
    outputs = filled(store)
    # The judge fails the second cell of the first case, and a person passes it.
    assert (found(store, "label_differs"), found(store, "label_differs", 0)) == ([0], [])
    label(store, outputs[1], "unsure", "l3", at=LATER)
    assert found(store, "label_differs") == []
    # An unscored check agrees with every label.
    label(store, outputs[3], "fail", "l4")
    assert found(store, "label_differs") == []
    label(store, outputs[2], "fail", "l5")
    assert (found(store, "label_differs"), found(store, "label_differs", 1)) == ([1], [])
    label(store, outputs[2], "none", "l6", at=LATER)
    assert found(store, "label_differs") == []


def test_filter_finds_cells_where_judge_and_rule_disagree(store: Store) -> None:
    outputs = filled(store)
    # The rule passes everywhere, the judge fails one cell.
    assert (found(store, "rule_differs"), found(store, "rule_differs", 0)) == ([0], [])
    store.tests.save_scores("s1", [verdict(key(1), outputs[2], "pass", rule="fail")]).result(60)
    assert (found(store, "rule_differs"), found(store, "rule_differs", 0)) == ([0, 1], [1])
    store.tests.save_scores("s1", [verdict(key(1), outputs[2], "fail", rule="unscored")]).result(60)
    assert found(store, "rule_differs", 0) == []


def test_sets_and_other_judged_checks_are_no_rules(store: Store) -> None:
    outputs = filled(store)
    other = Check("factuality", value='"x"')
    both = Check("assert-set", checks=(RUBRIC,))
    score = CellScored(
        key(1),
        outputs[2],
        "fail",
        0.0,
        "",
        tuple((check, CheckResult("fail", 0.0, "")) for check in (other, both)),
        judged=(JudgeVerdictStart(RUBRIC, "pass", 1.0), JudgeVerdictStart(other, "fail", 0.0)),
    )
    store.tests.save_scores("s1", [score]).result(60)
    assert found(store, "rule_differs", 0) == []


def test_filter_finds_cells_where_repeats_disagree(store: Store) -> None:
    outputs = filled(store)
    assert found(store, "repeats_differ") == []
    scores = [verdict(key(0), outputs[0], "pass", repeats=3, agreeing=3)]
    scores += [verdict(key(1), outputs[2], "pass", repeats=3, agreeing=2)]
    store.tests.save_scores("s1", scores).result(60)
    assert (found(store, "repeats_differ"), found(store, "repeats_differ", 1)) == ([1], [])


def test_scoring_without_judges_has_no_disagreements(store: Store) -> None:
    filled(store)
    store.tests.begin_scoring("t1", "s2", (CONTAINS,), LATER).result(60)
    assert store.tests.page("t1", "s2", GridQuery("label_differs"), "", 9).rows == ()
    assert store.tests.counts("t1", "s2", GridQuery()).rows["rule_differs"] == 0


def test_memory_for_results_is_bounded(store: Store) -> None:
    cases, cells = 2_000, 4_000
    begun(store, "t1", cases=[case(number) for number in range(cases)])
    keys = [key(number, column) for number in range(cases) for column in (0, 1)]
    outputs = answered(store, "t1", keys)
    store.tests.begin_scoring("t1", "s1", (RUBRIC,), NOW)
    store.tests.save_scores("s1", [verdict(*one, "pass") for one in zip(keys, outputs, strict=True)]).result(60)
    tracemalloc.start()
    try:
        columns = store.judges.results("t1", "s1", HASH)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(len(column.cells) for column in columns) == cells
    assert peak < 60_000_000 * cells / 50_000
