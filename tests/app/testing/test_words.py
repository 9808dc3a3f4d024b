"""Texts of the Test view: progress, buttons, cells, and tables for the clipboard."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from workbench.app.testing.cell_words import beside_words, cell_tip, cell_words, samples_words
from workbench.app.testing.column_heads import grid_heads
from workbench.app.testing.pivot_words import PivotWords
from workbench.app.testing.settings_form import budget_words
from workbench.app.testing.source import ShownEstimate, ShownProgress
from workbench.app.testing.table_copy import TableFormat, table_text
from workbench.app.testing.words import (
    ColumnHead,
    HeadFigure,
    about_seconds,
    about_words,
    column_head,
    column_title,
    estimate_words,
    old_words,
    progress_words,
    run_face,
    split_sentence,
    takes_words,
)
from workbench.core.lanes import Lane
from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults
from workbench.core.statistics.wording import gaps_words, rate_words
from workbench.core.testing.grid import GridCell, GridRow, SuiteColumn, SuiteRun
from workbench.core.testing.grid_layout import GridLayout
from workbench.core.testing.grid_shape import ColumnKey, grid_shape
from workbench.core.testing.report import ColumnReport, SuiteReport

NEW = ShownEstimate(144, 64, 0.04, 0.06, 120)


def test_progress_is_what_is_done_and_what_more_would_take() -> None:
    assert progress_words(144, 80, NEW, None, "$1.00") == (
        "80 of 144 done · 64 new: $0.04 to $0.06, 2 min · budget $1.00"
    )
    running = ShownProgress("t", "running", 144, 90, running=4, spent_usd=0.02)
    assert progress_words(144, 90, NEW, running, "") == "90 of 144 done · 4 running · $0.02 spent"
    budget = ShownProgress("t", "budget", 144, 90, sentence="The budget of $1.00 is spent")
    assert "The budget of $1.00 is spent · 64 new" in progress_words(144, 90, NEW, budget, "")


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (ShownEstimate(9, 9), ""),
        (ShownEstimate(9, 9, 0.5, 0.5), "$0.50"),
        (ShownEstimate(9, 9, 1.25, 2.5, 4000), "$1.25 to $2.50, 1 h 7 min"),
        (ShownEstimate(9, 9, unpriced=2), "2 columns without a price"),
        (ShownEstimate(9, 9, 0.01, 0.01, 5, unpriced=1), "$0.01 + 1 column without a price, 5 s"),
    ],
)
def test_estimate_says_what_is_known(estimate: ShownEstimate, words: str) -> None:
    assert estimate_words(estimate) == words


def test_short_times_and_limits() -> None:
    assert [about_seconds(one) for one in (0.2, 59, 61, 3600)] == ["1 s", "59 s", "1 min", "1 h"]
    assert budget_words(1, 500, 10) == "$1.00, 500 calls, 10 min"
    assert budget_words(None, None, None) == ""


def test_main_button_says_what_it_does() -> None:
    assert run_face(NEW, None).label == "Run 64 new"
    assert run_face(ShownEstimate(144), None).action == "fresh"
    refused = run_face(ShownEstimate(9, 9, refusal="Set a limit of calls."), None)
    assert (refused.action, refused.why_not) == ("start", "Set a limit of calls.")
    assert run_face(NEW, ShownProgress("t", "running")).others == (("Stop", "stop"),)
    assert run_face(NEW, ShownProgress("t", "paused")).action == "resume"
    assert run_face(NEW, ShownProgress("t", "stopped"), 3).others == (("Retry 3 failed calls", "retry"),)


def test_short_label_of_the_main_button_is_clear_by_itself() -> None:
    assert run_face(ShownEstimate(144), None).brief == "Rerun"
    assert run_face(NEW, ShownProgress("t", "stopped", 144, 80)).brief == "Resume"


def test_column_is_named_after_its_version_only_beside_others() -> None:
    one, two = (SuiteColumn(place, Lane(f"c{place}", "e", f"m{place}"), 1, "#14") for place in range(2))
    other = replace(two, position=2, version=2, version_name="test 3")
    assert [head.title for head in grid_heads((one, two), None, None)] == ["m0", "m1"]
    assert [head.title for head in grid_heads((one, two, other), None, None)] == ["#14 · m0", "#14 · m1", "test 3 · m1"]
    assert (column_title(one), column_title(one, (one, two))) == ("#14 · m0", "m0")
    nameless = replace(one, lane=Lane("c", "e", ""))
    assert column_title(nameless, (nameless,)) == "#14"


def test_columns_of_a_run_are_named_after_their_version_once_others_are_added() -> None:
    columns = tuple(SuiteColumn(place, Lane(f"c{place}", "e", f"m{place}"), 1, "#14") for place in range(2))
    run = SuiteRun("r", 1, "", 1, 1, columns, 0, 1, 2)
    summary = summarise(ColumnResults("m", ()))
    report = SuiteReport(
        "", 1, "r", "", tuple(ColumnReport(one.lane.model, "#14", one.lane.model, False, summary) for one in columns), 1
    )
    assert [head.title for head in grid_heads(columns, run, report)] == ["m0", "m1"]
    added = (*columns, SuiteColumn(2, Lane("c2", "e", "m0"), 0, "draft"))
    assert [head.title for head in grid_heads(added, run, report)] == ["#14 · m0", "#14 · m1", "draft · m0"]


def test_head_says_what_its_cost_is_counted_per() -> None:
    head = ColumnHead("m", figures=(HeadFigure("0.8 s", "+0.1", "red"), HeadFigure("$0.12", "", unit="per 1,000")))
    assert head.words == "m\n0.8 s +0.1 · $0.12 per 1,000"


def scored_column(seconds: float, cost: float, *samples: str) -> ColumnResults:
    """Return a column with a case for each text of samples: + passes, - fails, ? is unscored."""
    states: dict[str, CellState] = {"+": "pass", "-": "fail", "?": "unscored"}
    return ColumnResults(
        "m",
        tuple(
            CaseResults(
                str(at),
                tuple(
                    CellResult(states[sign], score=float(sign == "+"), seconds=(1 + at) * seconds, cost_usd=cost)
                    for sign in signs
                ),
            )
            for at, signs in enumerate(samples)
        ),
    )


def test_head_has_every_figure_of_its_column_and_what_it_differs_by_from_the_baseline() -> None:
    base = scored_column(0.1, 0.001, *["--"] * 6, *["++"] * 5)
    other = scored_column(0.2, 0.0025, *["++"] * 9, "+-", "??")
    (comparison,) = compare_columns(base, [other])
    columns = tuple(
        ColumnReport(
            one.name,
            "#1",
            "m",
            is_baseline,
            summarise(one),
            None if is_baseline else comparison,
            rate_words(summarise(one).passes),
            gaps_words(summarise(one)),
            "" if is_baseline else "better",
        )
        for one, is_baseline in ((base, True), (other, False))
    )
    first, second = (column_head(column, columns[0].summary) for column in columns)
    assert (first.verdict, first.rate_words) == ("baseline", "45 % (19 to 74)")
    assert first.figures == (HeadFigure("0.6 s"), HeadFigure("$1.00", unit="per 1,000"))
    # 9 of 10 scored cases pass in both samples, one in one of them.
    assert second.rate_words.startswith("95 % (")
    assert second.rate_words.endswith("9 % unscored")
    assert second.figures == (HeadFigure("1.2 s", "+0.6", "red"), HeadFigure("$2.50", "+$1.50", "red", "per 1,000"))
    details = "\n".join(second.details)
    assert "Mean score 0.95" in details
    assert "Latency quartiles 0.7, 1.2 and 1.8 s" in details
    assert "$2.50 per 1,000 calls" in details
    assert "Only some samples pass: 1 case" in details
    assert "All 2 samples pass: 90 %" in details
    assert details in second.words


def test_nothing_starts_before_it_is_known_what_that_takes() -> None:
    unknown, done = ShownEstimate(), ShownProgress("t", "stopped", 144, 80)
    assert run_face(unknown, done, counting=True).why_not == "Counting the answers that are still to come…"
    assert run_face(unknown, ShownProgress("t", "running"), counting=True).action == "pause"


def test_cells_in_words() -> None:
    cell = GridCell("fail", "o", "Please\nwait.", "“7” is missing", 0.5, 1, 3, 3)
    assert cell_words(cell, results=False) == "Please wait."
    assert cell_words(cell, results=True) == "passes 1 of 3 · 0.50 · “7” is missing"
    assert samples_words(cell) == "1 of 3 · passes 1, fails 2: flaky"
    assert samples_words(GridCell("pass")) == ""


def test_sentence_begins_with_its_conclusion() -> None:
    said = "#14 is better than the baseline #10: it fixed 14 cases and broke 3 of 48 (difference 23 points)."
    assert split_sentence(said)[0] == "#14 is better than the baseline #10:"
    assert "".join(split_sentence(said)) == said
    few = "#14 fixed 2 cases and broke 0 of 8, against the baseline #10. 8 cases are too few for a rate: 10 are needed."
    assert split_sentence(few)[0] == "#14 fixed 2 cases and broke 0 of 8, against the baseline #10."


HOSTILE = GridRow(0, "c", "=1+1 | <b>", ("t",), (GridCell("fail", text="| a <script>\nb"), GridCell("open")))
HEADS = (ColumnHead("#10 · m", "baseline", rate_words="69 % (55 to 80)"), ColumnHead("#14 · m"))


def test_copied_table_cannot_be_broken_by_its_texts() -> None:
    words = PivotWords(grid_shape(GridLayout(), [ColumnKey("#10", "m"), ColumnKey("#14", "m")], 1), HEADS)

    def copied(kind: TableFormat) -> str:
        return table_text(kind, words, {0: HOSTILE}.get, [0], 1, results=False)

    markdown = copied("markdown").splitlines()
    assert [line.replace("\\|", "").count("|") for line in markdown] == [5, 5, 5]
    assert "\\<script\\>" in markdown[2]
    rows = list(csv.reader(io.StringIO(copied("csv"))))
    assert rows[1] == ["'=1+1 | <b>", "t", "✗ | a <script> b", ""]
    text = copied("html")
    assert "<script>" not in text
    assert text.count("<td>") == 4


def test_stored_run_is_resumed_and_a_probe_begins_no_test() -> None:
    def face(new: int, cells: int, answered: int, failed: int = 0, *, probe: bool = False) -> tuple[str, str]:
        progress = ShownProgress("r", "stopped", cells, answered)
        found = run_face(ShownEstimate(60, new), progress, failed, probe=probe)
        return found.label, found.action

    assert face(40, 60, 20) == ("Resume 40 open", "start")
    assert face(43, 60, 20, 3) == ("Resume 40 open", "start")
    assert face(3, 60, 60, 3) == ("Retry 3 failed calls", "retry")
    # Cases or columns have changed since.
    assert face(60, 40, 20) == ("Run 60 new", "start")
    assert face(20, 60, 60) == ("Run 20 new", "start")
    assert face(0, 60, 60) == ("Run all afresh", "fresh")
    assert face(4, 60, 56, probe=True) == ("Resume 4 open", "resume")
    assert face(0, 60, 60, probe=True) == ("Done", "resume")
    stored = run_face(ShownEstimate(60, 0), ShownProgress("r", "finished", 40, 40), stored=True)
    assert (stored.label, stored.action) == ("Compare stored answers", "start")
    assert "nothing is paid" in stored.takes


def test_what_a_start_takes_has_calls_tokens_money_and_time() -> None:
    estimate = ShownEstimate(144, 64, 0.04, 0.06, 120, tokens=52_000)
    takes = "64 calls, about 52,000 tokens, $0.04 to $0.06, 2 min"
    assert takes_words(replace(estimate, cells=64)) == takes
    assert takes_words(estimate) == f"{takes}; 80 answers are used again"
    aged = replace(estimate, oldest_days=12)
    assert takes_words(aged) == f"{takes}; 80 answers are used again, the oldest from 12 days ago"
    assert run_face(estimate, None).takes == takes_words(estimate)
    assert takes_words(ShownEstimate(144)) == ""


def test_ages_of_answers_that_are_used_again() -> None:
    aged = replace(NEW, old=12, oldest_days=45)
    assert progress_words(144, 80, aged, None, "") == (
        "80 of 144 done, the oldest from 45 days ago · 64 new: $0.04 to $0.06, 2 min"
    )
    running = ShownProgress("t", "running", 144, 90)
    assert progress_words(144, 90, aged, running, "") == "90 of 144 done"
    assert old_words(NEW) == ""
    assert old_words(aged).startswith("12 of the 80 answers that would be used again are older than 30 days")
    assert (aged.renewed.new, aged.renewed.old, aged.renewed.high_usd) == (76, 0, None)
    nothing_new = run_face(replace(aged, new=0), None)
    assert (nothing_new.action, nothing_new.others) == ("fresh", (("Ask 12 old again", "renew"),))
    assert run_face(aged, None).others == ()


def test_cell_says_how_old_its_answer_is() -> None:
    cell = GridCell("pass", text="Yes.", answered_at="2026-11-17T11:00:00.000Z")
    now = "2026-11-29T12:00:00.000Z"
    assert cell_tip(cell, now) == "pass · answered 12 days ago\nYes."
    assert cell_tip(replace(cell, is_reused=True), now) == "pass · answer of an earlier run, 12 days ago\nYes."
    assert cell_tip(replace(cell, is_reused=True), cell.answered_at) == "pass · answer of an earlier run\nYes."


def test_results_of_the_other_run_stand_beside_those_of_a_probe() -> None:
    cell = GridCell("pass", text="It arrives.", before="fail")
    assert cell_words(cell, results=False, beside="was") == "was ✗ · It arrives."
    assert cell_words(cell, results=True, beside="without") == "without ✗ · pass"
    assert cell_words(cell, results=False) == "It arrives."
    assert beside_words(GridCell("pass"), "was") == ""


def test_lack_of_a_hold_out_is_said() -> None:
    words = "on 20 cases"
    assert about_words(words, holdout_open=False, holdout_missing=True) == "On 20 cases; there is no hold-out yet."
    assert about_words(words, holdout_open=True) == "On 20 cases; the hold-out is not run yet."
    assert about_words("", holdout_open=False, holdout_missing=True) == "There is no hold-out yet."
    named = about_words(words, "#14", holdout_open=False, holdout_missing=True)
    assert named == "About #14, on 20 cases; there is no hold-out yet."
