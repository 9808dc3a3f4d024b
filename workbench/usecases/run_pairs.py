"""Comparison of two runs, answer by answer.

Invariant: an answer is paired with that of the lane with the same title, to the same values; others are unpaired.
Answers of a value set that is blind in either run are excluded, because their lanes have no names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.core.content_diff import PartDiff, State
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.runs import IterationDetail, OutputRecord, RunSet
from workbench.usecases.comparison import ComparisonSide, compare_prompts, side_of


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """An answer in either or both runs; `sample` counts from 0."""

    title: str
    sample: int
    values: RunSet
    old: OutputRecord | None
    new: OutputRecord | None
    diff: TextDiff

    @property
    def state(self) -> State:
        """How the answer changed."""
        if self.old is None or self.new is None:
            return "added" if self.old is None else "removed"
        return "changed" if self.diff.hunks else "same"


@dataclass(frozen=True, slots=True)
class RunPair:
    """Two runs. `parts` compares prompts, lanes (unless one of the runs is blind) and values."""

    old: IterationDetail
    new: IterationDetail
    parts: tuple[PartDiff, ...]
    answers: tuple[AnswerPair, ...]


def compare_runs(old: IterationDetail, new: IterationDetail) -> RunPair:
    """Compare two runs. Slow for long texts."""
    blind = bool(old.blind or new.blind)
    sides = [ComparisonSide(detail.content) if blind else side_of(detail) for detail in (old, new)]
    parts = (*compare_prompts(*sides), compare_values(old.sets, new.sets))
    return RunPair(old, new, parts, tuple(_answers(old, new)))


def compare_values(old: Sequence[RunSet], new: Sequence[RunSet]) -> PartDiff:
    """Compare the value sets of two runs, each as one text."""
    diff = diff_texts(*("\n\n".join(_written(one) for one in sets) for sets in (old, new)))
    return PartDiff("Values", "changed" if diff.hunks else "same", diff)


def _written(one: RunSet) -> str:
    return "\n".join([*([one.name] if one.name else ()), *(f"{name}: {value}" for name, value in one.values)])


def _answers(old: IterationDetail, new: IterationDetail) -> Iterator[AnswerPair]:
    left = list(range(len(old.sets)))
    for place, one in enumerate(new.sets):
        same = next((at for at in left if dict(old.sets[at].values) == dict(one.values)), None)
        if same is None and len(old.sets) == len(new.sets) == 1:
            same = 0
        if same is not None:
            left.remove(same)
        if place not in new.blind and (same is None or same not in old.blind):
            yield from _pairs(one, {} if same is None else _named(old, same), _named(new, place))
    for at in left:
        if at not in old.blind:
            yield from _pairs(old.sets[at], _named(old, at), {})


def _named(detail: IterationDetail, place: int) -> dict[tuple[str, int, int], OutputRecord]:
    """Return the newest attempts of a set by lane title, index among the lanes of that title, and sample."""
    titles: Counter[str] = Counter()
    by_lane: dict[int, list[OutputRecord]] = {lane.position: [] for lane in detail.lanes}
    for output in detail.outputs:
        if output.value_set == place and output.position in by_lane:
            by_lane[output.position].append(output)
    named: dict[tuple[str, int, int], OutputRecord] = {}
    for lane in detail.lanes:
        title = lane.lane.title
        named |= {(title, titles[title], output.sample): output for output in by_lane[lane.position]}
        titles[title] += 1
    return named


def _pairs(
    values: RunSet, old: dict[tuple[str, int, int], OutputRecord], new: dict[tuple[str, int, int], OutputRecord]
) -> Iterator[AnswerPair]:
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        diff = diff_texts(before.result.text if before else "", after.result.text if after else "")
        yield AnswerPair(key[0], key[2], values, before, after, diff)
