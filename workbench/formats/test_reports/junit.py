"""Write a test report as JUnit XML, which GitHub, GitLab and other services read.

A column is a test suite, a case a test case: failed if most of its scored samples fail, skipped if none could be
scored, an error if there is no answer.

Invariant: the file is well-formed XML 1.0, whatever a model answers. Names of test cases are unique in their suite.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from workbench.core.statistics.results import CellState
from workbench.core.testing.report import ColumnReport, ReportCells, SuiteReport
from workbench.formats.test_reports.case_outcomes import CaseOutcome, outcomes
from workbench.formats.test_reports.report_format import ReportFormat

_MOST_TEXT = 2_000
_MOST_KEPT = 8 * 2**20
"""Bytes of test cases in memory; more are kept in a temporary file."""
_CHUNK = 2**16
_LONGEST_NAME = 200
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS: dict[CellState, str] = {"fail": "failure", "unscored": "skipped", "no_answer": "error"}


def write(report: SuiteReport, cells: Callable[[], ReportCells]) -> Iterator[str]:
    """Yield the file in chunks."""
    counts = [Counter[CellState]() for _ in report.columns]
    seconds = [0.0 for _ in report.columns]
    lengths = [0 for _ in report.columns]
    # The counts stand before the cases, and reading all cells twice takes longer than keeping what is written of them.
    with tempfile.SpooledTemporaryFile(_MOST_KEPT, mode="w+", encoding="utf-8", newline="") as kept:
        for number, group in groupby(outcomes(cells()), key=lambda outcome: outcome.column):
            for piece in _cases(report, report.columns[number], _counted(group, counts, seconds)):
                lengths[number] += kept.write(piece)
        kept.seek(0)
        yield from _file(report, counts, seconds, lengths, kept)


def _counted(
    group: Iterator[CaseOutcome], counts: list[Counter[CellState]], seconds: list[float]
) -> Iterator[CaseOutcome]:
    for outcome in group:
        counts[outcome.column][outcome.state] += 1
        seconds[outcome.column] += outcome.seconds or 0.0
        yield outcome


def _file(
    report: SuiteReport, counts: list[Counter[CellState]], seconds: list[float], lengths: list[int], kept: IO[str]
) -> Iterator[str]:
    together = sum(counts, Counter[CellState]())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes(report.prompt, together, sum(seconds))}>\n"
    started = report.started_at.partition(".")[0].removesuffix("Z")
    for number, column in enumerate(report.columns):
        head = _attributes(column.title, counts[number], seconds[number])
        yield f"  <testsuite{head} timestamp={_quoted(started)}>\n"
        yield from _properties(report, column)
        left = lengths[number]
        while left and (piece := kept.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _attributes(name: str, counts: Counter[CellState], seconds: float) -> str:
    return (
        f' name={_quoted(name, _LONGEST_NAME)} tests="{counts.total()}" failures="{counts["fail"]}"'
        f' errors="{counts["no_answer"]}" skipped="{counts["unscored"]}" time="{seconds:.3f}"'
    )


def _properties(report: SuiteReport, column: ColumnReport) -> Iterator[str]:
    found = (
        ("run", str(report.number)),
        ("cases", report.set_words or report.set_name),
        ("model", column.model),
        ("version", column.version_name),
        ("pass rate", column.rate_words),
        ("judges", column.judge_words),
        *(("judged", one.words) for one in column.judging),
        *(("judge", one.words) for one in report.judged.judges),
        ("against the baseline", column.sentence),
        ("no worse", column.no_worse_sentence),
    )
    yield "    <properties>\n"
    for name, value in found:
        if value:
            yield f"      <property name={_quoted(name)} value={_quoted(value)}/>\n"
    yield "    </properties>\n"


def _cases(report: SuiteReport, column: ColumnReport, found: Iterator[CaseOutcome]) -> Iterator[str]:
    taken: Counter[str] = Counter()
    group = f"{report.prompt} · {column.title}"
    for outcome in found:
        name = outcome.name or f"Case {outcome.shown.case + 1}"
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name} ({taken[name]})"
        time = "" if outcome.seconds is None else f' time="{outcome.seconds:.3f}"'
        start = f"    <testcase name={_quoted(name, _LONGEST_NAME)} classname={_quoted(group)}{time}"
        if outcome.state == "pass":
            yield f"{start}/>\n"
            continue
        element = _ELEMENTS[outcome.state]
        reason = outcome.reason or {"fail": "A check failed."}.get(outcome.state, "")
        message = f"<{element} message={_quoted(reason)}"
        if element == "skipped":
            yield f"{start}>\n      {message}/>\n    </testcase>\n"
        else:
            body = _shortened(outcome.shown.text, _MOST_TEXT)
            yield f'{start}>\n      {message} type="{outcome.state}">{_text(body)}</{element}>\n    </testcase>\n'


def _quoted(value: str, most: int = _MOST_TEXT) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", _shortened(" ".join(value.split()), most)))


def _text(value: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", value))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


FORMAT = ReportFormat(
    id="junit",
    order=10,
    title="JUnit XML",
    help="a test suite per column, for GitHub, GitLab and others",
    extension=".xml",
    write=write,
)
