"""Write a decision as one HTML page, to read in a browser, send and print, in light and dark.

Invariant: as for `exports.page`: the page is one file that loads and executes nothing, which its
Content-Security-Policy enforces; all texts are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from workbench.core.decide.decision_words import effort_words, next_steps
from workbench.core.decide.hand_over import leans_to_training
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.routes import day_words
from workbench.core.text import unbroken
from workbench.formats.decision_reports import report_words as words
from workbench.formats.decision_reports.charts import cost_chart, rates_chart, sensitivity_chart
from workbench.formats.decision_reports.hand_over_words import hand_over_lines
from workbench.formats.decision_reports.report_format import DecisionFormat
from workbench.formats.exports.page import escaped

_STYLE = """:root { color-scheme: light dark; --text: #1b1f24; --soft: #59636e; --page: #ffffff; --line: #d8dee4;
  --accent: #2f55d4; --gold: #8a5a00; --good: #1a6b35; --good-page: #e3f3e7; --bad: #a4241c; --bad-page: #fbe6e4; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a0a9b3; --page: #16191d; --line: #363c44;
  --accent: #8aa6ff; --gold: #e3b341; --good: #7fd397; --good-page: #1b3524; --bad: #ff9b93; --bad-page: #43201d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p, ul, ol { margin: .5rem 0; } li { margin: .2rem 0; }
.soft { color: var(--soft); } code { font-size: .9em; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .4rem .5rem;
  border-bottom: 1px solid var(--line); } th { font-weight: 600; width: 11rem; }
.figures { width: auto; } .figures td, .figures th + th { text-align: right; } .figures th { width: auto; }
.figures td, .figures th { overflow-wrap: normal; } .figures td { white-space: nowrap; }
.word { white-space: nowrap; border: 1px dashed var(--line); border-radius: 1rem; padding: .05rem .6rem;
  font-size: .85rem; color: var(--soft); }
.good { border-style: solid; color: var(--good); background: var(--good-page); }
.bad { border-style: solid; color: var(--bad); background: var(--bad-page); }
.near { border-style: solid; border-color: var(--gold); color: var(--gold); }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; flex: 1 1 26rem; min-width: 0; }
figcaption { color: var(--soft); font-size: .85rem; } svg { max-width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 12px; font-family: system-ui, sans-serif; }
svg text.gold { fill: var(--gold); }
.axis { fill: none; stroke: var(--line); } .grid { stroke: var(--line); stroke-width: .5; }
.point { fill: var(--accent); } .interval { stroke: var(--accent); stroke-width: 6; opacity: .35; }
.sources { font-size: .9em; }
.target { stroke: var(--gold); stroke-dasharray: 5 4; } .volume { stroke: var(--soft); stroke-dasharray: 3 3; }
.even { stroke: var(--gold); stroke-dasharray: 3 3; } .bar { fill: var(--accent); opacity: .6; }
.cost { stroke-width: 2; stroke: var(--accent); } .prompt_after { stroke-dasharray: 6 4; }
.tuned { stroke: var(--text); }
@media print { :root { color-scheme: light; --text: #000; --soft: #444; --page: #fff; --line: #bbb;
  --accent: #1f3fa8; --gold: #6b4600; --good: #14532d; --good-page: #fff; --bad: #7f1d1d; --bad-page: #fff; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } h2 { margin-top: 1.25rem; break-after: avoid; }
  tr, figure, li { break-inside: avoid; } .sources { columns: 2; font-size: .8em; } }
@media (max-width: 40rem) { ul, ol { padding-left: 1.4rem; }
  .findings tr { display: grid; grid-template-columns: 1fr auto; padding: .4rem 0;
  border-bottom: 1px solid var(--line); }
  .findings td, .findings th { border: 0; padding: .1rem 0; width: auto; }
  .findings tr > :nth-child(2) { grid-row: 2; grid-column: 1 / 3; } }
"""
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
"""
_TAIL = "</main>\n</body>\n</html>\n"
_TONES = {"good": "word good", "near": "word near", "bad": "word bad", "open": "word"}


def text(words: str) -> str:
    """Return words as text of the page, whose figures keep their units beside them."""
    return escaped(unbroken(words))


def write(report: DecisionReport) -> Iterator[str]:
    """Yield the page in chunks."""
    made = report.decision
    yield _HEAD.format(title=escaped(f"{report.prompt}: {made.headline}"), style=_STYLE)
    yield f"<h1>{text(made.headline)}</h1>\n"
    prompt = escaped(" ".join(report.prompt.split()))
    about = f"<bdi>{prompt}</bdi>, {day_words(report.made_on)}, <code>{made.code}</code>"
    yield f'<p class="soft">{about}. {text(made.confidence_sentence)}</p>\n'
    yield from _list(map(text, made.reasons))
    if made.retiring is not None:
        yield f"<p>{text(made.retiring.sentence)}</p>\n"
    yield from _steps(report)
    yield from _findings(report)
    yield from _charts(report)
    yield from _costs(report)
    yield from _section("Levers", _levers(report))
    yield from _section("Data", map(text, words.data_lines(report)))
    yield from _section("Routes", (_pair(one.title, words.route_words(one)) for one in made.routes))
    yield from _training(report)
    yield from _section("Also", (text(one.headline) for one in made.also))
    yield from _section("What would change this advice", map(text, made.would_change))
    yield from _section("Not known", map(text, made.unknowns))
    yield from _section("Your answers", (_pair(name, said) for name, said in words.goal_lines(report)))
    yield from _section("All runs", (_named(asked, runs) for asked, runs in words.all_runs(report)), "sources")
    yield from _sources(report)
    yield _TAIL


def _list(lines: Iterable[str], kind: str = "ul") -> Iterator[str]:
    found = "".join(f"<li>{line}</li>\n" for line in lines)
    if found:
        yield f"<{kind}>\n{found}</{kind}>\n"


def _section(title: str, lines: Iterable[str], kind: str = "") -> Iterator[str]:
    found = "".join(_list(lines))
    if found:
        yield f"<h2>{text(title)}</h2>\n"
        yield f'<div class="{kind}">\n{found}</div>\n' if kind else found


def _pair(title: str, said: str) -> str:
    return f"<strong>{text(title)}</strong>: {text(said)}"


def _named(asked: str, names: Sequence[str]) -> str:
    return f"<strong>{text(asked)}</strong> {text(', '.join(names))}"


def _steps(report: DecisionReport) -> Iterator[str]:
    steps = next_steps(report.decision)
    if not steps:
        return
    yield "<h2>Next steps</h2>\n<ol>\n"
    for step in steps:
        effort = effort_words(step)
        beside = f' <span class="soft">({text(effort)})</span>' if effort else ""
        yield f"<li><strong>{text(step.title)}</strong>{beside}: {text(step.sentence)}\n"
        yield from _list(_pair(one.when, one.means) for one in step.outcomes)
        yield "</li>\n"
    yield "</ol>\n"


def _findings(report: DecisionReport) -> Iterator[str]:
    yield '<h2>Findings</h2>\n<table class="findings">\n'
    for one in words.findings(report):
        sure = f"Confidence {one.confidence}." if one.confidence else ""
        names = ", ".join((*one.runs.newest, *one.runs.others))
        runs = f"Runs: {names}." if names else ""
        beside = " ".join(filter(None, (one.figures, one.needs, sure, runs)))
        said = text(one.sentence) + (f'<br><span class="soft">{text(beside)}</span>' if beside else "")
        word = f'<span class="{_TONES[one.tone]}">{text(one.answer)}</span>'
        yield f'<tr><th scope="row">{text(one.question)}</th><td>{said}</td><td>{word}</td></tr>\n'
    yield "</table>\n"


def _charts(report: DecisionReport) -> Iterator[str]:
    made = report.decision
    charts = (
        (words.rates_words(made), rates_chart(made.rates, made.target)),
        ("Cost a month by calls", cost_chart(made.cost)),
        ("Break-even with each figure halved and doubled", sensitivity_chart(made.cost)),
    )
    shown = [
        f"<figure>\n{chart}\n<figcaption>{text(caption)}</figcaption>\n</figure>\n"
        for caption, chart in charts
        if chart
    ]
    if shown:
        yield f'<h2>Charts</h2>\n<div class="charts">\n{"".join(shown)}</div>\n'


def _costs(report: DecisionReport) -> Iterator[str]:
    yield from _section("Costs", map(text, words.cost_lines(report.decision)))
    heading, rows = words.cost_rows(report.decision.cost)
    if rows:
        cells = "".join(f'<th scope="col">{text(cell)}</th>' for cell in heading)
        yield f'<table class="figures">\n<tr>{cells}</tr>\n'
        for first, *sums in rows:
            cells = "".join(f"<td>{text(cell)}</td>" for cell in sums)
            yield f'<tr><th scope="row">{text(first)}</th>{cells}</tr>\n'
        yield "</table>\n"


def _levers(report: DecisionReport) -> Iterator[str]:
    for one in report.decision.levers:
        known = words.sourced(one.published, one.sources) if one.sources else ""
        beside = f' <span class="soft">{text(known)}</span>' if known else ""
        yield f"{_pair(one.title, words.lever_words(one))}{beside}"


def _training(report: DecisionReport) -> Iterator[str]:
    if not leans_to_training(report.decision):
        return
    rails = (_pair(title, words.sourced(said, sources)) for title, said, sources in words.GUARD_RAILS)
    yield from _section("Before you train", rails)
    yield from _section("To hand over", (_pair(title, said) for title, said in hand_over_lines(report)))


def _sources(report: DecisionReport) -> Iterator[str]:
    sources = report.decision.sources
    if not sources:
        return
    lines = (
        f"[{one.number}] {text(one.title)}"
        + (f", <code>{escaped(one.address)}</code>" if one.address else "")
        + (f", {text(one.read_on)}" if one.read_on else "")
        for one in sources
    )
    yield from _section("Sources", lines, "sources")
    yield f'<p class="soft">Rules of {day_words(date.fromisoformat(report.decision.rules_date))}.</p>\n'


FORMAT = DecisionFormat(
    id="html",
    order=10,
    title="Page to read and print (HTML)",
    help="one page without scripts, to read, send and print",
    extension=".html",
    write=write,
)
