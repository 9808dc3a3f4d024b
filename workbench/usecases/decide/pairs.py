"""Pairs of the champion's column with others on the same cases.

Invariant: a pair has a role by what differs: another model or effort, a tuned model, or a newer version that uses a
lever. The p-values of a role on a set are adjusted together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.core.decide.evidence import EvidenceSet, PairEvidence, PairRole
from workbench.core.statistics.comparisons import PassComparison, compare_passes
from workbench.core.statistics.proportions import holm
from workbench.core.testing.grid import SuiteColumn
from workbench.core.visible_text import visible_name
from workbench.usecases.decide.column_evidence import ColumnMaker
from workbench.usecases.decide.column_reader import ColumnSet, ReadColumn
from workbench.usecases.decide.versions import KnownVersions, effort_of
from workbench.usecases.testing.column_titles import parameter_words, vote_words

Levers = Mapping[str, str]
"""Ids of levers by the key of a technique or part."""


@dataclass(frozen=True, slots=True)
class _Found:
    role: PairRole
    lever: str
    champion: ReadColumn
    other: ReadColumn
    passes: PassComparison


def pair_evidence(
    columns: ColumnSet, champion: str, maker: ColumnMaker, versions: KnownVersions, levers: Levers
) -> tuple[PairEvidence, ...]:
    """Return the pairs of a set of cases; none if the champion was not tested there."""
    found = []
    for key in columns.newest:
        pair = columns.pair(champion, key) if key != champion else None
        if pair is None:
            continue
        role, lever = _role(*pair, maker, versions, levers)
        passes = compare_passes(pair[0].results, pair[1].results) if role is not None else None
        if role is not None and passes is not None:
            found.append(_Found(role, lever, *pair, passes))
    return tuple(
        _evidence(one, passes, champion, columns.set_name, maker)
        for one, passes in zip(found, _adjusted(found), strict=True)
    )


def _evidence(
    one: _Found, passes: PassComparison, champion: str, set_name: EvidenceSet, maker: ColumnMaker
) -> PairEvidence:
    same_run = one.champion.run.uid == one.other.run.uid
    return PairEvidence(
        role=one.role,
        champion=champion,
        challenger=one.other.key,
        set_name=set_name,
        passes=passes,
        title=_title(one.champion.column, one.other, maker.models.name(one.other.column.lane)),
        model=one.other.column.lane.model,
        lever=one.lever,
        margin=one.other.run.goals.margin if same_run else None,
        is_fresh=same_run and one.champion.is_fresh and one.other.is_fresh,
        figures=maker.figures(one.other),
        run_uids=tuple(dict.fromkeys((one.champion.run.uid, one.other.run.uid))),
    )


def _title(champion: SuiteColumn, read: ReadColumn, name: str) -> str:
    """Return what tells a column from the champion: the name of its model, and version, parameters and vote where they
    differ."""
    other, lane = read.column, read.column.lane
    version = other.version_name if other.version != champion.version else ""
    params = parameter_words(lane.params) if lane.params != champion.lane.params else ""
    parts = (visible_name(version), name, params)
    return " · ".join(filter(None, parts)) + (vote_words(read.run) if read.votes else "")


def _adjusted(found: Sequence[_Found]) -> list[PassComparison]:
    """Return the comparisons, their p adjusted over all of the same role."""
    by_role: dict[PairRole, list[float]] = {}
    for one in found:
        if one.passes.p is not None:
            by_role.setdefault(one.role, []).append(one.passes.p)
    adjusted = {role: iter(holm(values)) for role, values in by_role.items()}
    return [
        one.passes if one.passes.p is None else replace(one.passes, p_adjusted=next(adjusted[one.role]))
        for one in found
    ]


def _role(
    one: ReadColumn, changed: ReadColumn, maker: ColumnMaker, versions: KnownVersions, levers: Levers
) -> tuple[PairRole | None, str]:
    champion, other = one.column, changed.column
    if maker.models.tuned(champion.lane):
        return None, ""
    if maker.models.tuned(other.lane):
        return "tuned", ""
    is_same_model = model_of(champion) == model_of(other)
    if one.votes != changed.votes:
        is_only_vote = is_same_model and champion.version == other.version and champion.lane.params == other.lane.params
        return ("lever", levers.get("vote", "")) if is_only_vote and changed.votes else (None, "")
    if champion.version == other.version:
        if not is_same_model:
            return "model", ""
        if effort_of(champion.lane) != effort_of(other.lane):
            return "lever", levers.get("reasoning", "")
        return None, ""
    # An older version lacks what the champion has: that says nothing of a lever.
    if not is_same_model or other.version < champion.version:
        return None, ""
    added = versions.added((champion.version, champion.lane), (other.version, other.lane))
    lever = lever_of(added, levers)
    return ("lever", lever) if lever else (None, "")


def lever_of(added: Iterable[str], levers: Levers) -> str:
    """Return the lever that added parts belong to, "" if they are of several: their effect is nobody's alone."""
    used = {levers[key] for key in added if key in levers}
    # A technique brings words with it.
    specific = used - {levers.get("wording", "")} or used
    return next(iter(specific)) if len(specific) == 1 else ""


def model_of(column: SuiteColumn) -> tuple[str, str]:
    """Return the endpoint and model of a column."""
    return column.lane.endpoint, column.lane.model
