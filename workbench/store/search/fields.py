"""The filters of a search, one row each.

Invariant: this table alone defines a filter's name, words, values and source. The parser, completion, error messages,
the terminal's help, the index and its queries read it, so a new row works everywhere at once. Rows are in the store and
not next to the query language in core, because a source is SQL.

A new row whose source makes index terms finds the runs that are indexed from then on; for earlier ones the index must
be rebuilt (`Searches.rebuild`). A `NumberSource` without a letter makes none and finds all runs at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.core.search.filter_fields import AmountValues, ChoiceValues, MomentValues, NameValues
from workbench.core.search.number_ranges import COUNT, DOLLARS, DURATION
from workbench.store.runs import hidden_prompts
from workbench.store.runs.visibility import DELETED
from workbench.store.search.index_terms import ALL, KIND, PROMPT, RunFacts
from workbench.store.search.sources import (
    CheckSource,
    FailureSource,
    FlagSource,
    HistoryField,
    KeySource,
    NumberSource,
    SetNameSource,
    TextSource,
    TimeSource,
)
from workbench.store.sqlite import sqlite3

_OUTCOMES = {
    "failed": "a test with a cell that fails",
    "passed": "a test with a cell that passes",
    "unscored": "a test with a cell that could not be scored",
}
_VERDICTS = {"winner": "yes", "tie": "tie", "all_bad": "bad", "none": "no"}


def _states(run: RunFacts) -> Iterator[str]:
    if run.starred:
        yield "starred"
    if run.blind:
        yield "blind"
    if run.archived:
        yield "deleted" if run.archived >= DELETED else "archived"
    if "interrupted" in run.states:
        yield "interrupted"


ROWS = (
    HistoryField(
        "prompt",
        NameValues("prompt", '"order bot"'),
        "name of the prompt",
        source=KeySource(
            PROMPT,
            lambda run: [run.prompt],
            "SELECT id, name FROM prompts",
            lambda connection: (
                f"SELECT name FROM prompts WHERE archived < {DELETED} AND {hidden_prompts.listed(connection)}"
                " ORDER BY archived, updated_at DESC"
            ),
        ),
    ),
    HistoryField(
        "model",
        NameValues("model or lane", "haiku"),
        "model or name of a lane",
        source=TextSource("model", lambda run: run.models),
    ),
    HistoryField(
        "tag",
        NameValues("tag", "keep"),
        "tag of the run",
        source=KeySource(
            "t", lambda run: run.tags, "SELECT id, name FROM tags", lambda _: "SELECT name FROM tags ORDER BY name"
        ),
    ),
    HistoryField(
        "winner",
        ChoiceValues({"yes": "an answer won", "no": "not judged", "tie": "a tie", "bad": "all answers were bad"}),
        source=FlagSource("w", lambda run: [_VERDICTS.get(run.verdict, "no")]),
    ),
    HistoryField(
        "error",
        NameValues("error", "timeout", {"yes": "an answer failed", "no": "no answer failed"}, "CODE"),
        "yes, no or the code of an error",
        source=FailureSource(TextSource("error", lambda run: run.errors)),
    ),
    HistoryField(
        "cost",
        AmountValues(DOLLARS, (">0.01", "<0.001", "0.01..0.05", "0"), (">0.01", "0.01..0.05")),
        "cost of the run in dollars, such as >0.01",
        source=NumberSource("cost_usd", "c"),
    ),
    HistoryField(
        "tokens",
        AmountValues(COUNT, (">1000", "<200", "1000..5000"), (">1000",)),
        "tokens of the run, such as >1000",
        source=NumberSource("tokens", "n"),
    ),
    HistoryField(
        "time",
        AmountValues(DURATION, ("<2s", ">10s", "2s..5s", ">1min"), ("<2s",)),
        "time until the last answer, such as <2s",
        source=NumberSource("longest_ms", "d"),
    ),
    HistoryField("before", MomentValues(("2026-11-24",)), source=TimeSource(before=True)),
    HistoryField("after", MomentValues(("yesterday", "7d")), source=TimeSource(before=False)),
    HistoryField(
        "is",
        ChoiceValues(
            {
                "blind": "ran blind",
                "starred": "starred",
                "interrupted": "an answer was interrupted",
                "archived": "archived; only this shows such runs",
                "deleted": "deleted; only this shows such runs",
            }
        ),
        source=FlagSource("is", _states),
    ),
    HistoryField(
        "kind",
        ChoiceValues(
            {
                "iteration": "a run in Compose",
                "test": "a run over test cases",
                "improve": "asking a model for a better prompt",
                "propose": "asking a model for cases",
                "judge": "a model as the judge; only this shows such runs",
                "import": "imported from another tool",
            }
        ),
        source=FlagSource(KIND, lambda run: [run.kind]),
    ),
    HistoryField(
        "check",
        NameValues("check", "is-json", _OUTCOMES, "TYPE"),
        "failed, passed, unscored or a type of check, in the newest results of a test",
        source=CheckSource(
            frozenset(_OUTCOMES),
            FlagSource("check", lambda run: sorted(run.outcomes)),
            TextSource("check", lambda run: run.checks),
        ),
    ),
    HistoryField(
        "case",
        NameValues("case or value set", "refund"),
        "words of the name of a case or value set",
        source=SetNameSource("v", "SELECT name FROM cases WHERE name <> '' GROUP BY name ORDER BY max(id) DESC"),
    ),
)

FIELDS: Mapping[str, HistoryField] = {row.name: row for row in ROWS}
"""All filters by name, in the order in which they are offered."""


def words_of(connection: sqlite3.Connection, run: RunFacts) -> str:
    """Return the index terms of a run; new names are added to search_names."""
    return " ".join((ALL, *(word for row in FIELDS.values() for word in row.source.words(connection, run))))


def with_set(words: str, name: str) -> str:
    """Return the index terms of a run, and those of one of its value sets by its name."""
    return " ".join((words, *(word for row in FIELDS.values() for word in row.source.set_words(name))))
