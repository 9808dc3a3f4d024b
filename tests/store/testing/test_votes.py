"""Columns that vote, read from the history: results, grid, filters, shares and reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import FAILED, NOW, lane, opened
from tests.store.testing.suites import CONTAINS, answered, begun, case, key, scored
from workbench.core.runs import AnswerStep, Result, Timing
from workbench.core.statistics.columns import summarise
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import GridQuery, RowFilter
from workbench.store import Store
from workbench.store.testing import test_starts, votes

RIGHT, WRONG = "Paris", "London"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(opened(tmp_path / "w.db")) as one:
        one.create_prompt("p", "Cities", NOW).result(60)
        yield one


def fill(store: Store, run: str, answers: list[list[str]], samples: int = 5, **goals: object) -> None:
    """Add a run with two columns of the same answers, of which the first one votes; what begins with P passes."""
    cases = [case(number) for number in range(len(answers))]
    columns = (lane("A", f"{run} one"), lane("B", f"{run} two"))
    begun(store, run, cases=cases, columns=columns, samples=samples, goals=RunGoals(vote=("A",), **goals))  # type: ignore[arg-type]
    scores = []
    for place, texts in enumerate(answers):
        for column in (0, 1):
            for sample, text in enumerate(texts):
                one = key(place, column, sample)
                duration = 1000 * (sample + 1)
                result = (
                    Result("finished", text, cost_usd=0.01, timing=Timing(0, 0, None, duration)) if text else FAILED
                )
                (uid,) = answered(store, run, [one], result)
                state = "no_answer" if not text else "pass" if "paris" in text.casefold() else "fail"
                scores.append(scored(one, uid, state))
    store.tests.begin_scoring(run, f"{run}.s", (CONTAINS,), NOW).result(60)
    store.tests.save_scores(f"{run}.s", scores).result(60)


ANSWERS = [
    # Elected without a majority: the others pass no vote.
    [WRONG, "Rome", RIGHT, " paris. ", "Oslo"],
    # The majority is wrong, once written differently.
    [RIGHT, WRONG, "london", RIGHT, "LONDON."],
    # A tie, and a failed call: the first answer.
    [RIGHT, WRONG, RIGHT, WRONG, ""],
    ["", "", "", "", ""],
    [RIGHT] * 5,
]


def test_a_case_has_the_result_of_its_elected_sample(store: Store) -> None:
    fill(store, "t1", ANSWERS)
    voted, plain = store.tests.results("t1", "t1.s")
    assert [one.cells[0].state for one in voted.cases] == ["pass", "fail", "pass", "no_answer", "pass"]
    assert [one.votes for one in voted.cases] == [(2, 5), (3, 5), (2, 4), (0, 0), (5, 5)]
    assert all(len(one.cells) == 1 for one in voted.cases)
    assert all(one.votes is None and len(one.cells) == 5 for one in plain.cases)
    first = voted.cases[0].cells[0]
    assert first.cost_usd == pytest.approx(0.05), "all samples are paid"
    assert first.seconds == 5.0, "the slowest sample"
    assert voted.cases[2].cells[0].cost_usd is None, "one of its costs is not known"
    summary = summarise(voted)
    assert summary.votes == (4, 2, 1)
    assert summary.passes is not None
    assert (summary.passes.passing, summary.passes.cases, summary.flaky) == (3, 4, ())
    other = summarise(plain)
    assert other.votes is None
    assert other.passes is not None
    assert other.passes.passing == 1


def test_grid_and_filters_show_the_vote(store: Store) -> None:
    fill(store, "t1", ANSWERS)
    page = store.tests.page("t1", "t1.s", GridQuery(), "", 10)
    voted = [row.cells[0] for row in page.rows]
    assert [cell.status for cell in voted] == ["pass", "fail", "pass", "no_answer", "pass"]
    assert [cell.votes for cell in voted] == [(2, 5), (3, 5), (2, 4), None, (5, 5)]
    assert [cell.sample for cell in voted[:3]] == [2, 1, 0]
    assert voted[0].text == RIGHT
    assert not any(cell.is_flaky for cell in voted)
    plain = [row.cells[1] for row in page.rows]
    assert [cell.status for cell in plain] == ["fail", "fail", "fail", "no_answer", "pass"]
    assert all(cell.votes is None for cell in plain)

    def rows(wanted: RowFilter, column: int) -> list[int]:
        found = store.tests.page("t1", "t1.s", GridQuery(wanted, column=column), "", 10)
        count = store.tests.counts("t1", "t1.s", GridQuery(column=column)).rows[wanted]
        assert count == len(found.rows)
        return [row.position for row in found.rows]

    assert (rows("failed", 0), rows("failed", 1)) == ([1], [0, 1, 2])
    assert (rows("flaky", 0), rows("flaky", 1)) == ([], [0, 1, 2])
    assert rows("no_answer", 0) == [3]
    by_sample = store.tests.page("t1", "t1.s", GridQuery(by_sample=True), "", 50)
    assert [row.cells[0].status for row in by_sample.rows[:5]] == ["fail", "fail", "pass", "pass", "fail"]


def test_regressed_compares_with_the_vote_of_the_earlier_run(store: Store) -> None:
    fill(store, "t0", ANSWERS[:1])
    fill(store, "t1", [[WRONG] * 5])
    assert store.tests.counts("t1", "t1.s", GridQuery(column=0)).rows["regressed"] == 1
    assert store.tests.counts("t1", "t1.s", GridQuery(column=1)).rows["regressed"] == 0


def test_an_elected_answer_that_is_not_scored_yet_leaves_the_case_out(store: Store) -> None:
    begun(store, "t1", cases=[case(0)], columns=(lane("A", "one"),), samples=3, goals=RunGoals(vote=("A",)))
    uids = [answered(store, "t1", [key(0, 0, n)], Result("finished", text))[0] for n, text in enumerate("xyy")]
    store.tests.begin_scoring("t1", "s", (CONTAINS,), NOW).result(60)
    store.tests.save_scores("s", [scored(key(0, 0, 0), uids[0], "pass")]).result(60)
    assert store.tests.results("t1", "s")[0].cases == ()
    store.tests.save_scores("s", [scored(key(0, 0, 1), uids[1], "fail")]).result(60)
    assert [one.cells[0].state for one in store.tests.results("t1", "s")[0].cases] == ["fail"]


def test_tool_calls_are_compared_too(store: Store) -> None:
    begun(store, "t1", cases=[case(0)], columns=(lane("A", "one"),), samples=3, goals=RunGoals(vote=("A",)))
    for sample, city in enumerate(("Oslo", "Rome", "Rome")):
        step = AnswerStep("tool_call", f'{{"city": "{city}"}}', "look", "c1")
        answered(store, "t1", [key(0, 0, sample)], Result("finished", "", steps=(step,)))
    assert store.tests.elected("t1") == {(0, 0): 1}


def test_too_few_samples_do_not_vote(store: Store) -> None:
    fill(store, "t1", [[RIGHT, WRONG]], samples=2)
    assert store.tests.elected("t1") == {}
    assert len(store.tests.results("t1", "t1.s")[0].cases[0].cells) == 2


def test_votes_of_an_unknown_form_are_none(store: Store) -> None:
    fill(store, "t1", ANSWERS[:1])
    with store._readers.use() as connection:
        run = test_starts.run_key(connection, "t1")
        assert votes.voting_lanes(connection, run) == (0,)
        assert votes.voting_lanes(connection, run + 1) == ()
    assert RunGoals.from_json({"vote": "A"}).vote == ()
    assert RunGoals.from_json({"vote": ["A", 1]}).vote == ()
    assert RunGoals.from_json(RunGoals(vote=("A",)).to_json()) == RunGoals(vote=("A",))


def test_share_of_a_version_counts_votes(store: Store) -> None:
    fill(store, "t1", ANSWERS[:3])
    (version,) = {column.version for column in store.tests.run("t1").columns}
    share = store.pass_shares.of_versions("p", [version])[version]
    assert (share.passed, share.scored) == (2, 3)
