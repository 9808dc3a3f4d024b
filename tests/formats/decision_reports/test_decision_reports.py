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
from workbench.core.decide.decision_words import interval_words
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.report import DecisionReport, EvidenceRun
from workbench.core.decide.rules import decide_rules
from workbench.core.training_commands import training_commands
from workbench.core.visible_text import visible
from workbench.formats.decision_reports import FORMATS
from workbench.formats.decision_reports.charts import cost_chart, rates_chart, sensitivity_chart
from workbench.formats.decision_reports.json_document import VERSION, document
from workbench.usecases.decide.hand_over_plan import hand_over_plan

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
    *("format", "prompt", "made_on", "goals", "cases", "training", "runs", "hand_over", "code", "table_row"),
    *("headline", "confidence"),
    *("confidence_sentence", "reasons", "also", "rows", "levers", "steps", "cost", "routes", "rates", "target", "need"),
    *("would_change", "unknowns", "sources", "rules_date", "retiring", "done"),
}


def report(evidence: DecideEvidence, prompt: str = "Order bot") -> DecisionReport:
    """Return the report of some evidence."""
    decision = decide(evidence, decide_rules())
    uids = sorted({uid for finding in decision.findings for uid in finding.run_uids}, reverse=True)
    runs = tuple(EvidenceRun(uid, f"test {at}", date(2026, 11, at), is_test=True) for at, uid in enumerate(uids, 1))
    plan = hand_over_plan(decision, decide_rules(), lambda _: None)
    return DecisionReport(prompt, made.TODAY, decision, evidence.goals, evidence.cases, evidence.training, runs, plan)


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
        assert re.search(rf"^\| `version 4` \(the best one\) \|.*\| {words} \|$", text, re.MULTILINE)
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


def plain(format_: str, one: DecisionReport) -> str:
    """Return the words of a report without its markup."""
    text = written(format_, one)
    if format_ == "html":
        text = " ".join(shown(text).texts)
    return re.sub(r"\\(.)", r"\1", text).replace("<!-- -->", "").replace("\u00a0", " ")


@pytest.mark.parametrize("format_", ["html", "markdown"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_interval_is_printed_with_its_cases(scenario: object, format_: str) -> None:
    one = report(scenario())  # type: ignore[operator]
    words = plain(format_, one)
    intervals = 0
    for finding in one.decision.findings:
        for figure in finding.figures:
            if figure.value is None or figure.low is None or figure.high is None:
                continue
            intervals += 1
            said = interval_words(figure)
            assert said.removesuffix(" points") in words, (finding.id, said)
            assert f"of {figure.n:,}" in words, finding.id
    assert intervals or one.decision.code == "NOT_ENOUGH"


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_overfitting_is_printed_with_both_sets(format_: str) -> None:
    tuned, held = made.column(96, 100, "tuning"), made.column(78, 100, "holdout")
    words = plain(format_, report(replace(scenarios.good_enough(), columns=(tuned, held))))
    assert "96 % of 100 (90.2 to 98.4 %) on the cases you tuned on" in words
    assert "78 % of 100 (68.9 to 85.0 %) on the hold-out" in words


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_costs_are_a_table_by_volume_with_the_break_even(format_: str) -> None:
    text = written(format_, report(scenarios.data_rich())).replace("\u00a0", " ").replace("\\", "")
    rows = (
        ("Calls a month", "Prompt", "Prompt, after cheap levers", "Tuned model"),
        ("1 million", "$6,100", "$3,832", "$6,840"),
        ("1.78 million (break-even)", "$10,888", "$6,840", "$6,840"),
        ("2 million (yours)", "$12,200", "$7,664", "$6,840"),
        ("4 million", "$24,400", "$15,328", "$6,840"),
    )
    for row in rows:
        cells = [re.escape(cell) for cell in row]
        is_page = format_ == "html"
        pattern = "[^\n]*".join(f">{cell}<" for cell in cells) if is_page else r" \| ".join(cells)
        assert re.search(pattern, text), row


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_costs_without_a_volume_are_no_table(format_: str) -> None:
    assert "Calls a month</th><th" not in written(format_, report(scenarios.almost_empty()))
    assert "| Calls a month |" not in written(format_, report(scenarios.almost_empty()))


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_runs_are_named_and_none_is_left_out(format_: str) -> None:
    one = report(scenarios.data_rich())
    first = one.decision.rows[0].findings[0]
    uids = tuple(f"run-{number:02}" for number in range(1, 31))
    named = tuple(
        EvidenceRun(uid, f"test {number}" if number % 2 else f"#{number}", date(2026, 12, 3), is_test=bool(number % 2))
        for number, uid in sorted(enumerate(uids, 1), reverse=True)
    )
    rows = (replace(one.decision.rows[0], findings=(replace(first, run_uids=(*uids, "gone")),)), *one.decision.rows[1:])
    words = plain(format_, replace(one, decision=replace(one.decision, rows=rows), runs=named)).replace("`", "")
    newest = "#30 (3 Dec 2026), test 29 (3 Dec 2026), #28 (3 Dec 2026), 27 more (see All runs), 1 deleted run"
    assert newest in words
    listed = words.rpartition("All runs")[2]
    assert all(f"{run.title}" in listed for run in named)


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_hand_over_says_base_model_its_retirement_settings_and_sets(format_: str) -> None:
    one = report(scenarios.data_rich())
    words = plain(format_, one)
    settings = training_commands().settings
    assert f"{training_commands().base_model} (suggested, as of 4 Dec 2026). No retirement date is known" in words
    rate = settings.learning_rate["chosen"]
    assert f"rank {settings.rank}, alpha {settings.alpha}, learning rate {rate} and 3 epochs" in words
    assert "10 % of the rows are for validation" in words
    assert one.training is not None
    assert f"all of the {one.training.rows:,} usable rows. No case of the hold-out or of a guard set" in words
    assert f"{one.cases.holdout:,} cases, which decide in the end" in words
    assert "workbench history handover FOLDER --prompt 'Order bot'" in words
    assert one.hand_over is not None
    plan = replace(one.hand_over, base_retires_on=date(2027, 9, 30))
    words = plain(format_, replace(one, hand_over=plan))
    assert "It retires on 30 Sep 2027, and the tuned model with it." in words
    assert "before the base model retires on 30 Sep 2027. Name who does it." in words


def test_base_model_is_that_of_the_route_whose_costs_were_computed() -> None:
    decision = report(scenarios.data_rich()).decision
    there = {route.id: route for route in decide_rules().routes}
    for name, base, retires in (
        ("azure_gpt", "GPT-4.1 family", date(2027, 10, 14)),
        ("bedrock", "Nova 2 Lite, Nova Micro, Lite, Pro, Llama 3", None),
        ("together", training_commands().base_model, date(2030, 1, 1)),
    ):
        priced = replace(decision, cost=replace(decision.cost, route=there[name].title))
        plan = hand_over_plan(priced, decide_rules(), lambda _: date(2030, 1, 1))
        assert plan is not None
        assert (plan.base_model, plan.base_retires_on) == (base, retires)
        assert plan.is_suggested == (name == "together")


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
