"""The leftovers of an alignment: always correct, minimal within the limit, bounded beyond it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core import align
from workbench.core.align import leftovers

sequences = st.lists(st.sampled_from("abcd"), max_size=14)
long_sequences = st.lists(st.sampled_from([f"w{i}" for i in range(12)]), max_size=60)


def rest(items: list[str], positions: list[int]) -> list[str]:
    gone = set(positions)
    return [item for at, item in enumerate(items) if at not in gone]


def common_length(one: list[str], other: list[str]) -> int:
    """The textbook algorithm for the longest common subsequence, as an oracle."""
    row = [0] * (len(other) + 1)
    for item in one:
        above = row[:]
        for at, candidate in enumerate(other, start=1):
            row[at] = above[at - 1] + 1 if item == candidate else max(above[at], row[at - 1])
    return row[-1]


@given(sequences, sequences)
def test_leftovers_are_minimal(before: list[str], after: list[str]) -> None:
    removed, added = leftovers(before, after)
    assert rest(before, removed) == rest(after, added)
    assert len(before) - len(removed) == common_length(before, after)
    assert removed == sorted(set(removed))
    assert added == sorted(set(added))


@given(long_sequences, long_sequences)
@pytest.mark.parametrize("pairs", [0, 9, 100])
def test_alignments_cut_at_the_limit_are_still_valid(pairs: int, before: list[str], after: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align, "EXACT_PAIRS", pairs)
        removed, added = leftovers(before, after)
    assert rest(before, removed) == rest(after, added)
    assert removed == sorted(set(removed))
    assert added == sorted(set(added))


def test_distant_edits_in_a_long_text_are_found_exactly() -> None:
    source = random.Random(3)
    before = source.choices([f"w{i}" for i in range(3000)], k=60_000)
    after = ["new", *before[:20_000], "newer", *before[20_005:50_000], "newest", *before[50_000:]]
    removed, added = leftovers(before, after)
    assert removed == list(range(20_000, 20_005))
    assert added == [0, 20_001, 49_997]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["x"] * 30_000, ["x", "y"] * 15_000),
        ([str(i) for i in range(30_000)], [str(i) for i in reversed(range(30_000))]),
        ([str(i) for i in range(30_000)], [f"n{i}" for i in range(30_000)]),
        ([str(i) for i in range(30_000)], []),
    ],
    ids=["one word", "reversed", "nothing common", "nothing"],
)
def test_long_adversarial_inputs_are_aligned(before: list[str], after: list[str]) -> None:
    removed, added = leftovers(before, after)
    assert rest(before, removed) == rest(after, added)


def test_moved_block_is_counted_once_on_each_side() -> None:
    before = [str(i) for i in range(30_000)]
    removed, added = leftovers(before, before[1000:] + before[:1000])
    assert (removed, added) == (list(range(1000)), list(range(29_000, 30_000)))


@given(st.permutations([str(n) for n in range(7)]))
def test_cuts_at_unique_items_keep_the_longest_common_sequence(after: list[str]) -> None:
    # Seven items contain no run of eight, so the cuts are at single items and the longest ascent remains.
    before = sorted(after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align, "EXACT_PAIRS", 0)
        removed, added = leftovers(before, after)
    assert rest(before, removed) == rest(after, added)
    assert len(before) - len(removed) == common_length(before, after)


def test_repeated_items_are_not_used_as_cuts() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align, "EXACT_PAIRS", 0)
        assert leftovers(["a", "x", "a", "b"], ["y", "a", "z"]) == ([0, 1, 2, 3], [0, 1, 2])


def test_long_runs_are_matched_before_single_items() -> None:
    block = [f"b{n}" for n in range(12)]
    before, after = ["lone", *block, "end"], [*block, "other", "lone", "tail"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align, "EXACT_PAIRS", 0)
        assert leftovers(before, after) == ([0, 13], [12, 13, 14])


def test_pair_table_fits_its_memory_limit() -> None:
    assert align.EXACT_PAIRS / 8 <= 8 * 2**20


@given(st.text("ab", max_size=40), st.text("ab", max_size=40), st.integers(1, 9))
def test_common_prefix_length_is_found_in_short_slices(one: str, other: str, stride: int) -> None:
    asked: list[int] = []

    def same(n: int, m: int) -> bool:
        asked.append(m - n)
        return one[n:m] == other[n:m]

    limit = min(len(one), len(other))
    expected = next((at for at in range(limit) if one[at] != other[at]), limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align, "STRIDE", stride)
        assert align.longest(limit, same) == expected
    assert all(length <= stride for length in asked)
