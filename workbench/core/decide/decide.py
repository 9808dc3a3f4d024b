"""Makes the decision: the headline with its reasons and confidence, and everything that the page shows below it."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from workbench.core.decide.decision import (
    Advice,
    Confidence,
    DecideSource,
    Decision,
    DecisionRow,
    Finding,
    Need,
    RowId,
    VersionRate,
)
from workbench.core.decide.done_steps import done_steps
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.experiment import steps
from workbench.core.decide.figure_words import goal_percent, number, points, rough_dollars
from workbench.core.decide.findings.maker import LEVELS, level, with_judge
from workbench.core.decide.findings.tuned import tuned_pair
from workbench.core.decide.judgement import Judgement, judge
from workbench.core.decide.retiring import retiring_note
from workbench.core.decide.routes import day_words
from workbench.core.decide.rules import DecideRules, TableRule
from workbench.core.decide.table import advice
from workbench.core.statistics.power import more_cases
from workbench.core.text import counted

MOST_REASONS = 3
_LEADS: dict[RowId, str] = {
    "prompting": "F10",
    "format": "F6",
    "knowledge": "F7",
    "quality": "F4",
    "model": "F8",
    "luck": "F9",
    "cost": "F12",
    "data": "F13",
    "people": "F14",
    "return": "F15",
    "hybrid": "F16",
}
"""The finding that leads each row, unless labels disagree; the others of a row follow by number."""
_MEASURED = ("holds", "limit near", "limit reached")
_LIMITS = ("limit near", "limit reached")
_FURTHER = ("F4", "F16", "F10", "F8", "F7", "F6", "F9", "F12", "F5")


def decide(evidence: DecideEvidence, rules: DecideRules) -> Decision:
    """Return the decision for a prompt. Pure: the same evidence and rules give the same decision."""
    found = judge(evidence, rules)
    headline, *also = advice(found)
    confidence, sentence = _confidence(found, headline)
    need = _need(found, headline)
    return Decision(
        code=headline.code,
        table_row=headline.table_row,
        headline=headline.headline,
        confidence=confidence,
        confidence_sentence=sentence,
        reasons=_reasons(found, headline),
        also=tuple(also),
        rows=_rows(found),
        levers=found.levers,
        steps=steps(found, headline),
        cost=found.cost,
        routes=tuple(one.status for one in found.routes),
        rates=tuple(_rates(found)),
        target=evidence.goals.target,
        need=need,
        would_change=tuple(dict.fromkeys(_would_change(found, headline, need))),
        unknowns=tuple(_unknowns(found)),
        sources=_sources(found, headline),
        rules_date=rules.date,
        retiring=retiring_note(found),
        done=done_steps(found),
    )


def _rows(found: Judgement) -> tuple[DecisionRow, ...]:
    rows = []
    for row, question in found.rules.rows.items():
        there = [one for one in found.findings.values() if one.row == row]
        there.sort(key=lambda one: (one.state != "disagree", one.id != _LEADS[one.row], int(one.id[1:])))
        target = found.evidence.goals.target
        if row == "quality" and target is not None:
            question = f"{question} ({goal_percent(target)})"
        rows.append(DecisionRow(row, question, tuple(there)))
    return tuple(rows)


def _rule(found: Judgement, headline: Advice) -> TableRule:
    return found.rules.table[headline.table_row]


def _reasons(found: Judgement, headline: Advice) -> tuple[str, ...]:
    """Return up to three sentences: those of the row's findings first, then what else was measured."""
    names = _rule(found, headline).reasons
    quoted = [name for at, name in enumerate(names) if _counts(found.findings[name], is_first=not at)]
    quoted = [name for name in quoted if name != "F12" or _has_limit(found)]
    further = [name for name in _FURTHER if name not in names and _says_something(found, name)]
    said = [found.findings[name].sentence for name in dict.fromkeys((*quoted, *further))]
    return tuple(dict.fromkeys(said))[:MOST_REASONS]


def _has_limit(found: Judgement) -> bool:
    """Whether the person set a limit of cost or time; without one, what a call costs is no reason."""
    return found.evidence.goals.budget_usd is not None or found.evidence.goals.p95_limit_ms is not None


def _says_something(found: Judgement, name: str) -> bool:
    """Whether a finding that the row does not name is a reason: a limit is one, and what the cases show."""
    words = _MEASURED if name == "F4" else _LIMITS
    return found.findings[name].word in words and (name != "F12" or _has_limit(found))


def _counts(finding: Finding, *, is_first: bool) -> bool:
    if finding.state == "none" and finding.id in ("F2", "F3"):
        return False
    return is_first or finding.word in _MEASURED or finding.id in ("F3", "F4", "F10", "F11")


