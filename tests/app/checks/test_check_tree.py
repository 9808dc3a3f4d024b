"""Changes of nested checks: nothing is lost, and paths follow what moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.app.checks import check_tree
from workbench.app.checks.check_tree import Checks, Path
from workbench.core.cases import SET, Check

A, B, C, D = (Check("contains", value=f'"{name}"') for name in "abcd")
SOME: Checks = (A, Check(SET, checks=(B, C)), D)


def told(checks: Checks) -> str:
    """Return the checks as letters, sets in brackets."""
    return "".join(f"[{told(one.checks)}]" if one.type == SET else one.value.strip('"') for one in checks)


@pytest.mark.parametrize(
    ("path", "step", "after", "now"),
    [
        ((0,), 1, "[bc]ad", (1,)),
        ((0,), -1, "a[bc]d", (0,)),
        ((2,), 1, "a[bc]d", (2,)),
        ((1, 0), 1, "a[cb]d", (1, 1)),
        ((1, 1), 1, "a[bc]d", (1, 1)),
    ],
)
def test_check_moves_among_its_siblings(path: Path, step: int, after: str, now: Path) -> None:
    checks, place = check_tree.moved(SOME, path, step)
    assert (told(checks), place) == (after, now)


def test_check_moves_into_the_set_before_it_and_out_again() -> None:
    checks, path = check_tree.moved_in(SOME, (2,))
    assert (told(checks), path) == ("a[bcd]", (1, 2))
    assert check_tree.moved_out(checks, path) == (SOME, (2,))
    assert check_tree.moved_in(SOME, (0,)) == (SOME, (0,))
    assert check_tree.moved_in(SOME, (1,)) == (SOME, (1,))
    assert check_tree.moved_out(SOME, (0,)) == (SOME, (0,))


@pytest.mark.parametrize(
    ("source", "target", "after", "now"),
    [
        ((0,), (3,), "[bc]da", (2,)),
        ((0,), (1, 1), "[bac]d", (0, 1)),
        ((2,), (0,), "da[bc]", (0,)),
        ((1, 0), (1, 2), "a[cb]d", (1, 1)),
        ((1, 0), (0,), "ba[c]d", (0,)),
        ((1,), (1, 1), "a[bc]d", (1,)),
        ((1,), (1,), "a[bc]d", (1,)),
    ],
)
def test_dragged_check_goes_before_the_target(source: Path, target: Path, after: str, now: Path) -> None:
    checks, place = check_tree.moved_to(SOME, source, target)
    assert (told(checks), place) == (after, now)


def test_new_check_goes_into_the_selected_set_or_behind_the_selected_check() -> None:
    assert check_tree.place_for_new(SOME, None) == (3,)
    assert check_tree.place_for_new(SOME, (1,)) == (1, 2)
    assert check_tree.place_for_new(SOME, (1, 0)) == (1, 1)
    assert check_tree.place_for_new(SOME, (0,)) == (1,)


def test_check_is_replaced_inserted_and_removed_at_its_path() -> None:
    assert told(check_tree.with_check(SOME, (1, 0), D)) == "a[dc]d"
    assert told(check_tree.inserted(SOME, (1, 2), D, A)) == "a[bcda]d"
    assert told(check_tree.removed(SOME, (1, 0))) == "a[c]d"
    assert [path for path, _ in check_tree.walked(SOME)] == [(0,), (1,), (1, 0), (1, 1), (2,)]
    for missing in ((4,), (1, 3), (-1,)):
        with pytest.raises(IndexError):
            check_tree.inserted(SOME, missing, A)


LEAVES = st.sampled_from([A, B, C, D])
TREES = st.lists(
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3).map(lambda some: Check(SET, checks=tuple(some)))),
    min_size=1,
    max_size=4,
).map(tuple)


@given(TREES, st.data())
def test_moving_loses_nothing_and_returns_the_new_path(checks: Checks, data: st.DataObject) -> None:
    paths = [path for path, _ in check_tree.walked(checks)]
    source = data.draw(st.sampled_from(paths))
    check = check_tree.check_at(checks, source)
    moves = [
        check_tree.moved(checks, source, data.draw(st.sampled_from([-1, 1]))),
        check_tree.moved_in(checks, source),
        check_tree.moved_out(checks, source),
        check_tree.moved_to(checks, source, data.draw(st.sampled_from([*paths, (len(checks),)]))),
    ]
    for after, path in moves:
        assert check_tree.check_at(after, path) == check
        count = sorted(told(after).replace("[", "").replace("]", ""))
        assert count == sorted(told(checks).replace("[", "").replace("]", ""))
        assert len(list(check_tree.walked(after))) == len(paths)
