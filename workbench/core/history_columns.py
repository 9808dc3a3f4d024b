"""The columns of the history, one row each.

Invariants: this table is the only definition of a column's title, texts, width, alignment and order of hiding. The
table on the screen, its tooltips, copied rows, the line of facts about a run and `workbench history list` read it, so
that a new row appears everywhere. No text reveals lanes or costs of a blind run before it is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.core.dates import absolute, relative
from workbench.core.money import show_sum
from workbench.core.search.results import HistoryRow, SuiteStanding
from workbench.core.statistics.judge_cells import UNMEASURED
from workbench.core.text import counted
from workbench.core.timeline import caption, change_words, describe
from workbench.core.version_name import at_start, run_name

Words = Callable[[HistoryRow], str]
"""Returns a text about a run, "" for none."""


@dataclass(frozen=True, slots=True)
class HistoryColumn:
    """A column of the history. No field has a default, so that none can be forgotten."""

    title: str
    text: Callable[[HistoryRow, str], str]
    """The text of a cell, also when rows are copied. The second argument is the current time as UTC text."""
    words: Words
    """Its part of the sentence about a run in tooltips and for screen readers."""
    fact: Words
    """Its part of the line of facts that follows the name and the date of a run."""
    listed: Callable[[HistoryRow], tuple[str, ...]]
    """Its fields in `workbench history list`; always the same number of them."""
    width: str | float
    """The content that always fits; the column grows for longer content. Or the share of the width that is left."""
    is_number: bool
    """Whether the texts are numbers, which are aligned at the right, below a title that is, too."""
    priority: int
    """In a narrow table the columns of the lowest priority are hidden first; those of the highest never are."""


def _shown_elsewhere(_row: HistoryRow) -> str:
    """Return "": the name, the description or the answers of the run show it."""
    return ""


def _prompt(row: HistoryRow, _now: str) -> str:
    return " ".join([*(["☆"] if row.starred else ()), row.prompt, *(f"#{tag}" for tag in row.tags)])


def number_of(row: HistoryRow) -> str:
    """Return the name of a run within its prompt: "#12", "test 3", "probe 4"."""
    return run_name("probe" if row.test is not None and row.test.is_probe else row.kind, row.row.number)


def _described(row: HistoryRow) -> str:
    """Return the description of an iteration, which begins with its number and date."""
    told, name = describe(row.row), at_start(run_name(row.kind, row.row.number))
    return at_start(number_of(row)) + told.removeprefix(name) if told.startswith(name) else told


def _lanes(row: HistoryRow) -> tuple[str, ...]:
    if row.test is not None:
        # Columns are often versions with the same model.
        return tuple(dict.fromkeys(row.lanes))
    return () if row.row.blind else row.lanes


def _listed_lanes(row: HistoryRow) -> tuple[str, ...]:
    return ("blind until it is judged" if row.row.blind else " · ".join(_lanes(row)),)


def _winner(row: HistoryRow) -> str:
    line = row.row
    return f"★ {line.winner}" if line.verdict == "winner" else line.winner


def _progress(row: HistoryRow) -> str:
    if row.row.running:
        return "running"
    # In a test an answer fails its checks; what failed here are calls.
    failed = row.row.outcome.failed
    return row.row.outcome.words if row.test is None else f"{counted(failed, 'call')} failed" if failed else ""


def suite_words(test: SuiteStanding) -> str:
    """Return what a test came to: "44/48 · 3 columns · 12 open", where 44 of 48 cases pass in the best column."""
    open_ = test.cells - test.answered
    parts = (
        f"{test.passing:,}/{test.scored:,}" if test.scored else "",
        UNMEASURED if test.is_unmeasured else "",
        counted(test.columns, "column"),
        "hold-out" if test.is_held_out else "",
        "probe" if test.is_probe else "",
        f"{open_:,} open" if open_ > 0 else "not scored" if test.scored == 0 else "",
    )
    return " · ".join(filter(None, parts))


def suite_sentence(test: SuiteStanding) -> str:
    """Return the same in full: "48 cases in 3 columns; 44 of 48 pass in the best"."""
    open_ = test.cells - test.answered
    kind = "hold-out case" if test.is_held_out else "case"
    where = " in the best" if test.columns > 1 else ""
    judged = f", {UNMEASURED}" if test.is_unmeasured else ""
    best = f"{test.passing:,} of {test.scored:,} pass{where}{judged}" if test.scored else ""
    parts = (
        f"{counted(test.cases, kind)} in {counted(test.columns, 'column')}",
        best,
        f"{counted(open_, 'answer')} missing" if open_ > 0 else "not scored" if test.scored == 0 else "",
        "a probe, which counts for nothing else" if test.is_probe else "",
    )
    return "; ".join(filter(None, parts))


def _standing(row: HistoryRow) -> str:
    """Return the verdict on a run, or else its state; and whether a part of its row is damaged."""
    line = row.row
    if row.test is not None:
        standing = " · ".join(filter(None, (suite_words(row.test), _progress(row))))
    elif line.verdict != "none":
        standing = _winner(row)
    else:
        standing = "blind, not judged" if line.blind and not line.running else _progress(row)
    return " · ".join(filter(None, (standing, "damaged" if line.damage else "")))


def _fact(row: HistoryRow) -> str:
    return _standing(row) if row.test is None else " · ".join(filter(None, (_suite(row), _progress(row))))


def _suite(row: HistoryRow) -> str:
    return "" if row.test is None else suite_sentence(row.test)


def _listed_standing(row: HistoryRow) -> tuple[str, ...]:
    standing = _winner(row) if row.test is None else suite_words(row.test)
    return standing, f"damaged: {row.row.damage}" if row.row.damage else _progress(row)


def _cost(row: HistoryRow) -> str:
    """Return the cost of a run; "" while it is hidden or unknown."""
    if row.row.running or row.row.blind or row.is_uncounted:
        return ""
    return show_sum(row.cost_usd, row.unpriced)


def _cost_words(row: HistoryRow) -> str:
    cost = _cost(row)
    unpriced = f" · {row.unpriced:,} without a price" if row.unpriced and cost == "unknown" else ""
    return cost and f"cost {cost}{unpriced}"


def _cost_fact(row: HistoryRow) -> str:
    """Return the cost for a line of facts, where “unknown” alone would be ambiguous."""
    cost = _cost(row)
    return f"cost {cost}" if cost == "unknown" else cost


COLUMNS: tuple[HistoryColumn, ...] = (
    HistoryColumn(
        "When",
        text=lambda row, now: relative(row.row.started_at, now),
        words=_shown_elsewhere,
        fact=_shown_elsewhere,
        listed=lambda row: (absolute(row.row.started_at),),
        width="Wednesday",
        is_number=False,
        priority=2,
    ),
    HistoryColumn(
        "Prompt",
        text=_prompt,
        words=lambda row: row.prompt,
        fact=_shown_elsewhere,
        listed=lambda row: (row.prompt,),
        width=0.24,
        is_number=False,
        priority=2,
    ),
    HistoryColumn(
        "Iter.",
        text=lambda row, _: number_of(row),
        words=_described,
        fact=_shown_elsewhere,
        listed=lambda row: (number_of(row),),
        width="9999",
        is_number=True,
        priority=2,
    ),
    HistoryColumn(
        "Change",
        text=lambda row, _: change_words(row.row) if row.kind == "iteration" else caption(row.row),
        # The description of an iteration has it, and `history list` the note.
        words=_shown_elsewhere,
        fact=_shown_elsewhere,
        listed=lambda row: (),
        width=0.28,
        is_number=False,
        priority=1,
    ),
    HistoryColumn(
        "Lanes",
        text=lambda row, _: " · ".join(_lanes(row)),
        words=lambda row: ", ".join(_lanes(row)),
        fact=_shown_elsewhere,
        listed=_listed_lanes,
        width=0.26,
        is_number=False,
        priority=1,
    ),
    HistoryColumn(
        "Winner",
        text=lambda row, _: _standing(row),
        # The description of an iteration has its verdict.
        words=_suite,
        fact=_fact,
        listed=_listed_standing,
        width=0.22,
        is_number=False,
        priority=2,
    ),
    HistoryColumn(
        "Cost",
        text=lambda row, _: _cost(row),
        words=_cost_words,
        fact=_cost_fact,
        listed=lambda row: (_cost(row),),
        width="< $0.0001",
        is_number=True,
        priority=1,
    ),
)
_PLACES = {column.title: place for place, column in enumerate(COLUMNS)}
WHEN, PROMPT, NUMBER = _PLACES["When"], _PLACES["Prompt"], _PLACES["Iter."]
CHANGE = _PLACES["Change"]
LANES, WINNER, COST = _PLACES["Lanes"], _PLACES["Winner"], _PLACES["Cost"]


def cell(row: HistoryRow, column: int, now: str) -> str:
    """Return the text of a cell. Raises IndexError for an unknown column."""
    if not 0 <= column < len(COLUMNS):
        raise IndexError(f"The history has no column {column}.")
    return COLUMNS[column].text(row, now)


def facts(row: HistoryRow) -> Iterator[str]:
    """Yield the facts about a run that follow its name and date."""
    return filter(None, (column.fact(row) for column in COLUMNS))


def listed(row: HistoryRow) -> Iterator[str]:
    """Yield the fields of a run in `workbench history list`, between its uid and its note."""
    return (field for column in COLUMNS for field in column.listed(row))


def marks_of(row: HistoryRow) -> list[str]:
    """Return the marks that users put on a run, in words."""
    marks = (("starred", row.starred), ("archived", row.archived), ("deleted", row.deleted))
    return [*(word for word, is_so in marks if is_so), *(f"tag {tag}" for tag in row.tags)]


def whole(row: HistoryRow) -> str:
    """Return one line with all information of a row, for tooltips and screen readers."""
    return " · ".join(filter(None, (*(column.words(row) for column in COLUMNS), *marks_of(row))))
