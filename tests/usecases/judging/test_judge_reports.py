"""Reports of judged tests: the measured error of a judge, corrected rates and preferences."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.cli.testing_report import lines
from workbench.core.cases import Check
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.core.testing.report import SuiteReport
from workbench.formats.test_reports import FORMATS
from workbench.host.ids import new_uid
from workbench.store.judging.records import LabelStart
from workbench.usecases.workbench import Workbench

BEST = Check("select-best", value='"the friendlier one"')


def label(workbench: Workbench, run_uid: str, column: int, says: Callable[[int], str], count: int) -> None:
    """Label the first answers of a column, as drawn at random."""
    run = workbench.store.tests.run(run_uid)
    (fact,) = workbench.store.judges.checks(run_uid, run.scoring_uid)
    rows = workbench.store.judges.answers(run_uid, run.scoring_uid, fact.check_hash, column)[:count]
    starts = [
        LabelStart(new_uid(), row.output_uid, fact.check_hash, says(n), "random")  # type: ignore[arg-type]
        for n, row in enumerate(rows)
    ]
    workbench.store.judges.add_labels(run_uid, starts, "2026-01-01T00:00:00Z").result(PATIENCE_S)


def report_of(workbench: Workbench, prompt: str, run_uid: str) -> SuiteReport:
    return workbench.tests.analyst.newest("Greeting", prompt, run_uid)


def written(report: SuiteReport, format_: str) -> str:
    return "".join(FORMATS[format_].write(report, lambda: iter(())))


def test_unmeasured_stands_beside_every_number_of_a_judge(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(12))
        report = report_of(workbench, prompt, handle.run_uid)
        (column,) = report.columns
        assert column.judge_words == "judge unmeasured"
        assert (
            column.judging[0].words.startswith("current m0: unmeasured, raw 100 %") or "raw" in column.judging[0].words
        )
        assert any("Unmeasured: label 20 random answers" in sentence for sentence in report.sentences)
        assert (report.judged.judgements, report.judged.reused) == (12, 0)
        for format_ in ("json", "markdown", "junit"):
            assert "nmeasured" in written(report, format_)
        assert "(judge unmeasured)" in "\n".join(lines(report))


def test_labels_measure_a_judge_and_correct_the_rates(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(40))
        # The judge passes everything; a person fails every fourth answer.
        label(workbench, handle.run_uid, 0, lambda n: "fail" if n % 4 == 0 else "pass", FEWEST_LABELS + 4)
        report = report_of(workbench, prompt, handle.run_uid)
        (judge,) = report.judged.judges
        assert judge.is_measured
        assert judge.labels == 24
        assert "catches 0 of 6 answers that you failed" in judge.words
        # In words for people who never heard of catch rates, wherever the judge is named.
        assert "The judge is too lenient: it passed 6 answers that you failed." in judge.words
        assert any("too lenient" in sentence for sentence in report.sentences)
        (column,) = report.columns
        assert column.judge_words.startswith("judged 100 %, corrected 75 % (")
        assert "raw 100 %" in column.judging[0].words
        document = json.loads(written(report, "json"))
        assert document["judges"][0]["catch_rate"]["hits"] == 0
        assert document["columns"][0]["judged"][0]["corrected"]["rate"] == 0.75
        assert document["columns"][0]["judged"][0]["raw"]["rate"] == 1.0


def test_a_correction_stands_beside_the_conclusion_that_it_changes(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(*suites.lanes(3)), suites.cases(40))
        # The judge passes everything, so no difference shows; a person fails most of the second column.
        for column, every in enumerate((8, 1, 4)):
            fails = [number % 8 < 8 // every for number in range(FEWEST_LABELS + 4)]
            label(workbench, handle.run_uid, column, lambda n, fails=fails: "fail" if fails[n] else "pass", len(fails))
        report = report_of(workbench, prompt, handle.run_uid)
        second, third = report.columns[1].judging[0], report.columns[2].judging[0]
        assert report.sentences[0].startswith("No difference shown between m1 and the baseline m0")
        assert report.sentences[1] == second.correction
        assert second.correction.startswith("Corrected for the judge's errors, m1 passes less often than the baseline")
        assert second.correction.endswith("By the judge alone: 0 points.")
        assert report.sentences[report.sentences.index(report.columns[2].sentence) + 1] == third.correction
        assert "no difference between m2 and the baseline m0 is shown" in third.correction
        assert (report.columns[0].judging[0].correction, report.columns[0].judging[0].difference) == ("", None)
        assert report.judged.correction(report.judged.judges[0]) == second.correction, "it changes most"
        document = json.loads(written(report, "json"))
        said = document["columns"][1]["judged"][0]
        assert (said["difference"]["raw"], said["correction"]) == (0.0, second.correction)
        assert said["difference"]["interval"][1] < 0 > said["difference"]["corrected"]
        assert "m1 passes less often than the baseline m0" in written(report, "markdown")
        assert second.correction in list(lines(report))


def test_preferences_are_counted_and_tested(tmp_path: Path) -> None:
    first = {"reason": "Friendlier.", "better": "first"}
    script = {"models": {"m1": [{"text": "Hello dear"}], "strict": [{"text": json.dumps(first)}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(*suites.lanes(2), checks=(BEST,))
        handle = suites.run(workbench, prompt, given, suites.cases(4))
        report = report_of(workbench, prompt, handle.run_uid)
        baseline, column = report.columns
        assert not baseline.judging
        preference = column.judging[0].preference
        assert preference is not None
        assert (preference.cases, preference.won, preference.lost, preference.undecided) == (4, 0, 0, 4)
        assert any("preferred in 0 of 4 cases" in sentence for sentence in report.sentences)


def test_a_judge_that_is_tested_is_said_in_the_report(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(m0=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(judge=suites.lanes(1)[0])
        handle = suites.run(workbench, prompt, given, suites.cases(1))
        report = report_of(workbench, prompt, handle.run_uid)
        assert "The judge m0 is tested, too: models favour their own answers." in report.sentences
