"""The rules of Decide as a text for people: the table, the questions, the levers, routes and sources.

Invariant: every line is made of the files of rules; what is shown is what decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from workbench.core.decide.decision import Decision
from workbench.core.decide.rules import DecideRules

_INTRO = (
    "The evidence is counted from your history, questions are answered by the rules below, and the first row of the "
    "table that applies is the headline. Nothing is asked of a model, and nothing is sent. Unknown is never read as 0."
)

_FILES = (
    "Two files in resources/decide of the program, which you can read:",
    "• rules.yml: the thresholds, the questions, the table, the levers, every sentence and its sources.",
    "• routes.yml: training routes with their prices, as of a date; your own figures come first.",
    "Prices of models are those your answers were paid at, else today's: yours, or those of LiteLLM's price list. The "
    "statistics are in the program: intervals, paired tests, the stopping rule.",
)


def rules_text(rules: DecideRules, decision: Decision | None) -> str:
    """Return all rules; the row of the table that gave the headline is marked."""
    return "\n\n".join("\n".join(lines) for lines in _sections(rules, decision))


def _sections(rules: DecideRules, decision: Decision | None) -> Iterator[Iterable[str]]:
    yield (f"Rules of {rules.date}", _INTRO)
    yield ("WHAT THIS IS MADE OF", *_FILES)
    yield ("THRESHOLDS", *_thresholds(rules))
    yield ("THE TABLE", *_table(rules, decision))
    yield ("THE QUESTIONS", *_questions(rules))
    yield ("STEPS, DONE WHEN YOUR HISTORY SHOWS IT", *(f"• {one.done}." for one in rules.steps.values()))
    yield ("BEFORE TRAINING", *(f"• {one.title}. {one.published}{_of(one.sources)}" for one in rules.levers))
    if decision is not None and decision.routes:
        yield (f"TRAINING ROUTES, {rules.routes_date}", *(f"• {one.title}: {one.sentence}" for one in decision.routes))
    yield (
        "SOURCES",
        *(f"{one.number} {one.title}, {one.address}{_read(one.read_on)}" for one in rules.sources.values()),
    )


def _thresholds(rules: DecideRules) -> Iterator[str]:
    for one in fields(rules.thresholds):
        yield f"• {one.name.replace('_', ' ')}: {getattr(rules.thresholds, one.name):g}"


def _table(rules: DecideRules, decision: Decision | None) -> Iterator[str]:
    for row in rules.table.values():
        mark = " ← this is the headline" if decision is not None and decision.table_row == row.row else ""
        yield f"{row.row} {row.code}: {row.when}{_of(row.sources)}{mark}"


def _questions(rules: DecideRules) -> Iterator[str]:
    for name, rule in rules.findings.items():
        yield f"{name} {rule.question} {rule.rule}{_of(rule.sources)}"


def _of(sources: tuple[int, ...]) -> str:
    return f" [{', '.join(map(str, sources))}]" if sources else ""


def _read(day: str) -> str:
    return f" ({day})" if day else ""
