"""Scorings of test runs: scores, results, and what people overrule."""

from __future__ import annotations

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done
from tests.store.testing.suites import CONTAINS, answered, begun, case, key, scored
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, MetricScore
from workbench.core.statistics.results import CaseResults, CellResult
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import GridQuery
from workbench.store import Store, StoreError
from workbench.store.testing.records import CellScored, StoredScoring


def test_scores_are_kept_with_their_details(store: Store) -> None:
    begun(store)
    [output] = answered(store, "t1", [key(0)])
    part = CheckResult("unscored", None, "No.", metrics=(MetricScore("m", 0.5, 2.0),))
    result = CheckResult("fail", 0.25, "It is late.", (1, 3), "a", "b", (part, part), (MetricScore("tone", 0.25),))
    own = Check("regex", value='"y"')
    store.tests.begin_scoring("t1", "s", (CONTAINS,), LATER, threshold=0.5).result(60)
    score = CellScored(key(0), output, "fail", 0.25, "It is late.", ((CONTAINS, result), (own, part)))
    store.tests.save_scores("s", [score]).result(60)
    detail = store.tests.cell("t1", "s", key(0))
    assert detail.results == (result, part)
    assert detail.checks == (CONTAINS, own)
    assert detail.check_hashes == (check_hash(CONTAINS), check_hash(own))
    assert detail.overruled == (None, None)
    assert store.tests.scorings("t1") == (StoredScoring("s", LATER, (CONTAINS,), 0.5),)
    assert store.tests.run("t1").scoring_uid == "s"


def test_new_scoring_keeps_the_old_one(store: Store) -> None:
    begun(store)
    outputs = answered(store, "t1", [key(0), key(1)])
    for uid, state, at in (("s1", "fail", NOW), ("s2", "pass", LATER)):
        store.tests.begin_scoring("t1", uid, (CONTAINS,), at).result(60)
        assert [one.output_uid for one in store.tests.unscored_cells("t1", uid, None, 9)] == outputs
        assert [one.output_uid for one in store.tests.unscored_cells("t1", uid, key(0, 1), 9)] == outputs[1:]
        store.tests.save_scores(uid, [scored(key(0), outputs[0], state)]).result(60)  # type: ignore[arg-type]
        assert [one.output_uid for one in store.tests.unscored_cells("t1", uid, None, 9)] == outputs[1:]
    states = {uid: store.tests.page("t1", uid, GridQuery(), "", 1).rows[0].cells[0].status for uid in ("s1", "s2")}
    assert states == {"s1": "fail", "s2": "pass"}
    assert [one.uid for one in store.tests.scorings("t1")] == ["s2", "s1"]


def test_score_of_a_replaced_answer_does_not_count(store: Store) -> None:
    begun(store)
    [failed] = answered(store, "t1", [key(0)], FAILED)
    store.tests.begin_scoring("t1", "s", (CONTAINS,), NOW).result(60)
    store.tests.save_scores("s", [scored(key(0), failed, "no_answer")]).result(60)
    assert store.tests.unscored_cells("t1", "s", None, 9) == ()
    assert store.tests.results("t1", "s")[0].cases[0].cells[0].state == "no_answer"
    answered(store, "t1", [key(0)], done("ok"), attempt=2)
    assert [one.key for one in store.tests.unscored_cells("t1", "s", None, 9)] == [key(0)]
    assert store.tests.results("t1", "s")[0].cases == ()
    assert store.tests.page("t1", "s", GridQuery(), "", 1).rows[0].cells[0].status == "unchecked"


def test_results_are_those_of_the_statistics(store: Store) -> None:
    begun(store, cases=(case(0, cluster="c"), case(1), case(2)), samples=2)
    keys = [key(0), key(0, 0, 1), key(1), key(1, 1)]
    outputs = answered(store, "t1", keys[:3], FULL_RESULT) + answered(store, "t1", keys[3:], FAILED)
    store.tests.begin_scoring("t1", "s", (CONTAINS,), NOW).result(60)
    states = ("pass", "fail", "unscored", "no_answer")
    store.tests.save_scores(
        "s",
        [scored(*one) for one in zip(keys, outputs, states, strict=True)],  # type: ignore[arg-type]
    ).result(60)
    facts = (0.897, FULL_RESULT.cost_usd)
    first, second = store.tests.results("t1", "s")
    assert first.cases == (
        CaseResults("case-0", (CellResult("pass", 1.0, *facts), CellResult("fail", 0.0, *facts)), "c"),
        CaseResults("case-1", (CellResult("unscored", None, *facts),)),
    )
    assert second.cases == (CaseResults("case-1", (CellResult("no_answer"),)),)
    assert (first.name, second.name) != ("", "")


