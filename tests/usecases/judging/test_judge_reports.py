"""Reports of judged tests: the measured error of a judge, corrected rates and preferences."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.app.testing.words import column_head
from workbench.cli.testing_report import lines
from workbench.core.cases import Check
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.core.statistics.judge_words import HELD_OUT, HELD_OUT_STEP
from workbench.core.testing.report import SuiteReport
from workbench.core.testing.settings import SuiteSettings
from workbench.formats.test_reports import FORMATS
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store.judging.records import LabelStart
from workbench.usecases.testing.analysis import SuiteQuestion
from workbench.usecases.testing.bar import SuiteBar
from workbench.usecases.testing.holdout import HoldoutBook
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
        assert column.judging[0].words.startswith("m0: unmeasured, by the judge alone 100 % (")
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
        assert (
            "The judge is too lenient: it passed 6 of 6 answers that you failed. Its pass rates are probably too high."
            in judge.words
        )
        assert any("too lenient" in sentence for sentence in report.sentences)
        (column,) = report.columns
        assert column.judge_words.startswith("judged 100 %, corrected 75 % (")
        assert "by the judge alone 100 %" in column.judging[0].words
        document = json.loads(written(report, "json"))
        assert document["judges"][0]["catch_rate"]["hits"] == 0
        assert document["columns"][0]["judged"][0]["corrected"]["rate"] == 0.75
        assert document["columns"][0]["judged"][0]["raw"]["rate"] == 1.0


def test_nobody_is_asked_to_label_answers_of_the_holdout(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt, given = new_prompt(workbench), judged.settings()
        workbench.store.packs.save_cases(prompt, suites.cases(40)).result(PATIENCE_S)
        workbench.store.tests.save_settings(prompt, given, utc_now()).result(PATIENCE_S)
        book = HoldoutBook(workbench.store, new_uid, utc_now)
        book.set_aside(book.propose(prompt)).result(PATIENCE_S)
        handle = suites.run(workbench, prompt, given, workbench.store.packs.cases(prompt), set_name="holdout")
        report = report_of(workbench, prompt, handle.run_uid)
        (judge,), (column,) = report.judged.judges, report.columns
        assert column.judge_words == "judge unmeasured"
        assert judge.words.endswith(" Unmeasured here: answers of the hold-out stay unseen.")
        assert judge.note == f"{HELD_OUT} {HELD_OUT_STEP}"
        assert judge.step == "label"
        assert column.judging[0].words.startswith("m0: unmeasured, by the judge alone 100 % (")
        assert "label" not in column.judging[0].words


def judged_and_labelled(workbench: Workbench, prompt: str, given: SuiteSettings, *fails_of: int) -> str:
    """Test 40 cases by a judge that passes everything, label 24 answers of each column, and return the run.

    Of each eight answers a person fails so many.
    """
    handle = suites.run(workbench, prompt, given, suites.cases(40))
    for column, fails in enumerate(fails_of):
        label(workbench, handle.run_uid, column, lambda n, fails=fails: "fail" if n % 8 < fails else "pass", 24)
    return handle.run_uid


def test_a_measured_judge_concludes_by_corrected_rates_with_its_own_ones_beside(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        # The judge passes everything, so no difference shows; a person fails most of the second column.
        run = judged_and_labelled(workbench, prompt, judged.settings(*suites.lanes(3)), 1, 8, 2)
        report = report_of(workbench, prompt, run)
        first, second, third = report.columns
        correction = second.judging[0].correction
        assert correction.startswith(
            "Corrected for the judge's errors, m1 passes less often than the baseline m0: −88 "
        )
        assert correction.endswith(" adjusted for 2 columns.")
        # The corrected conclusion comes first, wherever conclusions stand, and what the judge says alone is beside it.
        assert report.sentences[:2] == (second.sentence, third.sentence)
        assert second.sentence.startswith(f"{correction} By the judge alone, no difference is shown: m1 fixed 0 cases")
        assert "more cases would" not in second.sentence
        assert (second.conclusion, second.verdict) == ("worse", "worse, corrected")
        assert (third.conclusion, third.verdict) == ("no_difference", "no difference shown, corrected")
        assert "no difference between m2 and the baseline m0 is shown" in third.sentence
        assert (first.judging[0].correction, first.judging[0].difference, first.corrected) == ("", None, None)
        head = column_head(second, first.summary)
        assert (head.verdict, head.tone) == ("worse, corrected · −88 points", "red")
        assert column_head(third, first.summary).tone == "muted"
        document = json.loads(written(report, "json"))
        column = document["columns"][1]
        assert (column["verdict"], column["is_corrected"], column["sentence"]) == ("worse", True, second.sentence)
        assert document["columns"][0]["is_corrected"] is False
        assert document["sentences"][0] == second.sentence
        said = column["judged"][0]
        assert (said["difference"]["raw"], said["correction"]) == (0.0, correction)
        assert said["difference"]["interval"][1] < 0 > said["difference"]["corrected"]
        markdown, terminal = written(report, "markdown"), list(lines(report))
        assert markdown.index("m1 passes less often than the baseline m0") < markdown.index("| Column |")
        assert "| worse, corrected |" in markdown
        assert markdown.count("m1 passes less often than") == 1
        assert second.sentence in terminal
        assert next(line for line in terminal if line.startswith("  m1")).endswith("· worse, corrected")
        assert second.sentence.partition(",")[0] in written(report, "junit").replace("&apos;", "'")
        for one in (markdown, *terminal, *report.sentences, json.dumps(document, ensure_ascii=False)):
            assert "No difference shown between m1" not in one


def test_a_rule_beside_the_judge_leaves_the_conclusion_uncorrected_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(*suites.lanes(2), checks=(judged.POLITE, suites.HELLO))
        report = report_of(workbench, prompt, judged_and_labelled(workbench, prompt, given, 1, 8))
        _, second = report.columns
        assert report.sentences[0] == second.sentence
        assert second.sentence.startswith(
            "Corrected for the judge's errors, m1 passes the judged check less often than the baseline m0: −88 points, "
        )
        assert " By all checks, uncorrected, no difference is shown: m1 fixed" in second.sentence
        assert (second.conclusion, second.verdict) == ("no_difference", "no difference shown, uncorrected")
        assert second.corrected is None
        assert column_head(second, None).verdict == "no difference shown, uncorrected · ±0"


def test_no_worse_stands_on_corrected_rates(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        columns = suites.lanes(3)
        given = judged.settings(*columns, no_worse=tuple(one.slot for one in columns[1:]), margin=0.1)
        run = judged_and_labelled(workbench, prompt, given, 1, 8, 3)
        bar = SuiteQuestion(no_worse=True, bar=SuiteBar(None, no_worse=True))
        report = workbench.tests.analyst.report("Greeting", run, given, bar)
        _, second, third = report.columns
        assert second.no_worse is not None
        assert third.no_worse is not None
        # By the judge alone both are alike: it passes everything.
        assert (second.no_worse.holds, third.no_worse.holds) == (False, False)
        assert second.no_worse_sentence.startswith(
            "Corrected for the judge's errors, not shown that m1 is no worse than m0 by more than 10 points"
        )
        assert report.bar == "not_held"
        wide = workbench.tests.analyst.report("Greeting", run, replace(given, margin=0.5), bar).columns[2]
        assert wide.no_worse is not None
        assert wide.no_worse.holds
        assert wide.no_worse_sentence.startswith(
            "Corrected for the judge's errors, m2 is no worse than m0 by more than"
        )


def test_a_comparison_with_another_run_keeps_its_baseline(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(*suites.lanes(2))
        before = suites.run(workbench, prompt, given, suites.cases(40)).run_uid
        run = suites.run(workbench, prompt, given, suites.cases(40), round_="fresh").run_uid
        for column, fails in enumerate((1, 8)):
            label(workbench, run, column, lambda n, fails=fails: "fail" if n % 8 < fails else "pass", 24)
        asked = SuiteQuestion(baseline_run=before)
        report = workbench.tests.analyst.report("Greeting", run, given, asked)
        assert all("of test run" in column.sentence and column.corrected is None for column in report.columns)
        correction = report.columns[1].judging[0].correction
        assert correction.startswith("Corrected for the judge's errors, m1 passes less often than the baseline m0")
        assert correction in report.sentences, "it stands apart: it is about another baseline"


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
