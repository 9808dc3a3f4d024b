"""How many cases pass by version: which run and which column counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, lane, opened, run, text
from tests.store.testing.suites import CONTAINS, answered, begun, case, key, scored
from workbench.core.statistics.results import CellState
from workbench.core.testing.check_hash import check_hash
from workbench.store import Store

COLUMNS = (lane("A", "one"), lane("B", "two"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(opened(tmp_path / "history.db")) as made:
        made.create_prompt("p", "Prompt p", NOW)
        made.create_prompt("q", "Prompt q", NOW).result(60)
        yield made


def score(store: Store, uid: str, states: Mapping[tuple[int, int, int], CellState], scoring: str = "") -> None:
    """Answer cells of a run, and score them: (case, column, sample) → state."""
    scoring = scoring or f"{uid}.s"
    keys = [key(*at) for at in states]
    fresh = [one for one in keys if one in store.tests.open_cells(uid, None, 1000)]
    uids = dict(zip(fresh, answered(store, uid, fresh), strict=True))
    store.tests.begin_scoring(uid, scoring, (CONTAINS,), NOW).result(60)
    uids |= {one: store.tests.cell(uid, scoring, one).output_uid for one in keys if one not in uids}
    scores = [scored(one, uids[one], state) for one, state in zip(keys, states.values(), strict=True)]
    store.tests.save_scores(scoring, scores).result(60)


def shares(store: Store, *versions: int) -> dict[int, str]:
    return {at: share.text for at, share in store.pass_shares.of_versions("p", versions or (1, 2, 3)).items()}


def test_prompt_without_a_scored_test_has_no_share(store: Store) -> None:
    assert shares(store) == {}
    begun(store, columns=COLUMNS)
    assert shares(store) == {}
    answered(store, "t1", [key(0)])
    assert shares(store) == {}


def test_share_counts_cases_of_the_baselines_model(store: Store) -> None:
    begun(store, columns=COLUMNS, baseline=1)
    score(store, "t1", {(0, 0, 0): "pass", (1, 0, 0): "pass", (0, 1, 0): "pass", (1, 1, 0): "fail"})
    (share,) = store.pass_shares.of_versions("p", (1,)).values()
    assert (share.text, share.title, share.number, share.cases) == ("1/2", "two", 1, 2)
    assert share.words.startswith("1 of 2 tuning cases passes on two (test 1, ")


def test_first_column_counts_for_a_version_without_the_baselines_model(store: Store) -> None:
    store.begin_run(run("r1", text("First {{order}}"))).result()
    columns = (lane("A", "one"), lane("B", "two", pinned=1), lane("C", "three", pinned=1))
    begun(store, columns=columns, content=text("Second {{order}}"))
    score(store, "t1", {(0, 0, 0): "pass", (0, 1, 0): "fail", (0, 2, 0): "pass", (1, 2, 0): "pass"})
    found = store.pass_shares.of_versions("p", (1, 2))
    assert {at: (share.title, share.text) for at, share in found.items()} == {1: ("two", "0/1"), 2: ("one", "1/1")}


def test_case_passes_by_most_of_its_scored_samples(store: Store) -> None:
    begun(store, columns=COLUMNS[:1], samples=3, cases=(case(0), case(1), case(2)))
    samples: dict[tuple[int, int, int], CellState] = {
        (0, 0, 0): "pass", (0, 0, 1): "pass", (0, 0, 2): "fail",
        (1, 0, 0): "pass", (1, 0, 1): "fail", (1, 0, 2): "unscored",
        (2, 0, 0): "unscored", (2, 0, 1): "no_answer",
    }  # fmt: skip
    score(store, "t1", samples)
    (share,) = store.pass_shares.of_versions("p", (1,)).values()
    assert share.text == "1/2"
    assert ", 1 without a result (" in share.words


def test_newest_tuning_run_and_its_newest_scoring_count(store: Store) -> None:
    begun(store, "t1", columns=COLUMNS[:1])
    score(store, "t1", {(0, 0, 0): "pass", (1, 0, 0): "pass"})
    assert shares(store) == {1: "2/2"}
    begun(store, "hold", columns=COLUMNS[:1], set_name="holdout", round=2)
    score(store, "hold", {(0, 0, 0): "fail"})
    begun(store, "probe", columns=COLUMNS[:1], probe="facts")
    score(store, "probe", {(0, 0, 0): "fail"})
    assert shares(store) == {1: "2/2"}, "neither the hold-out nor a probe counts"
    begun(store, "t2", columns=COLUMNS[:1])
    assert shares(store) == {1: "2/2"}, "a run without results does not count yet"
    score(store, "t2", {(0, 0, 0): "fail", (1, 0, 0): "pass"})
    assert shares(store) == {1: "1/2"}
    store.tests.begin_scoring("t2", "again", (CONTAINS,), LATER).result(60)
    score(store, "t2", {(0, 0, 0): "pass", (1, 0, 0): "pass"}, "again")
    assert shares(store) == {1: "2/2"}
    assert shares(store, 7) == {}


def test_overruled_check_counts(store: Store) -> None:
    begun(store, columns=COLUMNS[:1], cases=(case(0),))
    score(store, "t1", {(0, 0, 0): "fail"})
    output = store.tests.cell("t1", "t1.s", key(0)).output_uid
    store.tests.overrule("t1", output, check_hash(CONTAINS), "pass", "", LATER, "o1").result(60)
    assert shares(store) == {1: "1/1"}


def test_deleted_run_does_not_count(store: Store) -> None:
    begun(store, columns=COLUMNS[:1], cases=(case(0),))
    score(store, "t1", {(0, 0, 0): "pass"})
    store.curation.delete(["t1"], deleted=True).result(60)
    assert shares(store) == {}
