"""F16: a tuned model on the hold-out, and on the guard sets that it must not lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.decide.decision import Action, Figure, Finding, Need
from workbench.core.decide.evidence import EvidenceSet, PairEvidence
from workbench.core.decide.figure_words import listed, p_text, points, signed
from workbench.core.decide.findings.maker import FindingMaker, pair_figure
from workbench.core.decide.reading import GUARD_SETS, EvidenceReading
from workbench.core.text import counted

GuardState = Literal["drops", "holds", "open", "missing"]


@dataclass(frozen=True, slots=True)
class GuardReading:
    """A guard set of a tuned model, its pair with the prompt, and what it says."""

    set_name: EvidenceSet
    pair: PairEvidence | None
    state: GuardState


def tuned_pair(reading: EvidenceReading) -> PairEvidence | None:
    """Return the tuned model that gains most on the hold-out, else the one with the most cases anywhere."""
    pairs = list(reading.pairs("tuned").values())
    least = reading.rules.thresholds.tuned_cases
    measured = [one for one in pairs if one.set_name == "holdout" and one.passes.pairs >= least]
    if measured:
        return max(measured, key=lambda one: one.passes.difference)
    return max(pairs, key=lambda one: (one.set_name == "holdout", one.passes.pairs), default=None)


def guard_readings(reading: EvidenceReading, tuned: PairEvidence) -> tuple[GuardReading, ...]:
    """Return both guard sets of a tuned model."""
    return tuple(_guard(reading, tuned, name) for name in GUARD_SETS)


def _guard(reading: EvidenceReading, tuned: PairEvidence, name: EvidenceSet) -> GuardReading:
    pair = next(
        (
            one
            for one in reading.evidence.pairs
            if (one.role, one.set_name, one.challenger) == ("tuned", name, tuned.challenger)
        ),
        None,
    )
    if pair is None:
        return GuardReading(name, None, "missing")
    passes, limits = pair.passes, reading.rules.thresholds
    if passes.p is not None and passes.p < limits.significance and passes.difference < 0:
        return GuardReading(name, pair, "drops")
    ends = passes.interval_90
    return GuardReading(name, pair, "holds" if ends is not None and ends.low > -limits.guard_loss else "open")


def tuned_measured(maker: FindingMaker) -> Finding:
    """F16: the tuned model. States: none, few, same, worse, better (guards hold), drops, open (guards undecided)."""
    reading, limits = maker.reading, maker.reading.rules.thresholds
    pair = tuned_pair(reading)
    if pair is None:
        return _without_pair(maker)
    passes, title = pair.passes, pair.title or pair.model or pair.challenger
    at, figures = reading.rules.at(pair.set_name), (pair_figure(title, passes, pair.set_name),)
    if pair.set_name != "holdout" or passes.pairs < limits.tuned_cases or passes.p is None:
        need = _holdout_need(maker)
        said = maker.say("F16.few", title=title, cases=counted(passes.pairs, "case"), at=at, need=need.sentence)
        return maker.finding("F16", "few", "cannot tell", said, "low", figures, pair.run_uids, need)
    ends = passes.interval
    words = {
        "title": title,
        "fixed": f"{passes.fixed:,}",
        "broke": f"{passes.broken:,}",
        "cases": counted(passes.pairs, "case"),
        "at": at,
        "points": points(passes.difference),
        "ends": "unknown" if ends is None else f"{signed(ends.low)} to {signed(ends.high)}",
        "p": p_text(passes.p),
    }
    if passes.p >= limits.significance or passes.difference <= 0:
        state = "worse" if passes.p < limits.significance else "same"
        sure = maker.confidence(pair.set_name, passes.clusters, is_clear=state == "worse")
        return maker.finding(
            "F16", state, "limit reached", maker.say(f"F16.{state}", **words), sure, figures, pair.run_uids
        )
    return _with_guards(maker, pair, words, figures)


def _without_pair(maker: FindingMaker) -> Finding:
    """Return the finding without a tuned model, or with one that was not compared with the prompt's own model."""
    tuned = next((one for one in maker.reading.evidence.columns if one.adapter and one.passes is not None), None)
    if tuned is None:
        return maker.finding("F16", "none", "not tried", maker.say("F16.none"))
    need = _holdout_need(maker)
    said = maker.say("F16.beside", title=tuned.title, need=need.sentence)
    return maker.finding("F16", "few", "cannot tell", said, "low", run_uids=tuned.run_uids, need=need)


def _holdout_need(maker: FindingMaker) -> Need:
    count = maker.reading.rules.thresholds.tuned_cases
    calls = 2 * count
    said = maker.say("F16.need", count=count, effort=maker.reading.effort_words(calls))
    action = Action("tuned_lane", "Run the hold-out", set_name="holdout", count=count)
    return maker.reading.need("tuned_lane", count, said, calls=calls, action=action)


def _with_guards(
    maker: FindingMaker, pair: PairEvidence, words: dict[str, str], figures: tuple[Figure, ...]
) -> Finding:
    guards = guard_readings(maker.reading, pair)
    said = maker.say("F16.better", guards=" ".join(_guard_words(maker, one) for one in guards), **words)
    runs = (*pair.run_uids, *(uid for one in guards if one.pair is not None for uid in one.pair.run_uids))
    both = (
        *figures,
        *(
            pair_figure(maker.reading.rules.cases(one.set_name), one.pair.passes, one.set_name)
            for one in guards
            if one.pair is not None
        ),
    )
    sure = maker.confidence(pair.set_name, pair.passes.clusters, is_clear=True)
    if any(one.state == "drops" for one in guards):
        return maker.finding("F16", "drops", "limit reached", said, sure, both, runs)
    need = guard_need(maker, guards)
    if need is not None:
        return maker.finding("F16", "open", "cannot tell", said, "low", both, runs, need)
    return maker.finding("F16", "better", "holds", said, sure, both, runs)


def _guard_words(maker: FindingMaker, one: GuardReading) -> str:
    name = maker.reading.rules.cases(one.set_name)
    name = name[:1].upper() + name[1:]
    if one.pair is None:
        return maker.say("F16.guard_missing", set=name)
    passes = one.pair.passes
    return maker.say(
        f"F16.guard_{one.state}",
        set=name,
        fixed=f"{passes.fixed:,}",
        broke=f"{passes.broken:,}",
        cases=f"{passes.pairs:,}",
        points=points(passes.difference),
        p=p_text(1.0 if passes.p is None else passes.p),
        loss=points(maker.reading.rules.thresholds.guard_loss),
    )


def guard_need(maker: FindingMaker, guards: tuple[GuardReading, ...]) -> Need | None:
    """Return the guard cases that are still needed; None if every guard set is decided."""
    wanted = maker.reading.rules.thresholds.guard_cases
    missing: list[str] = []
    calls = count = 0
    for one in guards:
        if one.state not in ("open", "missing"):
            continue
        there = 0 if one.pair is None else one.pair.passes.pairs
        # As many again, where even the usual number has not decided.
        more = wanted - there if there < wanted else there
        missing.append(f"{more:,} {'more ' if there else ''}{maker.reading.rules.cases(one.set_name)}")
        calls += 2 * more
        count += more
    if not missing:
        return None
    said = maker.say("F16.guard_need", sets=listed(missing), effort=maker.reading.effort_words(calls))
    action = Action("guards", "Run the guard sets", count=count)
    return maker.reading.need("guard_cases", count, said, calls=calls, action=action)
