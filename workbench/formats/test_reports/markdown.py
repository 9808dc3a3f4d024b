"""Write a test report as Markdown, short enough for a comment on a pull request.

Invariant: no text of a model or a person becomes markup, a link, an image, a mention or a reference to an issue: it is
a code span, a fenced block, or has its marks escaped. The size is bounded, whatever the size of the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.core.testing.answer_ages import oldest_words
from workbench.core.testing.report import ColumnReport, ReportCells, SuiteReport
from workbench.core.text import counted
from workbench.core.visible_text import visible
from workbench.formats.exports.markdown import fenced, plain
from workbench.formats.test_reports.case_outcomes import CaseOutcome, outcomes
from workbench.formats.test_reports.report_format import ReportFormat

MOST_FAILING = 20
"""Most failing cases that are written."""
_MOST_ANSWER = 400
_MOST_REASON = 300
_MOST_SENTENCE = 1_000
_MOST_NOTES = 20
_REFERENCES = re.compile(r"\\([#@])")
_TICKS = re.compile("`+")
_BARS = {
    "held": "✅",
    "not_held": "❌",
    "nothing_scored": "❌",
    "budget_reached": "⚠️",
    "none": "",
}


def write(report: SuiteReport, cells: Callable[[], ReportCells]) -> Iterator[str]:
    """Yield the text in chunks."""
    mark = f"{_BARS[report.bar]} " if _BARS[report.bar] else ""
    yield f"## {mark}{'Probe' if report.is_probe else 'Test'} of {code(report.prompt, 80)}\n\n"
    for sentence in (report.bar_words, *report.sentences, report.unscored_words):
        if sentence:
            yield f"{text(sentence)}\n\n"
    yield from _table(report)
    yield from _facts(report)
    yield from _sentences(report)
    yield from _failing(report, cells)
    if report.notes:
        yield f"<details>\n<summary>{counted(len(report.notes), 'note')}</summary>\n\n"
        yield from (f"- {text(note)}\n" for note in report.notes[:_MOST_NOTES])
        if (more := len(report.notes) - _MOST_NOTES) > 0:
            yield f"- and {more:,} more\n"
        yield "\n</details>\n"


def _table(report: SuiteReport) -> Iterator[str]:
    yield "| Column | Pass rate | Against the baseline | Cost per 1,000 | Latency | Not scored |\n"
    yield "| --- | --- | --- | ---: | ---: | --- |\n"
    for column in report.columns:
        summary = column.summary
        latency = summary.latency
        between = f" ({_seconds(latency.first)} to {_seconds(latency.third)})" if latency else ""
        parts = (
            code(column.title, 80, in_table=True),
            text(", ".join(filter(None, (column.rate_words, column.judge_words)))),
            "baseline" if column.is_baseline else _difference(column),
            text(show_cost(column.cost_per_1000)),
            text(f"{_seconds(latency.median)}{between}" if latency else "unknown"),
            text(column.gaps_words),
        )
        yield f"| {' | '.join(parts)} |\n"
    yield "\n"


def _difference(column: ColumnReport) -> str:
    return text(": ".join(filter(None, (column.verdict, column.difference_words))))


def _facts(report: SuiteReport) -> Iterator[str]:
    facts = (
        report.text_words,
        report.set_words or counted(report.cases, "case"),
        counted(report.samples, "sample") + " each" if report.samples > 1 else "",
        f"round {report.round}" if report.round > 1 else "",
        f"{counted(report.calls, 'call')}" + _reused(report),
        f"{counted(report.judged.judgements, 'judgement')}" if report.judged.judgements else "",
        f"spent {show_cost(report.spent_usd)}" if report.spent_usd is not None else "",
        "a probe of chosen cases" if report.is_probe else "",
    )
    yield text(" · ".join(filter(None, facts))) + "\n\n"


def _reused(report: SuiteReport) -> str:
    return f", {report.reused:,} reused{oldest_words(report.oldest_reused_days)}" if report.reused else ""


def _sentences(report: SuiteReport) -> Iterator[str]:
    said = [
        " ".join(filter(None, (column.sentence, column.score_sentence, column.no_worse_sentence)))
        for column in report.columns
        if column.sentence not in report.sentences
    ]
    said += [one.words for column in report.columns for one in column.judging if one.words not in report.sentences]
    if any(said):
        yield "".join(f"- {text(one)}\n" for one in said if one) + "\n"


def _failing(report: SuiteReport, cells: Callable[[], ReportCells]) -> Iterator[str]:
    if report.set_name == "holdout":
        # Only totals of a hold-out are shown.
        return
    total = sum(column.failing_total or len(column.failing) for column in report.columns)
    shown: list[CaseOutcome] = []
    # The rest of a large run is not read for nothing.
    for outcome in outcomes(cells()) if total else ():
        if outcome.state == "fail":
            shown.append(outcome)
            if len(shown) == min(total, MOST_FAILING):
                break
    if not shown:
        return
    title = f"{counted(total, 'failing case')}" + (f", the first {len(shown)}" if total > len(shown) else "")
    yield f"<details>\n<summary>{title}</summary>\n\n"
    for outcome in shown:
        name = outcome.name or f"Case {outcome.shown.case + 1}"
        yield f"**{code(name, 80)}** in {code(outcome.shown.column_title, 80)}\n\n"
        if outcome.reason:
            yield fenced(_shown(outcome.reason, _MOST_REASON)) + "\n"
        if outcome.shown.text:
            yield f"Answer:\n\n{fenced(_shown(outcome.shown.text, _MOST_ANSWER))}\n"
    yield "</details>\n\n"


def text(value: str) -> str:
    """Return a sentence with its marks escaped; a comment separates # and @ from what follows, so that neither becomes
    a reference."""
    return _REFERENCES.sub(r"\\\1<!-- -->", plain(_shown(value, _MOST_SENTENCE)))


def code(value: str, most: int, *, in_table: bool = False) -> str:
    """Return a text on one line as a code span that it cannot end."""
    words = " ".join(_shown(value, most).split()) or "-"
    longest = max((len(found) for found in _TICKS.findall(words)), default=0)
    if in_table:
        # Tables are cut at every bar first, also in code.
        words = words.replace("\\|", "|").replace("|", "\\|")
    ticks = "`" * (longest + 1)
    space = " " if words[0] == "`" or words[-1] == "`" else ""
    return f"{ticks}{space}{words}{space}{ticks}"


def _shown(value: str, most: int) -> str:
    short = value if len(value) <= most else value[: most - 1] + "…"
    return visible(short)


def _seconds(seconds: float) -> str:
    return duration(round(1000 * seconds))


FORMAT = ReportFormat(
    id="markdown",
    order=20,
    title="Markdown",
    help="a table of the columns with the sentences, for a comment on a pull request",
    extension=".md",
    write=write,
)
