"""The decision table: which rows apply to the findings, in their order, and the headline of each.

Invariant: codes are stable. The first row that applies is the headline; the others follow as further advice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workbench.core.decide.decision import Advice, DecisionCode
from workbench.core.decide.figure_words import dollars, listed, rough_dollars, whole_points
from workbench.core.decide.findings.costs import is_too_dear
from workbench.core.decide.findings.failures import had_schema
from workbench.core.decide.findings.models import better_model
from workbench.core.decide.findings.quality import scored_set, verdicts_words
from workbench.core.decide.findings.training import contradiction_words
from workbench.core.decide.findings.tuned import guard_readings, tuned_pair
from workbench.core.decide.judgement import Judgement
from workbench.core.decide.levers import group_words
from workbench.core.decide.new_cases import new_cases
from workbench.core.decide.routes import day_words
from workbench.core.retirement import is_retired, retirement_note
from workbench.core.text import counted, plural

_VERDICT_ROWS = frozenset({1, 2, 13})
_MOST_LISTED = 3


def advice(found: Judgement) -> tuple[Advice, ...]:
    """Return the rows that apply, at least one: without any, that there is not enough evidence."""
    rows = tuple(_rows(found))
    if rows:
        return rows
    key = "head.none.verdicts" if found.is_verdicts_only else "head.none"
    return (Advice(1, "NOT_ENOUGH", found.rules.say(key)),)


def _rows(found: Judgement) -> Iterator[Advice]:
    for row, applies in _CONDITIONS.items():
        if found.is_verdicts_only and row not in _VERDICT_ROWS:
            continue
        code = applies(found)
        if code is not None:
            yield Advice(row, code, _headline(found, row))


def _not_enough(found: Judgement) -> DecisionCode | None:
    return "NOT_ENOUGH" if found.state("F1") == "few" else None


def _settle_labels(found: Judgement) -> DecisionCode | None:
    # A rate that mostly rests on rules and people may need no judge; one that could turn with its error does.
    is_open = found.state("F4") == "unjudged" or (
        found.reading.is_judged_only and found.state("F3") not in ("none", "measured")
    )
    return "SETTLE_LABELS" if found.state("F2") == "disagree" or is_open else None


def _hybrid(found: Judgement) -> DecisionCode | None:
    return "HYBRID" if found.state("F16") == "better" and not found.is_unpaid else None


def _reject_tuned(found: Judgement) -> DecisionCode | None:
    codes: Mapping[str, DecisionCode] = {"drops": "REJECT_TUNED", "open": "NOT_ENOUGH"}
    return codes.get(found.state("F16"))


def _keep_without_gain(found: Judgement) -> DecisionCode | None:
    state = found.state("F16")
    return "KEEP_PROMPT" if state in ("same", "worse") or (state == "better" and found.is_unpaid) else None


def _ship(found: Judgement) -> DecisionCode | None:
    return "SHIP" if found.state("F4") == "met" and found.state("F12") != "over" else None


def _cheaper(found: Judgement) -> DecisionCode | None:
    return "CHEAPER" if found.state("F4") == "met" and found.state("F12") == "over" else None


def _open_target(found: Judgement) -> DecisionCode | None:
    return "NOT_ENOUGH" if found.state("F4") in ("unclear", "level", "clusters") else None


def _fix_format(found: Judgement) -> DecisionCode | None:
    return "FIX_FORMAT" if found.is_missed and found.state("F6") == "format" else None


def _add_knowledge(found: Judgement) -> DecisionCode | None:
    codes: Mapping[str, DecisionCode] = {"knowledge": "ADD_KNOWLEDGE", "untested": "NOT_ENOUGH"}
    return codes.get(found.state("F7")) if found.is_missed else None


def _switch_model(found: Judgement) -> DecisionCode | None:
    return "SWITCH_MODEL" if found.is_missed and found.state("F8") == "better" else None


def _vote(found: Judgement) -> DecisionCode | None:
    return "KEEP_PROMPTING" if found.is_missed and found.state("F9") == "reach" else None


def _keep_prompting(found: Judgement) -> DecisionCode | None:
    applies = (found.is_missed or found.is_verdicts_only) and not found.has_levelled_off
    return "KEEP_PROMPTING" if applies else None


def _at_the_limit(found: Judgement) -> bool:
    return found.state("F4") == "missed" and found.has_levelled_off


def _collect_rows(found: Judgement) -> DecisionCode | None:
    return "NOT_ENOUGH" if _at_the_limit(found) and found.has_few_rows else None


def _keep_without_route(found: Judgement) -> DecisionCode | None:
    applies = _at_the_limit(found) and not found.has_few_rows and found.state("F14") != "holds"
    return "KEEP_PROMPT" if applies else None


def _tune(found: Judgement) -> DecisionCode | None:
    applies = _at_the_limit(found) and not found.has_few_rows and found.state("F14") == "holds"
    return "TUNE_LORA" if applies and found.state("F16") in ("none", "few") else None


_CONDITIONS: Mapping[int, Callable[[Judgement], DecisionCode | None]] = {
    1: _not_enough,
    2: _settle_labels,
    3: _hybrid,
    4: _reject_tuned,
    5: _keep_without_gain,
    6: _ship,
    7: _cheaper,
    8: _open_target,
    9: _fix_format,
    10: _add_knowledge,
    11: _switch_model,
    12: _vote,
    13: _keep_prompting,
    14: _collect_rows,
    15: _keep_without_route,
    16: _tune,
}


def _headline(found: Judgement, row: int) -> str:
    """Return the sentence of a row; without a target it asks for it from row 9 on."""
    said = _HEADLINES[row](found)
    if found.is_verdicts_only and row == 13:
        cases = counted(found.rules.thresholds.fewest_cases, "case")
        return found.rules.say("head.cases", headline=said, cases=cases)
    asks = found.has_no_target and row >= 9
    return found.rules.say("head.target", headline=said) if asks else said


def _plain(key: str) -> Callable[[Judgement], str]:
    return lambda found: found.rules.say(key)


def _head_few(found: Judgement) -> str:
    limits = found.rules.thresholds
    if (lost := _head_lost(found, "F1")) is not None:
        return lost
    missing = limits.fewest_cases - found.reading.scored
    cases = f"{missing:,}{' more' if found.reading.scored else ''} {plural(missing, 'case')}"
    decided = found.reading.decided
    verdicts = verdicts_words(limits.fewest_verdicts - decided, decided)
    return found.rules.say("head.1", need=found.rules.say("head.1.need", cases=cases, verdicts=verdicts))


def _head_lost(found: Judgement, name: str) -> str | None:
    """Return the headline that asks for the results which cases of the test lack; None if a finding does not."""
    row, need = {"F1": 1, "F4": 8}[name], found.findings[name].need
    if need is None or need.kind not in ("unscored", "unanswered"):
        return None
    return found.rules.say(f"head.{row}.{need.kind}", count=counted(need.count or 0, "case"))


def _head_labels(found: Judgement) -> str:
    training = found.evidence.training
    if found.state("F2") == "disagree" and training is not None:
        return found.rules.say("head.2.labels", **contradiction_words(training))
    need, judge = found.findings["F3"].need, found.reading.judge
    if need is None or need.count is None:
        return found.rules.say("head.2.comparing")
    key = "head.2.few" if judge is not None and judge.labels else "head.2.judge"
    return found.rules.say(key, count=f"{need.count:,}", answers=plural(need.count, "answer"))


def _head_tuned(found: Judgement) -> str:
    pair = tuned_pair(found.reading)
    if found.state("F16") == "open" or pair is None:
        return found.rules.say("head.4.open")
    dropped = [one.set_name for one in guard_readings(found.reading, pair) if one.state == "drops"]
    return found.rules.say("head.4", at=listed([found.rules.at(name) for name in dropped]))


def _head_keep(found: Judgement) -> str:
    key = {"same": "same", "worse": "worse"}.get(found.state("F16"), "unpaid")
    return found.rules.say(f"head.5.{key}")


def _head_ship(found: Judgement) -> str:
    day = None if found.reading.main is None else found.reading.main.retires_on
    today = found.evidence.today
    if day is not None and retirement_note(day, today):
        return found.rules.say("head.6.retired" if is_retired(day, today) else "head.6.retiring", day=day_words(day))
    return found.rules.say("head.6.unknown" if found.state("F12") == "unknown" else "head.6")


def _head_cheaper(found: Judgement) -> str:
    if not is_too_dear(found.reading, found.cost):
        return found.rules.say("head.7.time")
    saving = next((one for one in found.cost.savings if one.saved_usd), None)
    if saving is None or saving.saved_usd is None:
        return found.rules.say("head.7.cost", first=found.rules.say("head.7.shorten"))
    first = found.rules.say(f"head.7.{saving.id}", title=saving.title, saved=dollars(saving.saved_usd))
    return found.rules.say("head.7.cost", first=first)


def _head_open(found: Judgement) -> str:
    state, need = found.state("F4"), found.findings["F4"].need
    if (lost := _head_lost(found, "F4")) is not None:
        return lost
    if state != "unclear" or need is None or need.count is None:
        return found.rules.say(f"head.8.{state}")
    return found.rules.say("head.8", count=new_cases(found.reading, need.count, scored_set(found.reading)).words)


def _head_format(found: Judgement) -> str:
    key = "head.9.enforce" if had_schema(found.maker) else "head.9.add"
    return found.rules.say("head.9", schema=found.rules.say(key))


def _head_knowledge(found: Judgement) -> str:
    stubborn = found.evidence.stubborn
    if found.state("F7") == "knowledge" or stubborn is None or stubborn.stubborn is None:
        return found.rules.say("head.10")
    return found.rules.say("head.10.probe", count=counted(stubborn.stubborn, "case"))


def _head_switch(found: Judgement) -> str:
    pair = better_model(found.reading)
    title = "" if pair is None else pair.title or pair.model or pair.challenger
    return found.rules.say("head.11", title=title)


def _head_prompting(found: Judgement) -> str:
    if found.state("F10") == "improving":
        return found.rules.say("head.13.improving")
    groups = [group_words(found.reading, group, found.rules.groups[group].title) for group in found.untried_groups]
    if not groups:
        return found.rules.say("head.13.open")
    return found.rules.say("head.13.untried", list=listed(groups[:_MOST_LISTED]))


def _head_rows(found: Judgement) -> str:
    need = found.findings["F13"].need
    missing = found.rules.thresholds.rows_to_try if need is None or need.count is None else need.count
    there = found.evidence.training is not None and found.evidence.training.rows
    return found.rules.say("head.14", count=f"{missing:,}{' more' if there else ''} {plural(missing, 'training row')}")


def _head_tune(found: Judgement) -> str:
    cost, passes = found.cost, found.reading.passes
    if found.state("F15") == "unknown":
        missing = listed(cost.missing) or found.rules.say("cost.missing.volume")
        return found.rules.say("head.16.unknown", missing=missing)
    if found.is_unpaid and cost.gain_needed_usd is not None:
        short = (found.evidence.goals.target or 0.0) - (0.0 if passes is None else passes.rate)
        gain = rough_dollars(cost.gain_needed_usd)
        return found.rules.say("head.16.only", points=whole_points(short), gain=gain)
    return found.rules.say("head.16")


_HEADLINES: Mapping[int, Callable[[Judgement], str]] = {
    1: _head_few,
    2: _head_labels,
    3: _plain("head.3"),
    4: _head_tuned,
    5: _head_keep,
    6: _head_ship,
    7: _head_cheaper,
    8: _head_open,
    9: _head_format,
    10: _head_knowledge,
    11: _head_switch,
    12: _plain("head.12"),
    13: _head_prompting,
    14: _head_rows,
    15: _plain("head.15"),
    16: _head_tune,
}
