"""Choice of the hold-out: a third of the cases by cluster, none seen in Compose; later cases join by hash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.cases import Case
from workbench.core.testing.holdout import FEWEST_CASES, joining, proposal, proposed, together


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
    known = {"in": True, "out": False}
    assert joining({"x": "in", "y": "out"}, known, (), "s") == {"x"}
    assert joining({"x": "in"}, known, (), "") == frozenset()
    assert 280 < len(joining({f"n{n}": "" for n in range(1000)}, known, (), "s")) < 390


@given(
    st.dictionaries(st.text(max_size=4), st.sampled_from(["", "a", "b", "c", "d"]), max_size=40),
    st.dictionaries(st.sampled_from(["a", "b"]), st.booleans()),
    st.sets(st.text(max_size=4)),
    st.text(min_size=1, max_size=3),
)
def test_later_cases_stay_with_their_cluster_and_what_was_seen_stays_out(
    clusters: dict[str, str], known: dict[str, bool], seen: set[str], salt: str
) -> None:
    held = joining(clusters, known, seen, salt)
    assert not held & seen
    for cluster in set(clusters.values()) - {""}:
        unseen = {uid for uid, of in clusters.items() if of == cluster} - seen
        assert held & unseen in (frozenset(), frozenset(unseen))
        if cluster in known:
            assert known[cluster] == bool(held & unseen) or not unseen
        elif unseen != {uid for uid, of in clusters.items() if of == cluster}:
            assert not held & unseen
    # One by one or all at once: the same cases.
    later = frozenset[str]()
    for uid, cluster in clusters.items():
        if not cluster:
            later |= joining({uid: cluster}, known, seen, salt)
    assert later == {uid for uid in held if not clusters[uid]}


@given(st.integers(0, 60), st.integers(0, 9), st.sets(st.integers(0, 59)))
def test_a_proposal_counts_what_it_would_set_aside_or_says_why_not(number: int, clusters: int, seen: set[int]) -> None:
    cases = made(number, clusters)
    found = proposal("p", cases, {f"u{n}" for n in seen}, "s")
    assert found.uids == proposed(cases, {f"u{n}" for n in seen}, "s")
    assert bool(found.uids) != bool(found.refusal)
    assert found.seen == len([n for n in seen if n < number])
    assert str(len(found.uids)) in found.sentence
    assert "totals" in found.sentence


def test_a_case_is_opened_with_its_cluster() -> None:
    cases = [Case("a", cluster="x", held_out=True), Case("b", cluster="x", held_out=True), Case("c", held_out=True)]
    assert together(cases, "a") == {"a", "b"}
    assert together([*cases, Case("d", held_out=True)], "c") == {"c"}
    assert together([Case("a", cluster="x")], "a") == frozenset()
