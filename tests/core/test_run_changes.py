"""Two runs of the same text say what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.run_changes import RunSetup, setup_change
from workbench.core.runs import RunSet

MINI = Lane("a", LITELLM, "acme/acme-mini", Params(temperature=0.2))
LARGE = Lane("b", LITELLM, "acme/acme-large", Params(temperature=0.2))
VALUES = (RunSet("", "", (("question", "Why?"), ("tone", "kind"))),)
BEFORE = RunSetup((MINI,), VALUES)


def warmer(lane: Lane) -> Lane:
    return replace(lane, params=Params(temperature=0.7))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (BEFORE, ""),
        (replace(BEFORE, sets=(RunSet("", "", (("question", "How?"), ("tone", "kind"))),)), "question"),
        (replace(BEFORE, sets=(RunSet("", "", (("question", "How?"),)),)), "question, tone"),
        (replace(BEFORE, sets=(RunSet("u", "Late", VALUES[0].values),)), "set Late"),
        (replace(BEFORE, sets=VALUES * 3), "3 sets"),
        (replace(BEFORE, lanes=(MINI, LARGE)), "+ acme-large"),
        (replace(BEFORE, lanes=(replace(LARGE, slot="a"),)), "acme-mini → acme-large"),
        (replace(BEFORE, lanes=(LARGE,)), "+ acme-large · − acme-mini"),
        (replace(BEFORE, lanes=(warmer(MINI),)), "temperature 0.2 → 0.7"),
        (replace(BEFORE, lanes=(replace(MINI, params=Params(max_tokens=9)),)), "temperature unset · max tokens 9"),
        (replace(BEFORE, lanes=(replace(MINI, samples=3),)), "3 samples"),
        (replace(BEFORE, lanes=(replace(MINI, pinned=2),)), "pinned"),
    ],
)
def test_difference_is_said_in_a_few_words(after: RunSetup, words: str) -> None:
    assert setup_change(BEFORE, after) == words


def test_change_of_one_lane_among_several_names_it_and_a_common_one_is_said_once() -> None:
    before = RunSetup((MINI, LARGE), VALUES)
    assert setup_change(before, RunSetup((MINI, warmer(LARGE)), VALUES)) == "acme-large: temperature 0.2 → 0.7"
    assert setup_change(before, RunSetup((warmer(MINI), warmer(LARGE)), VALUES)) == "temperature 0.2 → 0.7"


def test_lanes_that_showed_earlier_answers_were_neither_added_nor_removed() -> None:
    both, one = RunSetup((MINI, LARGE), VALUES), RunSetup((MINI,), VALUES, frozenset("b"))
    assert setup_change(both, one) == setup_change(one, both) == ""


def test_blind_run_says_nothing_about_its_lanes() -> None:
    sets = (RunSet("", "", (("question", "How?"), ("tone", "kind"))),)
    assert setup_change(BEFORE, RunSetup((LARGE,), sets), blind=True) == "question"


def test_long_list_is_cut() -> None:
    lanes = tuple(Lane(f"s{number}", LITELLM, f"model-{number}") for number in range(50))
    told = setup_change(BEFORE, RunSetup((MINI, *lanes), VALUES))
    assert len(told) == 120
    assert told.endswith("…")
