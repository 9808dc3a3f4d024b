"""Agreement of a judge with people about pairs of answers."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from workbench.core.ranking.judge_agreement import FEWEST_PAIRS, PairAgreement, agreement_words, pair_agreement
from workbench.core.ranking.judgements import JudgedOutput, Judgement, Kind
from workbench.core.statistics.proportions import wilson


def said(run: str, first: str, second: str, places: tuple[int | None, int | None], kind: Kind = "winner") -> Judgement:
    return Judgement(run, "", kind, (JudgedOutput(first, "A", places[0]), JudgedOutput(second, "B", places[1])), True)


def pairs(won: Iterable[bool], runs: int = 1_000) -> list[Judgement]:
    return [said(f"r{n % runs}", f"a{n:03}", f"b{n:03}", (1, 2) if one else (2, 1)) for n, one in enumerate(won)]


def test_below_twenty_shared_pairs_the_agreement_is_unmeasured() -> None:
    found = pair_agreement(pairs([True] * 40), pairs([True] * (FEWEST_PAIRS - 1)))
    assert found == PairAgreement(19, 19)
    assert not found.is_measured
    assert agreement_words(found, "gpt").startswith("Unmeasured: the judge gpt decided like you in 19 of 19 pairs")
    assert "1 more" in agreement_words(found, "gpt")
    assert agreement_words(PairAgreement(0, 0), "gpt").startswith("Unmeasured")


def test_share_of_pairs_decided_alike_has_wilsons_interval_over_runs() -> None:
    found = pair_agreement(pairs([True] * 30), pairs([True] * 24 + [False] * 6))
    assert (found.shared, found.alike, found.interval) == (30, 24, wilson(0.8, 30))
    assert agreement_words(found, "gpt") == (
        "The judge gpt decided like you in 24 of 30 pairs that you compared, too (80 %, 95 % interval 63 to 90)."
    )


def test_pairs_of_few_runs_have_counts_only() -> None:
    found = pair_agreement(pairs([True] * 30, runs=4), pairs([True] * 24 + [False] * 6))
    assert (found.shared, found.alike, found.interval) == (30, 24, None)
    assert "too few runs" in agreement_words(found, "gpt")


def test_pairs_of_the_same_runs_widen_the_interval() -> None:
    judge = pairs([n % 12 < 9 for n in range(60)])
    alone = pair_agreement(pairs([True] * 60), judge).interval
    together = pair_agreement(pairs([True] * 60, runs=12), judge).interval
    assert alone is not None
    assert together is not None
    assert together.high - together.low > alone.high - alone.low


@pytest.mark.parametrize(
    ("mine", "its", "alike"),
    [((1, 1), (1, 1), 1), ((1, 1), (1, 2), 0), ((1, 2), (1, 1), 0), ((2, 1), (2, 1), 1), ((1, 2), (2, 1), 0)],
)
def test_ties_are_like_pairs_without_a_preference(mine: tuple[int, int], its: tuple[int, int], alike: int) -> None:
    found = pair_agreement([said("r", "a", "b", mine)], [said("r", "a", "b", its)])
    assert (found.shared, found.alike) == (1, alike)


def test_order_of_the_answers_does_not_matter() -> None:
    found = pair_agreement([said("r", "a", "b", (1, 2))], [said("r", "b", "a", (2, 1))])
    assert (found.shared, found.alike) == (1, 1)


def test_the_latest_verdict_counts_and_all_bad_compares_nothing() -> None:
    first, later = said("r", "a", "b", (1, 2)), said("r", "a", "b", (2, 1))
    bad = said("r", "a", "b", (None, None), "all_bad")
    judge = [said("j", "a", "b", (2, 1))]
    assert pair_agreement([first, later], judge).alike == 1
    assert pair_agreement([first, bad], judge).shared == 0


def test_losers_of_a_winner_among_three_are_not_compared() -> None:
    three = Judgement("r", "", "winner", tuple(JudgedOutput(one, one, 1 + (one != "a")) for one in "abc"), True)
    judge = [said("j", "b", "c", (1, 2)), said("j", "a", "c", (1, 2))]
    assert pair_agreement([three], judge) == PairAgreement(1, 1)
