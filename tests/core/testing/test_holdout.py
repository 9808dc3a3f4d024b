"""The hold-out: a third by cluster, never what was seen, and later cases by hash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.cases import Case
from workbench.core.testing.holdout import FEWEST_CASES, joined, proposed


def made(number: int, clusters: int = 0) -> list[Case]:
    return [Case(f"u{n}", cluster=f"c{n % clusters}" if clusters else "") for n in range(number)]


def test_a_third_is_proposed_from_thirty_cases_on() -> None:
    assert proposed(made(FEWEST_CASES - 1), (), "s") == frozenset()
    assert len(proposed(made(FEWEST_CASES), (), "s")) == 10
    assert len(proposed(made(300), (), "s")) == 100


def test_another_salt_chooses_other_cases_and_the_order_of_cases_does_not_matter() -> None:
    cases = made(60)
    assert proposed(cases, (), "s") == proposed(cases[::-1], (), "s")
    assert proposed(cases, (), "s") != proposed(cases, (), "t")


@given(st.integers(30, 120), st.integers(0, 20), st.sets(st.integers(0, 119)), st.text(max_size=3))
def test_clusters_stay_together_and_what_was_seen_stays_out(
    number: int, clusters: int, seen: set[int], salt: str
) -> None:
    cases = made(number, clusters)
    seen_uids = {f"u{n}" for n in seen}
    held = proposed(cases, seen_uids, salt)
    assert len(held) <= round(number / 3) + 1
    touched = {case.cluster for case in cases if case.cluster and case.uid in seen_uids}
    assert not held & seen_uids
    assert not any(case.uid in held for case in cases if case.cluster in touched)
    for cluster in {case.cluster for case in cases} - {""}:
        assert len({case.uid in held for case in cases if case.cluster == cluster}) == 1


def test_a_cluster_larger_than_the_hold_out_is_passed_over() -> None:
    cases = [*(Case(f"big{n}", cluster="big") for n in range(30)), *made(30)]
    held = proposed(cases, (), "s")
    assert len(held) == 20
    assert not any(uid.startswith("big") for uid in held)


def test_later_cases_join_their_cluster_else_about_one_in_three() -> None:
    there = [Case("a", cluster="in", held_out=True), Case("b", cluster="out")]
    assert joined(Case("x", cluster="in"), there, "s")
    assert not joined(Case("x", cluster="out"), there, "s")
    assert not joined(Case("x", cluster="in"), there, "")
    assert 280 < sum(joined(Case(f"n{n}"), there, "s") for n in range(1000)) < 390
