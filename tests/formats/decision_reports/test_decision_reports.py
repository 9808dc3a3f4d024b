"""Reports of decisions: every format says the same, and nothing in it becomes markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from tests.core.decide import branches, made, scenarios
from workbench.core.decide.decide import decide
from workbench.core.decide.decision import DecisionCode
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.rules import decide_rules
from workbench.core.visible_text import visible
from workbench.formats.decision_reports import FORMATS
from workbench.formats.decision_reports.charts import cost_chart, rates_chart, sensitivity_chart
from workbench.formats.decision_reports.json_document import VERSION, document

SCENARIOS = [
    scenarios.almost_empty,
    scenarios.good_enough,
    scenarios.straddling,
    scenarios.broken_format,
    scenarios.missing_knowledge,
    scenarios.better_model,
    scenarios.improving,
    scenarios.narrow_plateau,
    scenarios.data_rich,
    scenarios.few_rows,
    scenarios.too_dear,
    scenarios.tuned_without_gain,
    scenarios.tuned_forgets,
    scenarios.contradictory,
]
HOSTILE = "<script>alert(1)</script> | ![x](http://evil) @you #1 \u202e"
KEYS = {
    *("format", "prompt", "made_on", "goals", "cases", "training", "code", "table_row", "headline", "confidence"),
    *("confidence_sentence", "reasons", "also", "rows", "levers", "steps", "cost", "routes", "rates", "target", "need"),
    *("would_change", "unknowns", "sources", "rules_date", "retiring"),
}


def report(evidence: DecideEvidence, prompt: str = "Order bot") -> DecisionReport:
    """Return the report of some evidence."""
    decision = decide(evidence, decide_rules())
    return DecisionReport(prompt, made.TODAY, decision, evidence.goals, evidence.cases, evidence.training)


def written(format_: str, one: DecisionReport) -> str:
    return "".join(FORMATS[format_].write(one))


BY_A_JUDGE = {
    "judge unmeasured": branches.BRANCHES["judge unmeasured"][0],
    "judged, corrected": branches.BRANCHES["corrected"][0],
    "judged, not corrected": branches.BRANCHES["judge without rates"][0],
}


@pytest.mark.parametrize("words", BY_A_JUDGE)
@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_rates_of_a_judge_say_so_in_every_format(format_: str, words: str) -> None:
    one = report(BY_A_JUDGE[words])
    text = written(format_, one)
    if format_ == "json":
        found = json.loads(text)
        assert [rate["judge_words"] for rate in found["rates"]] == [words]
        assert [one["judge_words"] for row in found["rows"] for one in row["findings"] if one["id"] == "F4"] == [words]
    elif format_ == "markdown":
        assert re.search(rf"^\| `version 4` \(champion\) \|.*\| {words} \|$", text, re.MULTILINE)
    else:
        assert f"<figcaption>Pass rate by version, with 95\u00a0% intervals; {words}</figcaption>" in text
        assert f'aria-label="Pass rate by version; {words}"' in text
        assert re.search(rf"<title>[^<]*: \d+ of 100 pass, [^<]*, {words}</title>", text)
    assert not any(words in written(format_, report(scenarios.data_rich())) for words in BY_A_JUDGE)


def test_what_was_not_tried_is_neither_sure_nor_unsure() -> None:
    one = report(scenarios.data_rich())
    assert re.search(r"^\| Hybrid measured\? \| not tried \| [^|]+ \|  \|  \|$", written("markdown", one), re.MULTILINE)
    row = written("html", one).partition('<th scope="row">Hybrid measured?</th>')[2].partition("</tr>")[0]
    assert "confidence" not in row
    assert "Quality bar (92\u00a0%)</th>" in written("html", one)


class _Page(HTMLParser):
    """Collects what a browser would show, and checks that tags are closed in order."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(page: str) -> _Page:
    parser = _Page()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_all_formats_say_the_same(scenario: object) -> None:
    one = report(scenario())  # type: ignore[operator]
    page = " ".join(shown(written("html", one)).texts).replace("\u00a0", " ")
    words = re.sub(r"\\(.)", r"\1", written("markdown", one)).replace("<!-- -->", "").replace("\u00a0", " ")
    data = json.loads(written("json", one))
    said = [one.decision.headline, *one.decision.reasons, *(found.sentence for found in one.decision.findings)]
    said += [lever.title for lever in one.decision.levers]
    for sentence in said:
        assert sentence in page
        assert sentence in words
    assert data["code"] == one.decision.code
    assert [found["sentence"] for row in data["rows"] for found in row["findings"]] == [
        found.sentence for row in one.decision.rows for found in row.findings
    ]


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_figures_keep_their_units_on_the_same_line(format_: str) -> None:
    document = written(format_, report(scenarios.tuned_forgets()))
    # A chart does not wrap, and neither does the style of the page.
    page = re.sub(r"<(svg|style)\b.*?</\1>", "", document, flags=re.DOTALL) if format_ == "html" else document
    assert "95\u00a0% interval" in page
    assert "9.2\u00a0points" in page
    assert "p\u00a0=\u00a00.021" in page
    assert re.search(r"\d (?:%|points?\b)|\bp = \d", page) is None


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_charts_are_well_formed(scenario: object) -> None:
    decision = decide(scenario(), decide_rules())  # type: ignore[operator]
    charts = rates_chart(decision.rates, decision.target), cost_chart(decision.cost), sensitivity_chart(decision.cost)
    for chart in filter(None, charts):
        root = ElementTree.fromstring(chart)
        numbers = [
            float(value) for one in root.iter() for key, value in one.attrib.items() if key in ("x", "cx", "x1", "x2")
        ]
        assert numbers
        assert all(0 <= number <= 560 for number in numbers)


