"""Comparison of two runs of the history.

Invariant: every changed part of the prompts, values and settings is included; the older run is on the left. While
either run is blind, lanes are not compared, because their settings would identify them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from workbench.app.history.detail import AnswerCardData, AnsweredSet, RunDetailView
from workbench.core.content_diff import PartDiff
from workbench.core.version_name import at_start, run_name
from workbench.usecases.comparison import ComparisonSide, compare_prompts, side_of
from workbench.usecases.run_pairs import compare_values


@dataclass(frozen=True, slots=True)
class RunPairView:
    """`parts` are all parts of prompts, values and lanes; `sets` alternate cards of the older and the newer run."""

    older: RunDetailView
    newer: RunDetailView
    parts: tuple[PartDiff, ...]
    sets: tuple[AnsweredSet, ...]


def pair(one: RunDetailView, other: RunDetailView) -> RunPairView:
    """Compare two runs, given in either order. Slow for long texts."""
    older, newer = sorted((one, other), key=lambda looked: looked.row.row.started_at)
    blind = bool(older.detail.blind or newer.detail.blind)
    sides = [ComparisonSide(looked.detail.content) if blind else side_of(looked.detail) for looked in (older, newer)]
    parts = (*compare_prompts(*sides), compare_values(older.detail.sets, newer.detail.sets))
    return RunPairView(older, newer, parts, tuple(_sets(older, newer)))


def _sets(older: RunDetailView, newer: RunDetailView) -> Iterator[AnsweredSet]:
    """Yield the sets of both runs: those with equal values merged, then the others."""
    left = list(older.sets)
    for one in newer.sets:
        same = next((other for other in left if other.values == one.values), None)
        if same is None and len(older.sets) == len(newer.sets) == 1:
            same = left[0]
        if same is not None:
            left.remove(same)
        cards = _in_turn(older, newer, () if same is None else same.cards, one.cards)
        yield AnsweredSet(one.name, one.values if same is None or same.values == one.values else (), tuple(cards))
    for other in left:
        yield AnsweredSet(other.name, other.values, tuple(_in_turn(older, newer, other.cards, ())))


def _in_turn(
    older: RunDetailView, newer: RunDetailView, before: tuple[AnswerCardData, ...], after: tuple[AnswerCardData, ...]
) -> Iterator[AnswerCardData]:
    """Yield cards of the older and the newer run alternately; answers of the same lane are adjacent."""
    rest = list(after)
    matched: list[tuple[AnswerCardData | None, AnswerCardData | None]] = []
    alone = []
    for card in before:
        same = next((other for other in rest if other.title == card.title), None)
        if same is None:
            alone.append(card)
        else:
            rest.remove(same)
            matched.append((card, same))
    matched += zip_longest(alone, rest)
    for left, right in matched:
        yield _named(older, left)
        yield _named(newer, right)


def _named(looked: RunDetailView, card: AnswerCardData | None) -> AnswerCardData:
    name = run_name(looked.row.kind, looked.row.row.number)
    if card is None:
        return AnswerCardData(at_start(name), "", said=f"No other lane answered in {name}.")
    return replace(card, title=f"{at_start(name)} · {card.title}")