def _need(found: Judgement, headline: Advice) -> Need | None:
    """Return what would settle the headline: the first need among the findings that it quotes."""
    rule = _rule(found, headline)
    if headline.code in ("SHIP", "HYBRID", "REJECT_TUNED"):
        return None
    further = rule.reasons if headline.code in ("NOT_ENOUGH", "SETTLE_LABELS") else ()
    for name in dict.fromkeys((*rule.reasons[:1], *rule.decides, *further)):
        if (need := found.findings[name].need) is not None:
            return need
    return None


def _confidence(found: Judgement, headline: Advice) -> tuple[Confidence, str]:
    """Return the confidence of the headline: the lowest of the findings that decide it, and why."""
    rules, decides = found.rules, _rule(found, headline).decides
    if not decides:
        return "high", rules.say("sure", level="high", facts=rules.say("sure.facts"))
    levels = [LEVELS.index(found.findings[name].confidence) for name in decides if _rates_count(found, name)]
    missing = max((*levels, int(found.is_verdicts_only)))
    doubts = list(_doubts(found, headline))
    sure = level(missing + len(doubts))
    ruled = ["sure.ruled"] if any(found.findings[name].is_ruled for name in decides) else []
    facts = [", ".join(_standing(found)), *(rules.say(key) for key in (*doubts, *ruled))]
    return sure, rules.say("sure", level=sure, facts="; ".join(facts))


def _rates_count(found: Judgement, name: str) -> bool:
    return not (name == "F4" and (found.has_no_target or found.is_verdicts_only))


def _doubts(found: Judgement, headline: Advice) -> Iterator[str]:
    """Yield what else lowers the confidence, each by one level."""
    row = headline.table_row
    if found.has_no_target and row >= 9:
        yield "sure.target"
    if row == 6 and found.state("F12") == "unknown":
        yield "sure.cost"
    if row == 16 and found.state("F15") == "near":
        yield "sure.return"
    if row in (3, 16) and found.state("F15") == "unknown":
        yield "sure.pays"


def _standing(found: Judgement) -> Iterator[str]:
    """Yield what the evidence stands on: set, number of cases, and who decided."""
    rules, main, reading = found.rules, found.reading.main, found.reading
    if main is None or found.is_verdicts_only:
        yield rules.say("sure.verdicts" if reading.decided else "sure.nothing")
        return
    key = "sure.set.holdout" if main.set_name == "holdout" else "sure.set.tuning"
    yield rules.say(key, cases=counted(reading.scored, "case"))
    if main.by_judge:
        raw = "sure.judge_elsewhere" if reading.judge is not None and reading.judge.is_elsewhere else "sure.judge_raw"
        measured = raw if main.corrected_passes is None else "sure.judge"
        keys = {"measured": measured, "few": "sure.judge_few"}
        yield rules.say(keys.get(found.state("F3"), "sure.judge_open"))
    elif main.by_rule or main.by_person:
        yield rules.say("sure.rule")


def _rates(found: Judgement) -> Iterator[VersionRate]:
    """Yield the pass rates of the versions with the champion's model, on the set that counts, from 20 cases on."""
    main = found.reading.main
    if main is None:
        return
    names = {one.number: one.name for one in found.evidence.versions}
    columns = [
        one
        for one in found.evidence.columns
        if (one.set_name, one.model, one.effort) == (main.set_name, main.model, main.effort) and not one.adapter
    ]
    newest = {one.version: one for one in sorted(columns, key=lambda one: one.key == main.key)}
    for number_, one in sorted(newest.items()):
        passes = one.passes if one.corrected_passes is None else one.corrected_passes
        if passes is None or passes.cases < found.rules.thresholds.fewest_cases:
            continue
        ends = passes.interval
        yield VersionRate(
            number_,
            names.get(number_, one.title),
            one.set_name,
            passes.cases,
            passes.passing,
            passes.rate,
            None if ends is None else ends.low,
            None if ends is None else ends.high,
            is_champion=one.key == main.key,
            run_uids=one.run_uids,
            judge_words=found.reading.column_judge_words(one),
        )


