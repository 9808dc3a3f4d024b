"""What is said of judges: estimates, heads of columns, the pane, and the verdict on a judge."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from workbench.app.judging.estimate_words import judging_question
from workbench.app.judging.judge_choice import chosen_words, judge_start
from workbench.app.judging.judged_among import NOT_ASKED, judged_among, lacks_judge, not_asked
from workbench.app.judging.labelling import progress_words as label_progress
from workbench.app.testing.column_heads import with_judges
from workbench.app.testing.row_filters import FILTER_TIPS, FILTER_TITLES
from workbench.app.testing.source import ShownEstimate, ShownProgress, SuiteOverview
from workbench.app.testing.words import (
    ColumnHead,
    estimate_words,
    holdout_words,
    limit_words,
    progress_words,
    run_face,
    takes_words,
)
from workbench.core.cases import SET, Check
from workbench.core.checks.check_result import CheckResult, unscored
from workbench.core.checks.check_types import NO_JUDGE
from workbench.core.forecast import AmountSpan
from workbench.core.lanes import ECHO, Lane
from workbench.core.run_limits import Limits
from workbench.core.statistics.judge_cells import JudgedCell, JudgeVerdict, RandomLabel
from workbench.core.statistics.judge_error import JudgeError, judge_error
from workbench.core.statistics.judge_words import bias_words, fault_words, verdict_words
from workbench.core.testing.grid import RowFilter
from workbench.core.testing.judged_report import JudgedCheck
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.ui.features.testing.judge_line import judge_line
from workbench.usecases.judging.judge_estimate import JudgeEstimate

JUDGE = JudgeEstimate(64, AmountSpan(0.01, 0.02), ("gpt-5-mini",))
JUDGED = ShownEstimate(144, 64, 0.05, 0.08, 120, judge=JUDGE)
RUBRIC, RULE = Check("llm-rubric"), Check("contains", value='"a"')


def test_calls_of_judges_are_part_of_the_estimate() -> None:
    assert progress_words(144, 80, JUDGED, None, "") == (
        "80 of 144 done · 64 new and up to 64 judgements: $0.05 to $0.08, 2 min"
    )
    assert takes_words(JUDGED).startswith("64 calls and up to 64 judgements, ")
    assert holdout_words(JUDGED) == ("Run the hold-out, 64 calls and up to 64 judgements, about $0.05 to $0.08, 2 min")
    assert "64 calls and up to 64 judgements (your limit is 100)" in limit_words(Limits(calls=100), JUDGED)
    assert limit_words(Limits(calls=128), JUDGED) == ""
    unpriced = replace(JUDGED, judge=replace(JUDGE, cost=None))
    assert estimate_words(unpriced) == "$0.05 to $0.08 + a judge without a price, 2 min"
    assert replace(JUDGED, new=0).judgements == 0


def test_checking_again_asks_only_if_judges_are_paid() -> None:
    assert judging_question(JUDGED) == (
        "Check again? This asks the judge: up to 64 judgements by gpt-5-mini, est. $0.0100–0.0200. What it judged "
        "before is not asked again."
    )
    free = replace(JUDGE, cost=AmountSpan(0.0, 0.0))
    assert judging_question(replace(JUDGED, judge=free)) == ""
    assert judging_question(ShownEstimate(9)) == ""
    assert "cost unknown" in judging_question(replace(JUDGED, judge=replace(JUDGE, cost=None, unpriced=("x",))))


def test_checking_again_is_followed_and_can_be_stopped() -> None:
    checking = ShownProgress("t", "running", 9, 9, scored=4, is_checking=True)
    face = run_face(ShownEstimate(9), checking)
    assert (face.label, face.action, face.others) == ("Stop checking", "stop", ())
    assert progress_words(9, 9, ShownEstimate(9), checking, "") == "9 of 9 done · checking again, 4 checked"


def test_heads_keep_room_for_judges_before_their_error_is_known() -> None:
    heads = (ColumnHead("a"), ColumnHead("b", judged="corrected 71 % (58 to 84)"))
    plain = SuiteOverview("p", SuiteSettings((RULE,)), (), ())
    assert with_judges(heads, plain) == heads
    overview = replace(plain, settings=SuiteSettings((RULE, Check(SET, checks=(RUBRIC,)))))
    assert [one.judged for one in with_judges(heads, overview)] == ["", "corrected 71 % (58 to 84)"]


def test_judges_are_not_asked_outside_of_tests() -> None:
    assert list(judged_among((RULE, Check(SET, checks=(RUBRIC, RULE))))) == [RUBRIC]
    assert lacks_judge(NO_JUDGE)
    passed = CheckResult("pass", 1.0, "true")
    assert not_asked(passed) == passed
    whole = CheckResult("unscored", None, NO_JUDGE, parts=(passed, unscored(NO_JUDGE)))
    told = not_asked(whole)
    assert (told.reason, [part.reason for part in told.parts]) == (NOT_ASKED, ["true", NOT_ASKED])


def test_the_list_of_models_opens_on_the_judge_or_a_tested_model() -> None:
    judge, column = Lane("judge", ECHO, "strict"), Lane("a", ECHO, "acme")
    settings = SuiteSettings(columns=(column,), judge=JudgeSettings(judge))
    assert judge_start(settings, ()).model == "strict"
    assert judge_start(SuiteSettings(columns=(column,)), ()).model == "acme"
    assert judge_start(SuiteSettings(), (Lane("b", ECHO, "other"),)).model == "other"
    assert judge_start(SuiteSettings(), ()).model == "echo"
    assert chosen_words(settings) == "strict judges the answers of this prompt's tests."
    tested = replace(settings, judge=JudgeSettings(replace(column, slot="judge")))
    assert chosen_words(tested).endswith("The judge acme is tested, too: models favour their own answers.")


def measured(caught: int, missed: int, alarms: int, passed: int) -> JudgeError:
    """Return the error of a judge from counts of its verdicts on answers that a person failed or passed."""
    kinds: list[tuple[JudgeVerdict, RandomLabel, int]] = [
        ("fail", "fail", caught), ("pass", "fail", missed), ("fail", "pass", alarms), ("pass", "pass", passed)
    ]  # fmt: skip
    cells = [(verdict, label) for verdict, label, number in kinds for _ in range(number)]
    return judge_error(JudgedCell(f"c{place}", *one) for place, one in enumerate(cells))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (measured(5, 3, 0, 4), ""),
        (measured(10, 0, 0, 10), "The judge agreed with you about every answer."),
        (measured(5, 5, 0, 12), "The judge is too lenient: it passed 5 of 10 answers that you failed."),
        (measured(9, 0, 4, 8), "The judge is too strict: it failed 4 of 12 answers that you passed."),
        (
            measured(5, 5, 5, 5),
            "The judge errs both ways: it passed 5 of 10 answers that you failed and failed 5 of 10 that you passed.",
        ),
        (measured(12, 1, 0, 12), "The judge mostly agrees with you: it passed 1 of 13 answers that you failed."),
    ],
)
def test_what_is_wrong_with_a_judge_is_said_in_one_sentence(error: JudgeError, words: str) -> None:
    assert verdict_words(error) == words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (measured(3, 5, 0, 4), ""),
        (measured(10, 0, 0, 10), ""),
        (measured(5, 5, 0, 12), "Its pass rates are probably too high."),
        (measured(9, 0, 4, 8), "Its pass rates are probably too low."),
        (measured(5, 5, 5, 5), ""),
        # It fails few of many good answers, but more than it passes of the few bad ones.
        (measured(2, 2, 6, 60), ""),
        (measured(60, 6, 2, 2), ""),
    ],
)
def test_it_is_said_what_the_errors_of_a_judge_do_to_pass_rates(error: JudgeError, words: str) -> None:
    assert bias_words(error) == words
    assert fault_words(error) == " ".join(filter(None, (verdict_words(error), words)))


def test_a_verdict_never_stands_without_the_judges_error() -> None:
    few = JudgedCheck("is kind", "h", "llm-rubric", ("gpt-5-mini",), error=measured(3, 0, 0, 3))
    assert judge_line(few) == "Judged by gpt-5-mini · unmeasured"
    many = replace(few, error=measured(9, 1, 2, 18))
    assert judge_line(many) == "Judged by gpt-5-mini · catches 9 of 10 bad answers, fails 2 of 20 good ones"
    assert judge_line(replace(few, error=None, models=())) == "Judged by a model · unmeasured"


def test_labels_are_counted_over_all_columns() -> None:
    assert label_progress(21, 40) == "21 of 40 random labels"
    assert label_progress(0, 1) == "0 of 1 random label"


def test_every_filter_of_rows_has_a_title_and_a_tip() -> None:
    assert list(FILTER_TITLES) == list(FILTER_TIPS)
    assert set(FILTER_TITLES) == set(get_args(RowFilter))
