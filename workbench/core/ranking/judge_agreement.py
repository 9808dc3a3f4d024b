"""How often a judge decides pairs of answers as people do.

Invariant: both sides stay apart. A pair counts once, by the latest verdict of each side, and only if both compared it;
below `FEWEST_PAIRS` such pairs the agreement is unmeasured, and only counts are given.

Alike means the same better answer, or that both prefer neither: a tie of a person, and a judge that is undecided or
whose preference depends on the order. Verdicts of people that call all answers bad compare nothing. Answers of one run
were made together, so the interval is Wilson's with the effective number of pairs over runs (`statistics.clusters`);
below ten runs there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.core.ranking.judgements import Judgement
from workbench.core.ranking.verdict_bias import Relation, relations
from workbench.core.statistics.clusters import gather, rate_interval
from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.statistics.wording import percent_words
from workbench.core.text import counted

FEWEST_PAIRS = 20


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """`alike` of `shared` pairs; `interval` of the share at 95 %, None if unmeasured or from too few runs."""

    shared: int
    alike: int
    interval: ConfidenceInterval | None = None

    @property
    def is_measured(self) -> bool:
        """Whether enough pairs are shared to give a share."""
        return self.shared >= FEWEST_PAIRS


def pair_agreement(people: Iterable[Judgement], judge: Iterable[Judgement]) -> PairAgreement:
    """Compare the verdicts of people with those of one judge, each oldest first."""
    mine, said = _latest(people), _latest(judge)
    shared = sorted(set(mine) & set(said))
    alike = [float(mine[pair][0] == said[pair][0]) for pair in shared]
    count = int(sum(alike))
    if len(shared) < FEWEST_PAIRS:
        return PairAgreement(len(shared), count)
    rates = gather((mine[pair][1] for pair in shared), alike)
    return PairAgreement(len(shared), count, rate_interval(rates, len(shared))[0])


def agreement_words(found: PairAgreement, judge: str) -> str:
    """Return how often a judge, by its name, agrees with people, or how many pairs are missing to say so."""
    if not found.shared:
        return f"Unmeasured: the judge {judge} and you have compared no pair in common."
    said = f"{found.alike:,} of {counted(found.shared, 'pair')} that you compared, too"
    if not found.is_measured:
        missing = FEWEST_PAIRS - found.shared
        return f"Unmeasured: the judge {judge} decided like you in {said}. {missing:,} more are needed."
    if found.interval is None:
        return f"The judge {judge} decided like you in {said}. They are of too few runs for an interval."
    rate, ends = percent_words(found.alike / found.shared, found.interval)
    return f"The judge {judge} decided like you in {said} ({rate}, 95 % interval {ends})."


def _latest(judgements: Iterable[Judgement]) -> dict[tuple[str, str], tuple[Relation, str]]:
    """Return what was said last about each pair of outputs, and the cluster it belongs to."""
    found: dict[tuple[str, str], tuple[Relation, str]] = {}
    for judgement in judgements:
        for pair, relation in relations(judgement).items():
            if relation == "bad":
                found.pop(pair, None)
            else:
                found[pair] = relation, judgement.run
    return found