def test_overruling_a_check_counts_until_it_is_taken_back(store: Store) -> None:
    begun(store, cases=(case(0, checks=(Check("regex", value='"z"'),)),))
    [output] = answered(store, "t1", [key(0)])
    own = Check("regex", value='"z"')
    store.tests.begin_scoring("t1", "s", (CONTAINS,), NOW).result(60)
    failed, passed = CheckResult("fail", 0.0, "Missing."), CheckResult("pass", 1.0, "Found.")
    score = CellScored(key(0), output, "fail", 0.5, "Missing.", ((CONTAINS, failed), (own, passed)))
    store.tests.save_scores("s", [score]).result(60)

    def shown() -> tuple[object, ...]:
        cell = store.tests.page("t1", "s", GridQuery(), "", 1).rows[0].cells[0]
        result = store.tests.results("t1", "s")[0].cases[0].cells[0]
        decided = store.tests.cell("t1", "s", key(0)).overruled[0]
        return cell.status, cell.is_overruled, cell.score, result.state, result.score, decided and decided.state

    assert shown() == ("fail", False, 0.5, "fail", 0.5, None)
    store.tests.overrule("t1", output, check_hash(CONTAINS), "pass", "It says so.", LATER, "o1").result(60)
    assert shown() == ("pass", True, 1.0, "pass", 1.0, "pass")
    decided = store.tests.cell("t1", "s", key(0))
    assert decided.overruled[0] is not None
    assert decided.overruled[0].note == "It says so."
    assert decided.results == (failed, passed)
    # A new result of the same check is overruled, too.
    store.tests.save_scores("s", [score]).result(60)
    assert shown() == ("pass", True, 1.0, "pass", 1.0, "pass")
    store.tests.overrule("t1", output, check_hash(own), "fail", "", LATER, "o2").result(60)
    assert shown() == ("fail", True, 0.5, "fail", 0.5, "pass")
    for number, hash_ in enumerate((check_hash(own), check_hash(CONTAINS))):
        store.tests.overrule("t1", output, hash_, "none", "", LATER, f"p{number}").result(60)
    assert shown() == ("fail", False, 0.5, "fail", 0.5, None)


@pytest.mark.parametrize(("threshold", "state"), [(None, "fail"), (0.5, "pass"), (0.6, "fail"), ("as tested", "pass")])
def test_overruled_score_is_compared_as_the_scoring_did(store: Store, threshold: object, state: str) -> None:
    """The threshold of the case may have changed since it was tested."""
    begun(store, cases=(case(0, threshold=0.2),))
    [output] = answered(store, "t1", [key(0)])
    other = Check("regex", value='"z"')
    store.tests.begin_scoring("t1", "s", (CONTAINS, other), NOW, threshold=0.9).result(60)
    failed = CheckResult("fail", 0.0, "Missing.")
    checks = ((CONTAINS, failed), (other, failed))
    score = CellScored(key(0), output, "fail", 0.0, "Missing.", checks, threshold)  # type: ignore[arg-type]
    store.tests.save_scores("s", [score]).result(60)
    store.tests.overrule("t1", output, check_hash(CONTAINS), "pass", "", LATER, "o1").result(60)
    cell = store.tests.page("t1", "s", GridQuery(), "", 1).rows[0].cells[0]
    assert (cell.status, cell.score) == (state, 0.5)


def test_overrule_of_an_answer_that_is_not_in_the_run_is_refused(store: Store) -> None:
    begun(store)
    with pytest.raises(StoreError, match="not in the history"):
        store.tests.overrule("t1", "unknown", "hash", "pass", "", NOW, "o").result(60)
