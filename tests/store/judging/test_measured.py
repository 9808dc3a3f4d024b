"""Whether a judge of unmeasured error decides: as the statistics count labels."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tests.depth import seeds
from tests.store.judging.judges import label, verdict
from tests.store.making import LATER, NOW, opened
from tests.store.testing.suites import CONTAINS, key
from tests.ui.judged_support import CHECKS, HASH, judged_test, label_all
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.core.statistics.judge_error import JudgeError, judge_error
from workbench.store import Store
from workbench.store.judging.records import LabelPick, LabelState


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "history.db")
    made.create_prompt("p", "Order bot", NOW).result(60)
    yield made
    made.close()


def statistics(store: Store) -> JudgeError:
    """Return what the statistics say of the judge of the test."""
    run = store.tests.run("t1")
    columns = store.judges.results("t1", run.scoring_uid, HASH)
    return judge_error(chain.from_iterable(column.cells for column in columns))


def counted(store: Store) -> bool:
    """Whether the statistics call the judge of the test measured."""
    return statistics(store).is_measured


@pytest.mark.parametrize("seed", seeds(quick=12, deep=300))
def test_labels_of_every_kind_count_as_in_the_statistics(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    outputs = judged_test(store, 16)
    states: list[LabelState] = ["pass", "fail", "pass", "fail", "unsure", "none"]
    picks: list[LabelPick] = ["random", "random", "random", "borderline", "file", "own"]
    for number in range(60):
        at = f"2026-11-24T01:00:{chance.randrange(60):02d}.000Z"
        label(store, chance.choice(outputs), chance.choice(states), f"l{number}", picked=chance.choice(picks), at=at)
        assert store.judges.is_unmeasured("t1") == (not counted(store))
        [found] = store.judges.measuring_labels("t1")
        error = statistics(store)
        assert (found.check_hash, found.is_comparing, found.labels) == (HASH, False, error.labels)
        assert (found.wrong - found.caught, found.alarms) == (error.missed, error.alarms)


def test_labels_of_answers_that_the_judge_did_not_score_do_not_measure_it(store: Store) -> None:
    outputs = judged_test(store)
    assert store.judges.is_unmeasured("t1")
    label_all(store, outputs)
    assert not store.judges.is_unmeasured("t1")
    store.tests.begin_scoring("t1", "rules", (CONTAINS,), LATER).result(60)
    assert not store.judges.is_unmeasured("t1"), "no judge decides there"
    store.tests.begin_scoring("t1", "again", CHECKS, "2027-01-01T00:00:00.000Z").result(60)
    cells = [(key(case, column), f"t1.{case}.{column}.0.1") for case in range(24) for column in range(2)]
    scored = [verdict(*one, "pass" if place < FEWEST_LABELS - 1 else "unscored") for place, one in enumerate(cells)]
    store.tests.save_scores("again", scored).result(60)
    assert store.judges.is_unmeasured("t1")
    assert not counted(store)
