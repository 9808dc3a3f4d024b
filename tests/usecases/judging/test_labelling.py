"""Labelling answers blind: the random sample first, then borderline answers; undo; files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.testing.case_table import CaseTable
from workbench.host.ids import new_uid
from workbench.store.judging.records import JudgedAnswerRow
from workbench.usecases.case_import import CaseImporter
from workbench.usecases.judging.label_order import random_prefix
from workbench.usecases.judging.labelling import LabellingSession
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench


@dataclass
class JudgedRun:
    """A judged test run with two columns."""

    workbench: Workbench
    prompt: str
    run_uid: str
    check_hash: str

    def session(self) -> LabellingSession:
        session = self.workbench.judges.labelling(self.run_uid, self.check_hash)
        session.start()
        return session

    def labels(self) -> dict[str, tuple[str, str]]:
        found = self.workbench.store.judges.labels(self.run_uid, self.check_hash)
        return {one.output_uid: (one.label, one.picked) for one in found}

    def read(self, name: str, text: str, directory: Path) -> CaseTable:
        path = directory / name
        path.write_text(text, "utf-8")
        return CaseImporter(self.workbench.store, new_uid).read_file(path, lambda rows: None)


@contextmanager
def judged_run(directory: Path, cases: int = 30, score: float = 0.9) -> Iterator[JudgedRun]:
    with opened(directory, judged.script(strict=judged.verdict(True, score))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(*suites.lanes(2)), suites.cases(cases))
        run = workbench.store.tests.run(handle.run_uid)
        (fact,) = workbench.store.judges.checks(run.uid, run.scoring_uid)
        yield JudgedRun(workbench, prompt, run.uid, fact.check_hash)


def drained(session: LabellingSession, most: int) -> list[str]:
    """Label answers as passing, and return them in order."""
    found = []
    while len(found) < most and (shown := session.current()) is not None:
        found.append(shown.output_uid)
        session.label("pass")
    return found


def columns_of(one: JudgedRun, outputs: list[str]) -> list[int]:
    run = one.workbench.store.tests.run(one.run_uid)
    by_uid = {
        row.output_uid: row.key.column
        for column in run.columns
        for row in one.workbench.store.judges.answers(one.run_uid, run.scoring_uid, one.check_hash, column.position)
    }
    return [by_uid[uid] for uid in outputs]


def test_what_is_shown_tells_neither_column_nor_judge(tmp_path: Path) -> None:
    with judged_run(tmp_path, 3) as one:
        shown = one.session().current()
        assert shown is not None
        assert "It is polite" in shown.check
        assert shown.values[0][0] == "name"
        assert shown.text.startswith("Hello name")
        said = repr(shown)
        assert "m0" not in said
        assert "m1" not in said
        assert "greets" not in said


def test_a_random_sample_of_each_column_comes_first(tmp_path: Path) -> None:
    with judged_run(tmp_path) as one:
        session = one.session()
        assert (session.progress().labelled, session.progress().sample) == (0, 40)
        first = drained(session, 40)
        columns = columns_of(one, first)
        assert columns.count(0) == columns.count(1) == 20
        assert columns[:10].count(0) == 5
        assert columns != sorted(columns)
        assert set(one.labels().values()) == {("pass", "random")}
        assert (session.progress().labelled, session.progress().sample) == (40, 40)
        # Scores are not near the threshold: chance draws the rest.
        drained(session, 100)
        assert len(one.labels()) == 60
        assert set(one.labels().values()) == {("pass", "random")}


def test_the_order_is_the_same_tomorrow(tmp_path: Path) -> None:
    with judged_run(tmp_path, 12) as one:
        session, order = one.session(), list[str]()
        while (shown := session.current()) is not None and shown.output_uid not in order:
            order.append(shown.output_uid)
            session.skip()
        assert len(order) == 24
        first = drained(one.session(), 5)
        assert first == order[:5]
        # A second session goes on where the first one ended.
        assert drained(one.session(), 5) == order[5:10]


def test_skipped_answers_come_again_before_borderline_ones(tmp_path: Path) -> None:
    with judged_run(tmp_path, 25, score=0.55) as one:
        session = one.session()
        first = session.current()
        assert first is not None
        assert session.picked == "random"
        session.skip()
        assert drained(session, 40)[-1] == first.output_uid
        assert session.progress().labelled == 40
        assert session.picked == "borderline"


def test_borderline_answers_follow_and_do_not_measure(tmp_path: Path) -> None:
    with judged_run(tmp_path, 25, score=0.55) as one:
        session = one.session()
        drained(session, 40)
        drained(session, 3)
        picks = [picked for _, picked in one.labels().values()]
        assert (picks.count("random"), picks.count("borderline")) == (40, 3)
        # When chance draws such an answer, its blind label counts without asking again.
        left = drained(one.session(), 100)
        assert len(left) == 7
        assert len(one.labels()) == 50


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JudgedRun]:
    """A run in which the judge is unsure about every second answer."""
    with judged_run(tmp_path, 40) as one:
        judges = one.workbench.store.judges
        read = judges.answers

        def answers(*which: Any) -> tuple[JudgedAnswerRow, ...]:
            rows = sorted(read(*which), key=lambda row: row.key)
            return tuple(row._replace(score=0.55 if number % 2 else 0.95) for number, row in enumerate(rows))

        monkeypatch.setattr(judges, "answers", answers)
        yield one


def is_chance(one: JudgedRun) -> bool:
    """Return whether the labels that measure the judge are those of the answers that chance draws first."""
    counting = {uid for uid, (_, picked) in one.labels().items() if picked == "random"}
    run = one.workbench.store.tests.run(one.run_uid)
    drawn: set[str] = set()
    for column in run.columns:
        rows = one.workbench.store.judges.answers(one.run_uid, run.scoring_uid, one.check_hash, column.position)
        drawn |= random_prefix(one.check_hash, rows, dict.fromkeys(counting))
    return counting == drawn


def test_answers_that_were_borderline_first_stay_in_the_sample_of_chance(mixed: JudgedRun) -> None:
    session = mixed.session()
    drained(session, 40)
    assert session.picked == "borderline"
    doubtful = 0
    while session.picked == "borderline":
        session.label("pass")
        doubtful += 1
    assert doubtful > 10
    asked = 40 + doubtful
    # Without the borderline ones, those that chance draws now are all answers about which the judge is sure.
    while session.current() is not None:
        assert is_chance(mixed)
        session.label("pass")
        asked += 1
    assert asked == 80
    assert set(mixed.labels().values()) == {("pass", "random")}


def test_a_skipped_borderline_answer_is_asked_again_when_chance_draws_it(mixed: JudgedRun) -> None:
    session = mixed.session()
    drained(session, 40)
    skipped = session.current()
    assert skipped is not None
    assert session.picked == "borderline"
    session.skip()
    assert session.left == 40
    assert skipped.output_uid in drained(session, 100)
    assert session.left == 0
    assert set(mixed.labels().values()) == {("pass", "random")}


def test_a_borderline_label_that_counts_by_now_can_be_undone(mixed: JudgedRun) -> None:
    session = mixed.session()
    drained(session, 40)
    while session.picked == "borderline":
        session.label("pass")
    drained(session, 100)
    assert len(mixed.labels()) == 80
    while session.can_undo:
        session.undo()
        assert is_chance(mixed) or session.picked == "random"
    assert mixed.labels() == {}
    drained(session, 100)
    assert is_chance(mixed)
    assert len(mixed.labels()) == 80


def test_undo_shows_the_answer_again(tmp_path: Path) -> None:
    with judged_run(tmp_path, 2) as one:
        session = one.session()
        first = session.current()
        second = session.label("fail")
        assert first is not None
        assert session.can_undo
        assert one.labels()[first.output_uid] == ("fail", "random")
        assert session.undo() == first
        assert one.labels() == {}
        assert session.label("pass") == second
        assert one.labels()[first.output_uid] == ("pass", "random")
        assert session.skip() != second
        session.undo()
        assert not session.can_undo


def test_labels_measure_the_judge(tmp_path: Path) -> None:
    with judged_run(tmp_path, 20) as one:
        session = one.session()
        number = 0
        while session.current() is not None:
            session.label("fail" if number % 4 == 0 else "pass")
            number += 1
        report = one.workbench.tests.analyst.newest("Greeting", one.prompt, one.run_uid)
        (judge,) = report.judged.judges
        assert judge.labels == 40
        assert judge.is_measured
        assert "catches 0 of 10 answers that you failed" in judge.words


def test_what_cannot_be_labelled_is_refused(tmp_path: Path) -> None:
    with judged_run(tmp_path, 1) as one, pytest.raises(RefusedError, match="was judged by this check"):
        one.workbench.judges.labelling(one.run_uid, "0" * 64)


def filled(one: JudgedRun, says: Callable[[int], str]) -> str:
    """Return the sheet of the random sample, filled in."""
    rows = list(one.workbench.judges.files.sheet(one.run_uid, one.check_hash))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rows[0])
    for number, row in enumerate(rows[1:]):
        writer.writerow([*row[:-2], says(number), ""])
    return out.getvalue()


def test_the_random_sample_can_be_labelled_in_a_sheet(tmp_path: Path) -> None:
    with judged_run(tmp_path, 25) as one:
        table = one.read("labels.csv", filled(one, lambda n: "fail" if n % 5 == 0 else "pass"), tmp_path)
        plan = one.workbench.judges.files.plan(one.run_uid, table)
        assert (len(plan.labels), plan.random, plan.left_out) == (40, 40, ())
        assert plan.summary == "40 labels to import. 40 of the labels are of the random sample."
        assert one.workbench.judges.files.run(plan) == 40
        assert list(one.labels().values()).count(("fail", "random")) == 8


def test_labels_of_chosen_answers_do_not_measure(tmp_path: Path) -> None:
    with judged_run(tmp_path, 25) as one:
        rows = [{"case": f"Case {n}", "column": "m0", "sample": 1, "label": "pass"} for n in range(5)]
        text = "\n".join(map(json.dumps, rows))
        plan = one.workbench.judges.files.plan(one.run_uid, one.read("labels.jsonl", text, tmp_path))
        assert len(plan.labels) == 5
        assert plan.random < 5
        one.workbench.judges.files.run(plan)
        assert len(one.labels()) == 5


def test_rows_that_do_not_fit_are_left_out_with_a_reason(tmp_path: Path) -> None:
    with judged_run(tmp_path, 3) as one:
        text = (
            "case,column,label,kind\nCase 0,m0,pass,\nCase 0,m0,fail,\nCase 9,m0,pass,\nCase 1,m0,maybe,\n"
            "Case 1,m9,pass,\nCase 1,1,fail,overrule\nCase 1,m0,,\n2,2,unsure,label\n"
        )
        plan = one.workbench.judges.files.plan(one.run_uid, one.read("labels.csv", text, tmp_path))
        assert (len(plan.labels), len(plan.overrules)) == (2, 1)
        assert len(plan.left_out) == 5
        said = " ".join(plan.reasons)
        for part in ("An earlier row", "“Case 9”", "“maybe” is not a label", "“m9”", "It has no label."):
            assert part in said
        one.workbench.judges.files.run(plan)
        found = judged.detail(one.workbench, one.run_uid, 1).overruled[0]
        assert found is not None
        assert found.state == "fail"
        assert judged.states(one.workbench, one.run_uid)[0] == ["pass", "fail", "pass"]


@pytest.mark.parametrize("sample", ["0", "-1", "two", "1.5", "٢x"])
def test_a_sample_is_a_number_from_one(tmp_path: Path, sample: str) -> None:
    with judged_run(tmp_path, 2) as one:
        text = f"case,column,sample,label\nCase 0,m0,{sample},pass\nCase 1,m0,1,pass\nCase 0,m1,2,pass\n"
        plan = one.workbench.judges.files.plan(one.run_uid, one.read("labels.csv", text, tmp_path))
        assert [one.label for one in plan.labels] == ["pass"]
        assert f"“{sample}” is not a sample number." in plan.reasons[0]
        assert "was not judged by the check" in plan.reasons[1]


def test_a_file_without_the_needed_columns_is_refused(tmp_path: Path) -> None:
    with judged_run(tmp_path, 1) as one, pytest.raises(RefusedError, match="has a column “label”"):
        one.workbench.judges.files.plan(one.run_uid, one.read("labels.csv", "a,b\n1,2\n", tmp_path))
