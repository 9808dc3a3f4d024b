"""Write a decision as Markdown, to read, mail or paste.

Invariant: as for `test_reports.markdown`: no name of a model, version or prompt becomes markup, a link or a mention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.core.decide.decision_words import effort_words, next_steps
from workbench.core.decide.figure_words import goal_percent, number, percent
from workbench.core.decide.hand_over import leans_to_training
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.routes import day_words
from workbench.core.text import unbroken
from workbench.formats.decision_reports import report_words as words
from workbench.formats.decision_reports.hand_over_words import hand_over_lines
from workbench.formats.decision_reports.report_format import DecisionFormat
from workbench.formats.test_reports.markdown import code
from workbench.formats.test_reports.markdown import text as plain


def text(words: str) -> str:
    """Return words as text of the document, whose figures keep their units beside them."""
    return unbroken(plain(words))


def write(report: DecisionReport) -> Iterator[str]:
    """Yield the text in chunks."""
    made = report.decision
    yield f"# {text(made.headline)}\n\n"
    yield f"{code(report.prompt, 80)}, {day_words(report.made_on)}, `{made.code}`. {text(made.confidence_sentence)}\n\n"
    yield from _list(map(text, made.reasons))
    if made.retiring is not None:
        yield f"{text(made.retiring.sentence)}\n\n"
    yield from _steps(report)
    yield from _findings(report)
    yield from _rates(report)
    yield from _costs(report)
    yield from _section("Levers", _levers(report))
    yield from _section("Data", map(text, words.data_lines(report)))
    yield from _section("Routes", (f"{text(one.title)}: {text(words.route_words(one))}" for one in made.routes))
    yield from _training(report)
    yield from _section("Also", (text(one.headline) for one in made.also))
    yield from _section("What would change this advice", map(text, made.would_change))
    yield from _section("Not known", map(text, made.unknowns))
    yield from _section("Your answers", (f"{text(name)}: {text(said)}" for name, said in words.goal_lines(report)))
    runs = (f"**{text(asked)}** {_run_names(names)}" for asked, names in words.all_runs(report))
    yield from _section("All runs", runs)
    yield from _sources(report)


def _list(lines: Iterable[str]) -> Iterator[str]:
    found = "".join(f"- {line}\n" for line in lines)
    if found:
        yield f"{found}\n"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = "".join(_list(lines))
    if found:
        yield f"## {title}\n\n{found}"


def _steps(report: DecisionReport) -> Iterator[str]:
    steps = next_steps(report.decision)
    if not steps:
        return
    yield "## Next steps\n\n"
    for at, step in enumerate(steps, start=1):
        effort = effort_words(step)
        yield f"{at}. **{text(step.title)}**{f' ({text(effort)})' if effort else ''}: {text(step.sentence)}\n"
        yield from (f"   - {text(one.when)}: {text(one.means)}\n" for one in step.outcomes)
    yield "\n"


def _findings(report: DecisionReport) -> Iterator[str]:
    yield "## Findings\n\n| Question | Answer | Evidence | Confidence | Runs |\n| --- | --- | --- | --- | --- |\n"
    for one in words.findings(report):
        said = " ".join(filter(None, (one.sentence, one.figures, one.needs)))
        runs = _run_names((*one.runs.newest, *one.runs.others))
        yield f"{_row((one.question, one.answer, said, one.confidence))[:-1]} {runs} |\n"
    yield "\n"


def _run_names(names: Sequence[str]) -> str:
    """Return names of runs; the number of an iteration is set as code, because hosts link "#12" to something else."""
    return ", ".join(unbroken(code(name, 60) if name.startswith("#") else text(name)) for name in names)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(text(cell).replace('|', chr(92) + '|') for cell in cells)} |\n"


def _costs(report: DecisionReport) -> Iterator[str]:
    yield from _section("Costs", map(text, words.cost_lines(report.decision)))
    heading, rows = words.cost_rows(report.decision.cost)
    if rows:
        yield f"{_row(heading)}| {' | '.join('---:' for _ in heading)} |\n"
        yield from map(_row, rows)
        yield "\n"
    yield from _sensitivity(report)


def _rates(report: DecisionReport) -> Iterator[str]:
    rates, target = report.decision.rates, report.decision.target
    if not rates:
        return
    wanted = f" Target: {goal_percent(target)}." if target is not None else ""
    yield f"## Pass rate by version\n\n{unbroken(f'95 % intervals.{wanted}')}\n\n"
    is_judged = any(one.judge_words for one in rates)
    yield f"| Version | Set | Passes | Rate | Interval |{' Judge |' if is_judged else ''}\n"
    yield f"| --- | --- | ---: | ---: | --- |{' --- |' if is_judged else ''}\n"
    for one in rates:
        ends = f"{percent(one.low)} to {percent(one.high)}" if one.low is not None and one.high is not None else ""
        mark = f" ({words.BEST})" if one.is_champion else ""
        name = f"{code(one.name or f'version {one.version}', 60, in_table=True)}{mark}"
        figures = unbroken(f"{one.passing:,} of {one.cases:,} | {percent(one.rate)} | {ends}")
        yield f"| {name} | {words.SETS[one.set_name]} | {figures} |{f' {one.judge_words} |' if is_judged else ''}\n"
    yield "\n"


def _sensitivity(report: DecisionReport) -> Iterator[str]:
    bars = report.decision.cost.bars
    if not bars:
        return
    yield "| Break-even with | half | double |\n| --- | ---: | ---: |\n"
    for bar in bars:
        ends = (number(value) if value is not None else "never" for value in (bar.at_half, bar.at_double))
        yield f"| {text(bar.title)} | {unbroken(' | '.join(ends))} |\n"
    yield "\n"


def _levers(report: DecisionReport) -> Iterator[str]:
    for one in report.decision.levers:
        known = f" {text(words.sourced(one.published, one.sources))}" if one.sources else ""
        yield f"**{text(one.title)}**: {text(words.lever_words(one))}{known}"


def _training(report: DecisionReport) -> Iterator[str]:
    if not leans_to_training(report.decision):
        return
    rails = (f"**{title}**: {text(words.sourced(said, sources))}" for title, said, sources in words.GUARD_RAILS)
    yield from _section("Before you train", rails)
    points = (f"[ ] **{title}**: {text(said)}" for title, said in hand_over_lines(report))
    yield from _section("To hand over", points)


def _sources(report: DecisionReport) -> Iterator[str]:
    sources = report.decision.sources
    if not sources:
        return
    yield "## Sources\n\n"
    for one in sources:
        read = f", {one.read_on}" if one.read_on else ""
        yield f"- \\[{one.number}\\] {text(one.title)}{f', {code(one.address, 200)}' if one.address else ''}{read}\n"
    yield f"\nRules of {report.decision.rules_date}.\n"


FORMAT = DecisionFormat(
    id="markdown",
    order=20,
    title="Text (Markdown)",
    help="a text to read and share",
    extension=".md",
    write=write,
)
