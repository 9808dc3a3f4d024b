"""The grid can be arranged without changing what its cells say."""

from __future__ import annotations

from dataclasses import replace

from workbench.app.testing.arrangement import Arrangement, title_within
from workbench.core.lanes import Lane
from workbench.core.testing.grid import SuiteColumn

COLUMNS = tuple(
    SuiteColumn(place, Lane(f"l{place}", "e", model), version, f"#{version}")
    for place, (version, model) in enumerate([(1, "mini"), (2, "mini"), (1, "large"), (2, "large")])
)


def test_columns_are_grouped_in_the_order_of_their_first_one() -> None:
    assert Arrangement().order(COLUMNS) == (0, 1, 2, 3)
    assert Arrangement().groups(COLUMNS) == ()
    by_version = Arrangement(columns="version")
    assert by_version.order(COLUMNS) == (0, 2, 1, 3)
    assert by_version.groups(COLUMNS) == ("#1", "#2", "#1", "#2")
    assert Arrangement(columns="model").order(COLUMNS) == (0, 1, 2, 3)


def test_split_shows_one_part_and_steps_through_all() -> None:
    split = Arrangement(split="model")
    assert split.parts(COLUMNS, 1) == ("mini", "large")
    assert (split.shown_part(COLUMNS, 1), split.order(COLUMNS)) == ("mini", (0, 1))
    after = split.stepped(COLUMNS, 1, 1)
    assert (after.part, after.order(COLUMNS)) == ("large", (2, 3))
    assert after.stepped(COLUMNS, 1, 1).part == "mini"
    assert split.stepped(COLUMNS, 1, -1).part == "large"
    # A part that is gone stands for the first.
    assert replace(split, part="gone").order(COLUMNS) == (0, 1)
    assert Arrangement().stepped(COLUMNS, 1, 1) == Arrangement()


def test_split_by_sample_shows_all_columns_of_one_sample() -> None:
    split = Arrangement(split="sample", part="2")
    assert split.parts(COLUMNS, 3) == ("1", "2", "3")
    assert (split.sample(COLUMNS, 3), split.order(COLUMNS)) == (1, (0, 1, 2, 3))
    assert split.sample(COLUMNS, 1) == 0
    assert Arrangement(split="version").sample(COLUMNS, 3) is None


def test_titles_leave_out_their_group() -> None:
    assert title_within("#14 · gpt-5-mini · temp 0.2", "#14") == "gpt-5-mini · temp 0.2"
    assert title_within("#14 · gpt-5-mini", "gpt-5-mini") == "#14"
    assert title_within("#14", "#14") == "#14"
