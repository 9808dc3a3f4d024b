"""Nested parts of training rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.training_portions import portion

SHARES = (0.25, 0.5, 1.0)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(0, 5))
def test_parts_are_nested_split_no_group_and_reach_their_share(groups: list[int], seed: int) -> None:
    rows = list(range(len(groups)))
    parts = [set(portion(rows, groups, share, seed)) for share in SHARES]
    assert parts[0] <= parts[1] <= parts[2] == set(rows)
    largest = max(groups.count(group) for group in set(groups))
    for share, part in zip(SHARES, parts, strict=True):
        assert share * len(rows) <= len(part) < share * len(rows) + largest
        drawn = {groups[row] for row in part}
        assert part == {row for row in rows if groups[row] in drawn}


def test_parts_are_the_same_each_time_and_keep_the_order() -> None:
    rows, groups = list("abcdefgh"), list("abcdefgh")
    first = portion(rows, groups, 0.5)
    assert first == portion(rows, groups, 0.5)
    assert list(first) == sorted(first)
    assert len({portion(rows, groups, 0.5, seed) for seed in range(20)}) > 1
