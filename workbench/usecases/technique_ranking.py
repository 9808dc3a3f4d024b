"""Effects of techniques, computed from the verdicts on a prompt and the marks of its versions.

Invariant: as for `ranking`. A technique has a row only if the verdicts separate it from others, and never without the
remark that versions with it differ in other ways too.

An answer is made by a version with a model. Its strength is the sum of the effects of the version's techniques and, if
there are several models, of the model; so verdicts across models do not bias the effects of techniques. Versions with
the same techniques are one entrant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from workbench.core.ranking.davidson import chance_of
from workbench.core.ranking.effects import PartEffects, PartTally, TechniqueTangle, effects, tallies
from workbench.core.ranking.intervals import StrengthInterval
from workbench.core.ranking.judgements import compare
from workbench.core.ranking.separation import MOST, needed
from workbench.core.ranking.sufficiency import FEWEST, RankingSufficiency, enough
from workbench.core.technique_marks import OWN, TOLD, key_of
from workbench.store import Store
from workbench.store.runs.ranking_queries import Answerer
from workbench.store.runs.technique_marks import VersionMarks
from workbench.usecases.entrants import MODEL_PART, entrant, judgement_of, maker, names
from workbench.usecases.ranking import draws, honesty, listed, row
from workbench.usecases.ranking_result import EntrantStrength, RankingRemark, RankingResult, RankRow
from workbench.usecases.techniques import Techniques

_WITHOUT = "the same version without it"
_NONE = (
    "No judged version is marked with a technique. Insert techniques from their list, or mark below which ones the "
    "versions use."
)
_OTHER_WAYS = (
    "Versions with a technique also differ in other words, which may cause the effect. To be sure, compare two "
    "versions that differ only in the technique."
)


def rank_techniques(store: Store, prompt_uid: str, library: Techniques) -> RankingResult:
    """Return the effects of techniques; blocks. Raises StoreError, and HostError if the product's files are missing."""
    verdicts = store.judgements.verdicts(prompt_uid)
    makers = {output.who for verdict in verdicts for output in verdict.outputs}
    made_by, versions = maker(store, prompt_uid, "technique", makers)
    known = {one.number: frozenset(one.used) for one in versions}
    named = _names(versions, library)
    models = {MODEL_PART + entrant(who, "model"): who for who in makers}
    made_of = {made_by(who): _parts(known, who, several=len(models) > 1) for who in makers}
    judgements = [judgement_of(verdict, made_by) for verdict in verdicts]
    comparisons = compare(judgements)
    blind = sum(verdict.blind for verdict in verdicts)

    def result(
        reason: RankingSufficiency, rows: tuple[RankRow, ...] = (), remarks: Iterable[RankingRemark] = ()
    ) -> RankingResult:
        choices = sorted(((key, name) for key, name in named.items() if key not in TOLD), key=lambda one: one[1])
        told = (reason, rows, tuple(remarks), tuple(versions), tuple(choices))
        return RankingResult(prompt_uid, "technique", len(verdicts), blind, *told)

    if not verdicts:
        return result(enough(comparisons))
    if not any(known.values()):
        return result(RankingSufficiency("untold", 0, _NONE))
    if not (is_enough := enough(comparisons)) and is_enough.reason != "one_entrant":
        return result(is_enough)
    counted = {tally.part: tally for tally in tallies(judgements, comparisons, made_of)}
    if not any(tally.pairs for part, tally in counted.items() if part in named):
        said = "No verdict compares a version with a technique to one without it. Judge some, or run them side by side."
        return result(RankingSufficiency("untold", 0, said))
    found = effects(comparisons, made_of, resamples=draws(len(counted)))
    shown = [part for part in found.told if part in named and counted[part].pairs >= FEWEST]
    called = {**named, **_model_names(models, store)}
    spent = store.judgements.spent(prompt_uid)
    rows = tuple(
        row(
            named[part],
            _strength(found.of(part)),
            counted[part],
            [one for one in spent if part in known.get(one.who.version, ())],
        )
        for part in shown
    )
    remarks = [*_standing(rows), *_untold(found, counted, called, frozenset(named))]
    if not rows:
        return result(
            RankingSufficiency("untold", 0, "The verdicts do not show the effect of any technique yet."), (), remarks
        )
    return result(RankingSufficiency(), rows, [*remarks, RankingRemark(_OTHER_WAYS, warns=True), *honesty(judgements)])


