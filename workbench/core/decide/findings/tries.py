"""F10: whether prompting still improves or has levelled off, by the stopping rule."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.decide.decision import Action, Confidence, Figure, Finding, Need
from workbench.core.decide.evidence import TryEvidence
from workbench.core.decide.figure_words import listed, points
from workbench.core.decide.findings.maker import FindingMaker
from workbench.core.statistics.stopping import (
    FEWEST_CASES,
    PLATEAU_KINDS,
    PLATEAU_TRIES,
    PromptPlateau,
    PromptTry,
    plateau,
    settle_verdicts,
)
from workbench.core.text import counted


def levelled_off(maker: FindingMaker) -> Finding:
    """F10: the tries since the last improvement. States: untried, few, improving, open, one_kind, plateau.

    Without tries the verdicts between versions count by their own rule. one_kind: enough closed tries, of too few
    kinds. few: no try meets the conditions of the rule.
    """
    tries = maker.reading.evidence.tries
    if tries:
        return _by_tries(maker, tries)
    # Verdicts between models with one version say nothing of prompting.
    between = (one for one in maker.reading.evidence.verdicts if one.champion != one.challenger)
    verdicts = [one for one in between if one.wins + one.losses]
    if not verdicts:
        return maker.finding("F10", "untried", "not tried", maker.say("F10.untried"), need=try_need(maker))
    found = [PromptTry(settle_verdicts(one.wins, one.losses).state, one.kind) for one in verdicts]
    runs = tuple(dict.fromkeys(uid for one in verdicts for uid in one.run_uids))
    if found[-1].state == "settled":
        last = verdicts[-1]
        said = f"version {last.challenger} wins {last.wins:,} of {last.wins + last.losses:,} decided pairs."
        said = maker.say("F10.verdicts", said=said)
        return maker.finding("F10", "improving", "holds", said, "medium", (), runs)
    state, said = _counted_words(maker, found, "")
    said = maker.say("F10.verdicts", said=said[:1].lower() + said[1:])
    return _finding(maker, state, said, plateau(found), runs, "medium")


def _by_tries(maker: FindingMaker, tries: Sequence[TryEvidence]) -> Finding:
    runs = tuple(dict.fromkeys(uid for one in tries for uid in one.run_uids))
    last = tries[-1]
    if last.result.is_settled:
        said = maker.say(
            "F10.improving",
            fixed=f"{last.fixed:,}",
            broke=f"{last.broke:,}",
            cases=counted(last.cases, "case"),
            at=maker.reading.rules.at(last.set_name),
        )
        figures = (Figure("last try", "points", last.difference, last.cases, last.set_name),)
        sure = maker.confidence(last.set_name, last.cases, is_clear=True)
        return maker.finding("F10", "improving", "holds", said, sure, figures, runs)
    found = [PromptTry(one.result.state, one.kind) for one in tries]
    margin = points(max((one.margin for one in tries if one.result.state == "closed"), default=last.margin))
    state, said = _counted_words(maker, found, margin)
    cases = min(one.cases for one in tries)
    sure = maker.confidence(last.set_name, cases, is_clear=True)
    return _finding(maker, state, said, plateau(found), runs, sure)


def _counted_words(maker: FindingMaker, found: Sequence[PromptTry], margin: str) -> tuple[str, str]:
    """Return the state and sentence of tries that end in no improvement."""
    reached = plateau(found)
    closed = counted(reached.closed, "try", "tries")
    words = {"closed": closed, "least": PLATEAU_KINDS, "tries": PLATEAU_TRIES}
    kinds = counted(reached.kinds, "kind of change", "kinds of change")
    better = f"{margin} better" if margin else "clearly preferred"
    if reached.is_reached:
        return "plateau", maker.say("F10.plateau", kinds=kinds, better=better, **words)
    start = max((index + 1 for index, one in enumerate(found) if one.state == "settled"), default=0)
    since = found[start:]
    if all(one.state == "cannot_tell" for one in since):
        return "few", maker.say("F10.few" if margin else "F10.few_verdicts", needed=FEWEST_CASES)
    if reached.closed >= PLATEAU_TRIES and not reached.open:
        names = listed(sorted({one.kind or "unknown" for one in since}))
        return "one_kind", maker.say("F10.one_kind", kinds=kinds, names=names, better=better, **words)
    still = maker.say("F10.still", count=f"{reached.open:,}") if reached.open else ""
    key = "F10.open" if reached.closed else "F10.none_closed"
    return "open", maker.say(key, kinds=kinds, open=still, better=better, **words)


def _finding(
    maker: FindingMaker, state: str, said: str, found: PromptPlateau, runs: tuple[str, ...], sure: Confidence
) -> Finding:
    figures = (
        Figure("closed tries", "tries", found.closed, found.closed + found.open),
        Figure("kinds of change", "tries", found.kinds, found.closed),
    )
    if state == "plateau":
        return maker.finding("F10", state, "limit reached", said, sure, figures, runs)
    need = try_need(maker)
    if state == "few":
        return maker.finding("F10", state, "cannot tell", said, "low", figures, runs, need)
    near = found.closed >= maker.reading.rules.thresholds.levelling_tries
    return maker.finding("F10", state, "limit near" if near else "holds", said, sure, figures, runs, need)


def try_need(maker: FindingMaker) -> Need:
    """Return what one more comparison with the best version takes, both asked afresh."""
    calls = 2 * max(maker.reading.scored, FEWEST_CASES)
    said = maker.say("F10.need", effort=maker.reading.effort_words(calls))
    return maker.reading.need("tries", 1, said, calls=calls, action=Action("try", "Compare with the best version"))
