"""Exports of test runs: answers with case, column and results, and Markdown as the report."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.judging.judges import HASH, filled, label
from tests.store.making import FAILED, LATER, NOW, done, lane, opened, run, text
from tests.store.testing.suites import answered, begun, case, key, scored
from tests.usecases.judged_pairs import JUDGE, compared
from workbench.core.cases import Check
from workbench.core.statistics.results import CellState
from workbench.core.testing.check_hash import check_hash
from workbench.store import Store
from workbench.store.search import run_exports
from workbench.usecases.exchange.exporter import Exporter, ExportProgress, ExportSelection
from workbench.usecases.searcher import Searcher

IS_JSON = Check("is-json", True)
CASES = tuple(case(number, name=f"=Parcel {number}") for number in range(3))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW).result(60)
    yield store
    store.close()


def a_test(store: Store, uid: str = "t1", **fields: Any) -> None:
    """Run three cases in two columns: two pass, one fails, one call fails, two are not scored."""
    begun(store, uid, cases=fields.pop("cases", CASES), **fields)
    cells = [key(number, column) for column in (0, 1) for number in range(3)]
    outputs = [answered(store, uid, [cell], done(f"answer {cell.case}.{cell.column}"))[0] for cell in cells[:5]]
    outputs += answered(store, uid, cells[5:], FAILED)
    store.tests.begin_scoring(uid, f"{uid}.s", (IS_JSON,), LATER).result(60)
    states: tuple[CellState, ...] = ("pass", "fail", "pass", "no_answer")
    scores = [
        scored(cell, output, state, IS_JSON)
        for cell, output, state in zip([*cells[:3], cells[5]], [*outputs[:3], outputs[5]], states, strict=True)
    ]
    store.tests.save_scores(f"{uid}.s", scores).result(60)


def written(store: Store, format_: str, *uids: str) -> tuple[str, ExportProgress]:
    out = io.StringIO()
    progress = Exporter(store, Searcher(store, lambda: NOW, lambda: 0)).write(ExportSelection(uids), format_, out)
    return out.getvalue(), progress


def test_json_lines_have_case_column_and_results(store: Store) -> None:
    a_test(store)
    store.tests.overrule("t1", "t1.1.0.0.1", check_hash(IS_JSON), "pass", "", LATER, "o").result(60)
    made, progress = written(store, "jsonl", "t1")
    lines = [json.loads(line) for line in made.splitlines()]
    assert (progress.runs, progress.answers, progress.note) == (1, 6, "")
    assert [(line["value_set_name"], line["title"], line["text"]) for line in lines[:2]] == [
        *(("=Parcel 0", "one", "answer 0.0"), ("=Parcel 0", "two", "answer 0.1")),
    ]
    assert lines[0]["test"] == {
        **{"state": "pass", "score": 1.0, "reason": "It is pass.", "overruled": 0, "reused": False},
        "checks": [{"type": "not-is-json", "state": "pass", "score": 1.0, "reason": "It is pass."}],
        **{"judged": [], "labels": []},
    }
    assert lines[0]["judge"] == []
    by_place = {(line["value_set"], line["lane"]): line for line in lines}
    # What a person overruled counts; what the check said is beside it.
    assert by_place[2, 1]["test"]["state"] == "pass"
    assert by_place[2, 1]["test"]["overruled"] == 1
    assert by_place[2, 1]["test"]["checks"][0]["state"] == "fail"
    assert by_place[1, 2]["test"]["state"] == ""
    assert by_place[3, 2]["test"]["state"] == "no_answer"
    assert by_place[3, 2]["error"]["code"] == "rate_limit"


def test_json_lines_have_what_judges_and_people_said_apart(store: Store) -> None:
    outputs = filled(store)
    # A correction: only the later label counts.
    label(store, outputs[1], "fail", "l3", at=LATER, note="rude")
    lines = [json.loads(line) for line in written(store, "jsonl", "t1")[0].splitlines()]
    assert [line["output"] for line in lines] == outputs
    judged = [line["test"]["judged"] for line in lines]
    assert judged[0] == [
        {"check": HASH, "type": "llm-rubric", "state": "pass", "score": 1.0, "probability": None}
        | {"repeats": 1, "agreeing": 1}
    ]
    assert [one["state"] for [one] in judged] == ["pass", "fail", "pass", "unscored"]
    assert lines[0]["test"]["labels"] == [
        {"check": HASH, "label": "pass", "picked": "random", "note": "a secret word", "at": NOW}
    ]
    assert [line["test"]["labels"] for line in lines[2:]] == [[], []]
    assert [(one["label"], one["note"]) for one in lines[1]["test"]["labels"]] == [("fail", "rude")]


def test_json_lines_have_comparisons_of_judges_but_not_of_blind_answers(store: Store) -> None:
    for name, blind in (("r1", False), ("r2", True)):
        lanes = (lane("A", "vendor/one"), lane("B", "vendor/two"))
        begin = replace(run(name, text("Where is {{order}}?"), lanes=lanes), blind=blind)
        store.begin_run(begin).result(60)
        for output in (f"{name}.0.0", f"{name}.1.0"):
            store.finish_output(output, done(output), NOW).result(60)
    compared(store, "p", [("r1.0.0", "r1.1.0", "second"), ("r2.0.0", "r2.1.0", "first")])
    lines = [json.loads(line) for line in written(store, "jsonl", "r1")[0].splitlines()]
    assert [line["judge"] for line in lines] == [
        [{"other": "r1.1.0", "verdict": "worse", "judge": JUDGE, "criterion": "The kinder one."}],
        [{"other": "r1.0.0", "verdict": "better", "judge": JUDGE, "criterion": "The kinder one."}],
    ]
    assert {line["verdict"] for line in lines} == {"none"}
    assert [json.loads(line)["judge"] for line in written(store, "jsonl", "r2")[0].splitlines()] == [[], []]


def test_reused_answers_are_exported_at_their_new_place(store: Store) -> None:
    a_test(store)
    begun(store, "t2", cases=CASES[::-1])
    lines = [json.loads(line) for line in written(store, "jsonl", "t2")[0].splitlines()]
    assert [(line["value_set"], line["lane"], line["text"], line["test"]["reused"]) for line in lines] == [
        *((1, 1, "answer 2.0", True), (2, 1, "answer 1.0", True), (2, 2, "answer 1.1", True)),
        *((3, 1, "answer 0.0", True), (3, 2, "answer 0.1", True)),
    ]


def test_table_has_columns_for_results_and_no_formula(store: Store) -> None:
    a_test(store)
    rows = list(csv.DictReader(io.StringIO(written(store, "csv", "t1")[0])))
    assert [(row["value_set_name"], row["result"], row["checks"], row["reused"]) for row in rows[:3]] == [
        *(("'=Parcel 0", "pass", "not-is-json: pass", "no"), ("'=Parcel 0", "", "", "no")),
        ("'=Parcel 1", "fail", "not-is-json: fail", "no"),
    ]
    assert rows[0]["score"] == "1.0"
    assert rows[0]["value: order"] == "0"


def test_markdown_is_the_report_with_the_failing_answers(store: Store) -> None:
    a_test(store)
    text, _ = written(store, "md", "t1")
    assert text.startswith("## Test of `Order bot`")
    assert "answer 1.0" in text
    assert "answer 0.0" not in text


def test_page_says_what_passed(store: Store) -> None:
    a_test(store)
    text, _ = written(store, "html", "t1")
    assert "<footer>passed</footer>" in text
    assert "=Parcel 0" in text


@pytest.mark.parametrize("format_", ["jsonl", "csv", "md", "html"])
def test_answers_of_held_out_cases_are_left_out_and_said(store: Store, format_: str) -> None:
    values = (("order", "zebra"),)
    cases = tuple(case(number, name="Where is it?", values=values, held_out=True) for number in range(3))
    a_test(store, cases=cases, set_name="holdout")
    text, progress = written(store, format_, "t1")
    assert progress.runs == 1
    assert progress.note == "Left out: the answers of 1 hold-out test, of which only totals are shown."
    assert "answer 0.0" not in text
    assert "answer 1.0" not in text
    assert "zebra" not in text
    assert "Where is it?" not in text
    assert '<div class="set">' not in text
    if format_ == "md":
        assert "hold" in text


def test_large_runs_are_read_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_exports, "_ANSWERS", 10)
    cases = tuple(case(number) for number in range(60))
    begun(store, "t1", cases=cases, columns=(lane("A", "one"),))
    for number in range(60):
        answered(store, "t1", [key(number)], done("long " * 20_000))
    sizes = [len(part.detail.outputs) for part in store.exports.parts(["t1"])]
    assert sizes == [10] * 6

    class Nothing:
        def write(self, text: str, /) -> None: ...

    exporter = Exporter(store, Searcher(store, lambda: NOW, lambda: 0))
    tracemalloc.start()
    exporter.write(ExportSelection(("t1",)), "jsonl", Nothing())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # All answers have six megabytes.
    assert peak < 5_000_000