def _names(versions: Sequence[VersionMarks], library: Techniques) -> dict[str, str]:
    """Return the names of techniques, listed ones first; a technique that is listed no more has its name of then."""
    called = {key_of(one): one.name for one in library.all().techniques if one.place not in TOLD}
    found = called | {key: name for one in versions for key, name in one.used.items() if key not in called}
    often = Counter(found.values())
    return {key: f"{name} (yours)" if often[name] > 1 and key.startswith(OWN) else name for key, name in found.items()}


def _parts(known: Mapping[int, frozenset[str]], who: Answerer, *, several: bool) -> frozenset[str]:
    return known.get(who.version, frozenset()) | ({MODEL_PART + entrant(who, "model")} if several else set())


def _model_names(models: Mapping[str, Answerer], store: Store) -> dict[str, str]:
    called = names(models.values(), "model", {endpoint.uid: endpoint.name for endpoint in store.endpoints()}, {})
    return {part: called[entrant(who, "model")] for part, who in models.items()}


def _strength(interval: StrengthInterval) -> EntrantStrength:
    low, high = interval.chances
    return EntrantStrength(
        interval.low, interval.estimate, interval.high, (low, chance_of(interval.estimate), high), _WITHOUT
    )


def _standing(rows: Sequence[RankRow]) -> Iterable[RankingRemark]:
    """Yield which effects are larger than chance, or how many verdicts the nearest one needs."""
    helping = [one.name for one in rows if one.strength.low > 0]
    hurting = [one.name for one in rows if one.strength.high < 0]
    if helping:
        yield RankingRemark(f"Versions with {listed(helping, 'or')} win more often than by chance.")
    if hurting:
        yield RankingRemark(f"Versions with {listed(hurting, 'or')} lose more often than by chance.")
    if not rows or helping or hurting:
        return
    nearest = max(rows, key=lambda one: abs(one.strength.estimate) / _reach(one.strength))
    strength = nearest.strength
    need = needed(StrengthInterval(strength.low, strength.estimate, strength.high), nearest.verdicts)
    if need.even is None:
        yield RankingRemark(f"No effect is larger than chance; more than {MOST:,} more verdicts would be needed.")
    else:
        yield RankingRemark(
            "No effect is larger than chance yet. About "
            f"{need.even:,} more verdicts about {nearest.name} may show whether it {_does(strength)}."
        )


def _reach(strength: EntrantStrength) -> float:
    """Return the width of the interval from the estimate towards 0."""
    return max(strength.estimate - strength.low if strength.estimate > 0 else strength.high - strength.estimate, 1e-9)


def _does(strength: EntrantStrength) -> str:
    return "helps" if strength.estimate > 0 else "hurts"


def _untold(
    found: PartEffects, counted: Mapping[str, PartTally], called: Mapping[str, str], techniques: frozenset[str]
) -> Iterable[RankingRemark]:
    """Yield why some techniques have no row."""
    few = [part for part in found.told if part in techniques and counted[part].pairs < FEWEST]
    if few:
        yield RankingRemark(
            f"Fewer than {FEWEST} comparisons include {listed([called[part] for part in few])}: too few to show an "
            "effect."
        )
    tangles = [tangle for tangle in found.tangles if techniques.intersection(tangle.parts)]
    level = [tangle.parts[0] for tangle in tangles if tangle.tie == "level"]
    if level:
        yield RankingRemark(
            f"Nothing can be said about {listed([called[part] for part in level])}: in every comparison both versions "
            "had it, or neither."
        )
    for tangle in tangles:
        if tangle.tie != "level":
            yield RankingRemark(_tangled(tangle, [called[part] for part in tangle.parts]))


def _tangled(tangle: TechniqueTangle, titles: Sequence[str]) -> str:
    if tangle.tie == "together":
        return f"{listed(titles)} always come together, so their effects cannot be separated."
    if tangle.tie == "instead":
        return (
            f"Whenever one version had {titles[0]} the other had {titles[1]}, so neither can be compared with a "
            "version without it."
        )
    return f"The verdicts cannot separate {listed(titles)}: too few compared versions differ in only one of them."