def _would_change(found: Judgement, headline: Advice, need: Need | None) -> Iterator[str]:
    """Yield what would change the headline."""
    rules, code, passes, main = found.rules, headline.code, found.reading.passes, found.reading.main
    say, judged = rules.say, "" if main is None else found.reading.column_judge_words(main)
    if code == "NOT_ENOUGH" and need is not None:
        yield need.sentence
    if code == "SETTLE_LABELS":
        yield say("change.agree")
    if code in ("SHIP", "CHEAPER") and passes is not None and passes.interval is not None:
        higher = say("change.higher", rate=f"{floor(1000 * passes.interval.low) / 10:g} %")
        yield with_judge(higher, judged)
    if code in ("SHIP", "HYBRID"):
        yield from _retiring(found)
        yield say("change.monthly")
    if code == "CHEAPER" and found.cost.call_usd and found.evidence.goals.budget_usd is not None:
        yield say("change.volume_down", volume=number(found.evidence.goals.budget_usd / found.cost.call_usd))
    if headline.table_row >= 9 and found.state("F4") == "missed" and passes is not None and passes.interval is not None:
        low = floor(100 * passes.interval.low)
        yield with_judge(say("change.target", rate=f"{low} %"), judged)
    if code == "KEEP_PROMPTING":
        # A vote comes before further tries in the table, so that these change nothing.
        is_vote = headline.table_row == 12
        yield say("change.vote") if is_vote else say("change.improves", margin=points(found.reading.margin))
    if code == "REJECT_TUNED":
        yield say("change.guards")
    if code == "HYBRID":
        yield say("change.guard_drops")
    if headline.table_row == 15:
        yield say("change.routes")
    if headline.table_row == 5:
        yield from _more_of_tuned(found)
    if code in ("TUNE_LORA", "HYBRID") or headline.table_row == 5:
        yield from _return_changes(found)
    if code in ("TUNE_LORA", "SWITCH_MODEL", "FIX_FORMAT", "ADD_KNOWLEDGE"):
        yield say("change.better")
    if main is not None and main.set_name != "holdout" and code != "NOT_ENOUGH":
        yield say("change.holdout")


def _retiring(found: Judgement) -> Iterator[str]:
    main = found.reading.main
    if main is not None and main.retires_on is not None:
        yield found.rules.say("change.retires", day=day_words(main.retires_on))


def _more_of_tuned(found: Judgement) -> Iterator[str]:
    pair = tuned_pair(found.reading)
    if found.state("F16") != "same" or pair is None or not pair.passes.difference:
        return
    more = more_cases(pair.passes, abs(pair.passes.difference)).more
    if more:
        said = found.rules.say("change.cases", count=counted(more, "more hold-out case"))
        yield with_judge(said, found.reading.judge_words(pair.run_uids))


def _return_changes(found: Judgement) -> Iterator[str]:
    cost, say = found.cost, found.rules.say
    factor = found.rules.thresholds.return_factor
    if found.is_unpaid and cost.break_even is not None:
        yield say("change.volume_up", volume=number(factor * cost.break_even))
    if found.is_unpaid and cost.gain_needed_usd is not None and cost.gain_needed_usd > 0:
        yield say("change.gain", gain=rough_dollars(cost.gain_needed_usd))
    if found.state("F15") == "pays" and cost.break_even is not None:
        yield say("change.volume_down", volume=number(factor * cost.break_even))
    bar = next((one for one in cost.bars if one.input == "hosting"), None)
    if bar is not None and bar.at_half is not None:
        yield say("change.hosting", half=number(bar.at_half))


def _unknowns(found: Judgement) -> Iterator[str]:
    """Yield the unknowns: goals without an answer, then missing measurements."""
    goals, reading, judge = found.evidence.goals, found.reading, found.reading.judge
    people = (goals.can_label, goals.can_train, goals.can_serve)
    figures = reading.figures
    missing = {
        "target": goals.target is None,
        "volume": goals.volume is None,
        "budget_usd": goals.budget_usd is None,
        "p95_limit_ms": goals.p95_limit_ms is None,
        "people": None in people,
        "routes": goals.routes is None and goals.has_gpu is None,
        "holdout": reading.main is None or reading.main.set_name != "holdout",
        "judge": found.state("F3") not in ("none", "measured") or (judge is not None and judge.is_elsewhere),
        "prices": found.cost.call_usd is None,
        "tokens": figures is None or (figures.stable_tokens is None and not figures.is_free),
        "models": found.state("F8") in ("untried", "one"),
        "samples": found.state("F9") in ("untried", "few"),
        "stubborn": found.state("F7") == "unknown",
    }
    for name, is_missing in missing.items():
        if is_missing:
            yield found.rules.say(f"unknown.{name}")


def _sources(found: Judgement, headline: Advice) -> tuple[DecideSource, ...]:
    """Return the sources of the headline, the findings, the levers and the routes, by number."""
    numbers = {
        *_rule(found, headline).sources,
        *(number_ for rule in found.rules.findings.values() for number_ in rule.sources),
        *(number_ for lever in found.levers for number_ in lever.sources),
        *(number_ for route in found.routes for number_ in route.rule.sources),
    }
    return tuple(source for number_, source in sorted(found.rules.sources.items()) if number_ in numbers)