def test_data_rich_report_has_all_charts_and_what_training_needs() -> None:
    page = written("html", report(scenarios.data_rich()))
    assert page.count("<svg") == 3
    assert "Before you train" in page
    assert "To hand over" in page


def test_good_enough_report_says_nothing_of_training() -> None:
    page = written("html", report(scenarios.good_enough()))
    assert "Before you train" not in page


def test_json_has_every_key_of_its_format() -> None:
    assert VERSION == 1
    assert set(document(report(scenarios.almost_empty()))) == KEYS
    assert set(document(report(scenarios.data_rich()))) == KEYS


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_a_retiring_model_is_said_before_the_steps(format_: str) -> None:
    said = written(format_, report(branches.BRANCHES["met by a model with a successor"][0]))
    assert "Its successor is acme-next" in said
    assert said.index("acme-next") < said.index("Findings")
    assert "acme-next" not in written(format_, report(scenarios.data_rich()))


def test_keys_and_codes_are_documented() -> None:
    told = (Path(__file__).parents[3] / "docs" / "DECIDING.md").read_text("utf-8")
    for name in (*KEYS, *get_args(DecisionCode)):
        assert f"`{name}`" in told, name


def test_unknown_is_null_in_json() -> None:
    data = json.loads(written("json", report(scenarios.almost_empty())))
    assert data["target"] is None
    assert data["cost"]["break_even"] is None
    assert data["goals"]["routes"] is None


def test_hostile_names_stay_text() -> None:
    evidence = scenarios.better_model()
    pairs = tuple(replace(one, title=HOSTILE, model=HOSTILE) for one in evidence.pairs)
    versions = tuple(replace(one, title=HOSTILE) for one in evidence.columns)
    one = report(replace(evidence, pairs=pairs, columns=versions), HOSTILE)
    page = shown(written("html", one))
    assert "script" not in page.tags
    assert HOSTILE.replace("\u202e", "") in " ".join(page.texts).replace("\u202e", "")
    words = written("markdown", one)
    assert "<script>" not in re.sub(r"\\.", "", re.sub(r"`+[^`]*`+", "", words))
    assert "\u202e" not in words
    assert visible("\u202e") in words
    assert json.loads(written("json", one))["prompt"] == HOSTILE


def test_page_loads_and_runs_nothing() -> None:
    page = written("html", report(scenarios.data_rich()))
    assert "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "url(" not in page
    assert "@import" not in page


def test_equal_reports_are_equal_bytes() -> None:
    for name in FORMATS:
        assert written(name, report(scenarios.data_rich())) == written(name, report(scenarios.data_rich()))


def test_day_is_that_of_the_evidence() -> None:
    one = replace(report(scenarios.good_enough()), made_on=date(2027, 1, 2))
    for name in FORMATS:
        assert ("2027-01-02" if name == "json" else "2 Jan 2027") in written(name, one)
