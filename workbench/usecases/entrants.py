"""Entrants of a ranking: the makers of judged answers, grouped and named.

Invariant: two entrants of a ranking never have the same name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from workbench.core.lanes import short_model
from workbench.core.ranking.judgements import JudgedOutput, Judgement
from workbench.store import Store
from workbench.store.runs.ranking_queries import Answerer, StoredVerdict
from workbench.store.runs.technique_marks import VersionMarks
from workbench.usecases.ranking_result import Grouping

_APART = "\x1f"
MODEL_PART = "\x1fmodel "
"""Prefix of the model in an entrant that is made of techniques and a model."""


def entrant(who: Answerer, grouping: Grouping) -> str:
    """Return the key of a maker's entrant in this grouping; versions sort by number."""
    parts = {
        "version": (f"{who.version:09}",),
        "both": (f"{who.version:09}", who.model, who.endpoint),
    }.get(grouping, (who.model, who.endpoint))
    return _APART.join(parts)


def maker(
    store: Store, prompt_uid: str, grouping: Grouping, found: Collection[Answerer]
) -> tuple[Callable[[Answerer], str], list[VersionMarks]]:
    """Return a function from maker to entrant key, and what is known of the versions of `found`.

    Grouped by technique, versions with the same techniques and model are one entrant; in other groupings no versions
    are read. Raises StoreError.
    """
    if grouping != "technique":
        return lambda who: entrant(who, grouping), []
    versions = store.techniques.of(prompt_uid, {who.version for who in found})
    used = {one.number: "\x1e".join(sorted(one.used)) for one in versions}
    return lambda who: used.get(who.version, "") + MODEL_PART + entrant(who, "model"), versions


def names(
    found: Iterable[Answerer], grouping: Grouping, endpoints: Mapping[str, str], versions: Mapping[int, str]
) -> dict[str, str]:
    """Return the names of entrants: models without their provider where that is unambiguous.

    `endpoints` are the names of endpoints by uid, `versions` those of versions by number.
    """
    makers = {entrant(who, grouping): who for who in found}
    called = {key: versions.get(who.version, "?") for key, who in makers.items()}
    if grouping == "version":
        return called
    models = {(who.endpoint, who.model) for who in makers.values()}
    short = Counter(short_model(model) for _, model in models)
    full = Counter(model for _, model in models)
    titles = {}
    for endpoint, model in models:
        title = short_model(model) if short[short_model(model)] == 1 else model
        titles[endpoint, model] = title if full[model] == 1 else f"{title} ({endpoints.get(endpoint) or endpoint})"
    if grouping == "both":
        return {key: f"{called[key]} · {titles[who.endpoint, who.model]}" for key, who in makers.items()}
    return {key: titles[who.endpoint, who.model] for key, who in makers.items()}


def judgement(verdict: StoredVerdict, grouping: Grouping) -> Judgement:
    """Return a stored verdict as input of the statistics."""
    return judgement_of(verdict, lambda who: entrant(who, grouping))


def judgement_of(verdict: StoredVerdict, maker: Callable[[Answerer], str]) -> Judgement:
    """Return a stored verdict as input of the statistics, with entrants made by `maker`.

    Pairs of the same runs are one cluster in resampling, because those answers were made together.
    """
    run = verdict.run or " ".join(sorted({output.run for output in verdict.outputs}))
    outputs = tuple(JudgedOutput(one.uid, maker(one.who), one.place) for one in verdict.outputs)
    return Judgement(run, verdict.values, verdict.kind, outputs, verdict.blind, verdict.seen)
