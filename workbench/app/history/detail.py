"""The details of a run in the history: its prompt diffed against the version before, its answers with search hits.

Invariant: while a value set is blind, nothing here reveals which lane answered in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.app.compose.hidden_names import order
from workbench.core.content_diff import ContentPart, PartDiff, parts_of
from workbench.core.cost_words import cost_words
from workbench.core.dates import duration
from workbench.core.empty_answers import empty_sentence
from workbench.core.further_choices import further_choices, further_words
from workbench.core.runs import WHY_IS_HIDDEN, IterationDetail, OutputRecord, Result, Verdict
from workbench.core.search.match_marker import Mark, MatchMarker
from workbench.core.search.parser import parse
from workbench.core.search.results import HistoryRow
from workbench.store import Store
from workbench.store.search.fields import FIELDS
from workbench.usecases.comparison import against_parent
from workbench.usecases.history import History

Standing = Literal["", "winner", "tie", "bad"]
MOST_CHARACTERS = 15_000
"""Limit per answer; longer ones are read in Compose."""
MOST_CARDS = 12
_LOOKED_THROUGH = 200_000
_BEFORE_MARK = 1000
_VEILED = "Blind answers are shown when all have ended."


@dataclass(frozen=True, slots=True)
class AnswerCardData:
    """A displayed answer. `text` is the displayed part, `marks` are ranges in it.

    `record` is the whole output, None while blind. `said` is the reason why the whole answer is not shown.
    """

    title: str
    text: str
    marks: tuple[Mark, ...] = ()
    cut_start: bool = False
    cut_end: bool = False
    standing: Standing = ""
    facts: str = ""
    brief: str = ""
    """The facts in short form."""
    said: str = ""
    record: OutputRecord | None = None
    whole: str = ""
    """The whole answer, for copying."""


@dataclass(frozen=True, slots=True)
class AnsweredSet:
    """A value set and the answers to it."""

    name: str
    values: tuple[tuple[str, str], ...]
    cards: tuple[AnswerCardData, ...]


@dataclass(frozen=True, slots=True)
class RunDetailView:
    """A run with everything shown of it.

    `parts` are the changes since version `parent`, which people call `parent_name`; without a parent, `whole` is the
    prompt. `left_out` counts answers missing from `sets`.
    """

    row: HistoryRow
    detail: IterationDetail
    parent: int | None
    parts: tuple[PartDiff, ...]
    whole: tuple[ContentPart, ...]
    sets: tuple[AnsweredSet, ...]
    left_out: int = 0
    marker: MatchMarker | None = None
    """Finds the searched words."""
    parent_name: str = ""


def looked(store: Store, history: History, row: HistoryRow, text: str) -> RunDetailView:
    """Read the details of a run. Blocks."""
    detail = history.detail(row.row.run_uid)
    parent, parts = (
        (None, ()) if detail.newer else against_parent(store, row.prompt_uid, detail.row.version, detail.content)
    )
    marker = MatchMarker(parse(text, FIELDS).query)
    cards = [list(_cards(detail, position, marker)) for position in range(len(detail.sets))]
    shown, left_out = _most(cards)
    sets = tuple(
        AnsweredSet(one.name, one.values, tuple(some)) for one, some in zip(detail.sets, shown, strict=True) if some
    )
    number, name = (None, "") if parent is None else (parent.number, parent.name)
    return RunDetailView(row, detail, number, parts, parts_of(detail.content), sets, left_out, marker, name)


def _most(cards: list[list[AnswerCardData]]) -> tuple[list[list[AnswerCardData]], int]:
    """Return as many cards as can be shown in their order, preferring search hits and winners."""
    every = [
        (not (card.marks or card.standing == "winner"), place, at)
        for place, some in enumerate(cards)
        for at, card in enumerate(some)
    ]
    kept = {(place, at) for _, place, at in sorted(every)[:MOST_CARDS]}
    shown = [[card for at, card in enumerate(some) if (place, at) in kept] for place, some in enumerate(cards)]
    return shown, len(every) - len(kept)


def _cards(detail: IterationDetail, position: int, marker: MatchMarker) -> Iterator[AnswerCardData]:
    """Yield the answers to one value set: the last attempt of each sample."""
    last: dict[tuple[int, int], OutputRecord] = {}
    for output in detail.outputs:
        if output.value_set == position:
            known = last.get((output.position, output.sample))
            if known is None or known.attempt < output.attempt:
                last[output.position, output.sample] = output
    lanes = {lane.position: lane.lane for lane in detail.lanes}
    if position in detail.blind:
        slots = order(detail.row.run_uid, position, [lane.slot for lane in lanes.values()])
        places = {place: slots.index(lane.slot) for place, lane in lanes.items()}
        for (lane, _), output in sorted(last.items(), key=lambda item: (places[item[0][0]], item[0][1])):
            title = f"Answer {places[lane] + 1}"
            # The growth of an answer would reveal the lane.
            yield AnswerCardData(title, "", said=_VEILED) if detail.row.running else _card(title, output, marker)
        return
    verdict = detail.verdicts[position]
    for (lane, sample), output in sorted(last.items()):
        title = lanes[lane].title + (f" · sample {sample + 1}" if sample else "")
        yield _card(title, output, marker, standing=_standing(verdict, lane), record=output)


def _card(
    title: str,
    output: OutputRecord,
    marker: MatchMarker,
    *,
    standing: Standing = "",
    record: OutputRecord | None = None,
) -> AnswerCardData:
    result = output.result
    marks = marker.marks(result.text[:_LOOKED_THROUGH]) if marker else ()
    start = max(0, marks[0][0] - _BEFORE_MARK) if marks and marks[0][1] > MOST_CHARACTERS else 0
    end = min(len(result.text), start + MOST_CHARACTERS)
    return AnswerCardData(
        title=title,
        text=result.text[start:end],
        marks=tuple((first - start, min(last, end) - start) for first, last in marks if start <= first < end),
        cut_start=start > 0,
        cut_end=end < len(result.text),
        standing=standing,
        facts="" if record is None else _facts(result),
        brief="" if record is None else cost_words(result),
        said=_said(result, blind=record is None),
        record=record,
        whole=result.text,
    )


def _standing(verdict: Verdict, lane: int) -> Standing:
    if verdict.kind == "all_bad":
        return "bad"
    if lane not in verdict.positions or verdict.kind == "none":
        return ""
    return "winner" if verdict.kind == "winner" else "tie"


def _facts(result: Result) -> str:
    tokens = result.usage.output
    parts = (
        duration(result.timing.duration),
        "" if tokens is None else f"{tokens:,} tokens",
        cost_words(result),
    )
    return " · ".join(filter(None, parts))


def _said(result: Result, *, blind: bool) -> str:
    if result.failure is not None:
        return WHY_IS_HIDDEN if blind else result.failure.sentence
    if empty := empty_sentence(result, blind=blind):
        return empty
    if result.state != "finished":
        return result.state
    # The number of requested choices would reveal the lane.
    return "" if blind else further_words(len(further_choices(result.response)))
