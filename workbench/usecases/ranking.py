"""Computing rankings from the verdicts in the history.

Invariant: the same history gives the same result. This module imports numpy, so import it only when Rank is opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from workbench.core.ranking.davidson import fit
from workbench.core.ranking.effects import PartTally
from workbench.core.ranking.intervals import RESAMPLES, FitUncertainty, measure
from workbench.core.ranking.judgements import ComparisonSet, EntrantTally, Judgement, compare
from workbench.core.ranking.separation import separate, separation_words
from workbench.core.ranking.sufficiency import enough
from workbench.core.ranking.verdict_bias import agreement, not_blind, places, seen_before
from workbench.store import Store
from workbench.store.runs.ranking_queries import StoredSpending, StoredVerdict
from workbench.usecases.entrants import entrant, judgement, names
from workbench.usecases.ranking_result import EntrantStrength, Grouping, RankingRemark, RankingResult, RankRow

_FITS = 40_000
"""Maximum of fitted strengths over all resamples; with many entrants there are fewer resamples."""
_FEWEST_RESAMPLES = 200
MOST_RANKED = 500
"""Maximum of ranked entrants, those of the newest verdicts: time and memory grow at least quadratically, and nobody
reads further down."""
_LISTED = 3
_MANY = 6


def rank(store: Store, prompt_uid: str, grouping: Grouping, versions: Mapping[int, str] | None = None) -> RankingResult:
    """Return the ranking of a prompt's verdicts; blocks. Raises StoreError.

    `versions` are names of versions by number, None for what people call them.
    """
    prompt = None if grouping == "everywhere" else prompt_uid
    return rank_verdicts(store, prompt_uid, grouping, store.judgements.verdicts(prompt), versions)


def rank_verdicts(
    store: Store,
    prompt_uid: str,
    grouping: Grouping,
    verdicts: Sequence[StoredVerdict],
    versions: Mapping[int, str] | None = None,
    *,
    of_people: bool = True,
) -> RankingResult:
    """Return the ranking of these verdicts, oldest first; blocks. Raises StoreError.

    Those of a judge (not `of_people`) are asked in both orders without names, so that the biases of people say nothing.
    """
    prompt = None if grouping == "everywhere" else prompt_uid
    judgements = [judgement(verdict, grouping) for verdict in verdicts]
    near, others = newest(judgements)
    comparisons = compare(near)
    blind = sum(verdict.blind for verdict in verdicts)
    is_enough = enough(comparisons)
    if not is_enough:
        return RankingResult(prompt_uid, grouping, len(verdicts), blind, is_enough)
    endpoints = {endpoint.uid: endpoint.name for endpoint in store.endpoints()}
    if versions is None:
        versions = store.version_names(prompt_uid) if grouping in ("version", "both") else {}
    titles = names((output.who for verdict in verdicts for output in verdict.outputs), grouping, endpoints, versions)
    sure = measure(comparisons, fit(comparisons), resamples=draws(len(comparisons.entrants)))
    rows = _rows(comparisons, sure, titles, store.judgements.spent(prompt), grouping)
    biases = honesty(judgements) if of_people else ()
    remarks = (*_standing(comparisons, sure, titles), *_left_out(len(rows), others), *biases)
    return RankingResult(prompt_uid, grouping, len(verdicts), blind, is_enough, rows, remarks)


def newest(judgements: Sequence[Judgement], most: int = MOST_RANKED) -> tuple[list[Judgement], int]:
    """Return the judgements among the `most` entrants judged last, and the number of other entrants."""
    names: set[str] = set()
    kept, every = [], set[str]()
    for one in reversed(judgements):
        entrants = {judged.entrant for judged in one.outputs}
        every |= entrants
        if len(names | entrants) <= most:
            names |= entrants
            kept.append(one)
    return kept[::-1], len(every - names)


def _left_out(ranked: int, others: int) -> Iterable[RankingRemark]:
    if others:
        yield RankingRemark(
            f"Only the {ranked:,} judged last are ranked; {others:,} more are left out. Group by version or by model "
            "to have fewer."
        )


def draws(strengths: int) -> int:
    """Return the number of resamples to fit for a number of strengths."""
    return max(_FEWEST_RESAMPLES, min(RESAMPLES, _FITS // max(1, strengths)))


def _rows(
    comparisons: ComparisonSet,
    sure: FitUncertainty,
    titles: Mapping[str, str],
    spent: Sequence[StoredSpending],
    grouping: Grouping,
) -> tuple[RankRow, ...]:
    tallies = {tally.entrant: tally for tally in comparisons.tallies}
    of: dict[str, list[StoredSpending]] = defaultdict(list)
    for one in spent:
        of[entrant(one.who, grouping)].append(one)
    return tuple(row(titles[key], _strength(sure, key), tallies[key], of[key]) for key in sure.fit.ranked)


def _strength(sure: FitUncertainty, key: str) -> EntrantStrength:
    interval = sure.of(key)
    low, high = interval.chances
    return EntrantStrength(interval.low, interval.estimate, interval.high, (low, sure.fit.chance(key), high))


def row(
    name: str, strength: EntrantStrength, tally: EntrantTally | PartTally, spent: Sequence[StoredSpending]
) -> RankRow:
    """Return the row of an entrant or technique, with costs and durations of the answers it contributed to."""
    costs = [cost for one in spent for cost in one.costs]
    durations = [duration for one in spent for duration in one.durations]
    answers = sum(one.answers for one in spent)
    return RankRow(
        name,
        strength,
        tally.won,
        tally.lost,
        tally.tied,
        tally.verdicts,
        tally.blind,
        sum(costs) / len(costs) * 1000 if costs else None,
        0 < answers == sum(one.local for one in spent),
        len(costs),
        answers,
        median(durations) if durations else None,
    )


def _standing(comparisons: ComparisonSet, sure: FitUncertainty, titles: Mapping[str, str]) -> Iterable[RankingRemark]:
    """Yield how the two strongest differ, and which groups are not connected."""
    groups = sure.fit.groups
    # If the two strongest are not connected, the remark on groups below says so.
    if (found := separate(comparisons, sure)) is not None and found.state != "unconnected":
        yield RankingRemark(separation_words(found, titles.__getitem__))
    if len(groups) > 1:
        parts = " / ".join(_some([titles[key] for key in group]) for group in groups[:_LISTED])
        more = f" / {len(groups) - _LISTED} more" if len(groups) > _LISTED else ""
        yield RankingRemark(
            f"No verdict connects these groups: {parts}{more}. They cannot be compared; judge pairs across them.",
            warns=True,
        )


def listed(titles: Sequence[str], word: str = "and") -> str:
    """Return "A, B and C", only the first few of a long list."""
    if len(titles) > _MANY:
        titles = [*titles[: _MANY - 1], f"{len(titles) - _MANY + 1} more"]
    return f" {word} ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))


def _some(titles: Sequence[str]) -> str:
    rest = len(titles) - _LISTED
    return ", ".join(titles[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def honesty(judgements: Sequence[Judgement]) -> Iterable[RankingRemark]:
    """Yield remarks on possible biases of the verdicts, and on how consistent they are."""
    named, seen, sides, again = (
        not_blind(judgements),
        seen_before(judgements),
        places(judgements),
        agreement(judgements),
    )
    if named.misleads:
        yield RankingRemark(
            f"{named.count:,} of {named.of:,} winners and ties were given with names shown; seeing names can bias you. "
            "Judge pairs blind.",
            warns=True,
        )
    if sides.misleads:
        yield RankingRemark(
            f"The first place won {sides.first:,} of {sides.winners:,} blind verdicts, where chance predicts "
            f"{sides.expected:,.0f}: the place may have biased the judge. The judging queue balances places: there the "
            "bias can hide differences, but not create any.",
            warns=True,
        )
    if seen.misleads:
        yield RankingRemark(
            f"{seen.count:,} of {seen.of:,} winners and ties are about answers judged before, so memory may bias them. "
            "New runs bring answers that nobody has seen.",
            warns=True,
        )
    if again.repeats:
        yield RankingRemark(
            f"Judged again, {again.agreeing:,} of {again.repeats:,} verdicts stayed the same"
            + {
                True: ": more than a fifth may be mistakes.",
                False: ".",
                None: "; too few to tell how consistent they are.",
            }[again.misleads],
            warns=bool(again.misleads),
        )
