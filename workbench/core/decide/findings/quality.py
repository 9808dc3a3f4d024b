"""F1, F3, F4 and F5: whether there is enough evidence, whether a judge can be trusted, the target, and overfitting."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

from workbench.core.decide.decision import Action, Figure, Finding, FindingWord, Need
from workbench.core.decide.figure_words import goal_percent, p_text, percent
from workbench.core.decide.findings.maker import FindingMaker, percents, share_figure
from workbench.core.decide.new_cases import new_cases
from workbench.core.statistics.power import rounded
from workbench.core.statistics.proportions import wilson
from workbench.core.text import counted, plural

if TYPE_CHECKING:
    from workbench.core.decide.evidence import ColumnEvidence, EvidenceSet
    from workbench.core.decide.reading import EvidenceReading
    from workbench.core.statistics.columns import PassRate

_SAME = 1e-9


def enough(maker: FindingMaker) -> Finding:
    """F1: whether there are enough scored cases or decided verdicts. States: enough, verdicts, few."""
    reading, limits = maker.reading, maker.reading.rules.thresholds
    decided = counted(reading.decided, "decided verdict") if reading.decided else maker.say("F1.no_verdicts")
    cases = counted(reading.scored, "scored case") if reading.scored else maker.say("F1.no_cases")
    runs = () if reading.main is None else reading.main.run_uids
    figures = (
        Figure(
            "scored cases", "cases", reading.scored, reading.scored, reading.main.set_name if reading.main else None
        ),
        Figure("decided verdicts", "verdicts", reading.decided, reading.decided),
    )
    if reading.main is not None and reading.is_rated:
        said = maker.say("F1.enough", cases=counted(reading.scored, "case"), at=reading.rules.at(reading.main.set_name))
        if (lost := lost_need(maker, reading.scored)) is not None:
            said = f"{said} {lost.sentence}"
        return maker.finding("F1", "enough", "holds", said, figures=figures, run_uids=runs)
    if reading.decided >= limits.fewest_verdicts:
        uids = tuple(uid for one in reading.evidence.verdicts for uid in one.run_uids)
        said = maker.say("F1.verdicts", decided=decided, cases=cases)
        return maker.finding("F1", "verdicts", "limit near", said, "low", figures, uids, _more_cases(maker))
    need = _more_cases(maker)
    said = maker.say("F1.few", decided=decided, cases=cases, need=need.sentence)
    runs = () if reading.lacking is None else reading.lacking.run_uids
    return maker.finding("F1", "few", "cannot tell", said, "low", figures, runs, need)


def _more_cases(maker: FindingMaker) -> Need:
    reading, limits = maker.reading, maker.reading.rules.thresholds
    missing = limits.fewest_cases - reading.scored
    if (lost := lost_need(maker, missing)) is not None:
        return lost
    cases = new_cases(reading, missing, scored_set(reading), more=bool(reading.scored))
    said = maker.say(
        "F1.need",
        count=cases.words,
        effort=reading.effort_words(cases.count),
        verdicts=verdicts_words(max(limits.fewest_verdicts - reading.decided, 0), reading.decided),
    )
    if reading.decided >= limits.fewest_verdicts:
        said = f"{said.partition('. ')[0]}."
    return reading.need("cases", missing, f"{said}{cases.note}", calls=cases.count, action=cases.action)


def lost_need(maker: FindingMaker, wanted: int) -> Need | None:
    """Return that cases of the test get the result that they lack, if that may give as many results as are wanted."""
    reading, column = maker.reading, maker.reading.lacking
    if column is None or column.unscored + column.unanswered < max(wanted, 1):
        return None
    # Held-out cases are not listed.
    is_unseen, set_name = column.set_name == "holdout", column.set_name
    if column.unscored >= column.unanswered:
        said = maker.say("F1.need_unscored", count=counted(column.unscored, "case"))
        action = Action("holdout" if is_unseen else "unscored", "Show unscored cases", set_name=set_name)
        return Need("unscored", column.unscored, said, action=action)
    count = column.unanswered
    said = maker.say("F1.need_unanswered", count=counted(count, "case"), effort=reading.effort_words(count))
    action = Action("holdout" if is_unseen else "unanswered", "Show failed calls", set_name=set_name)
    return reading.need("unanswered", count, said, calls=count, action=action)


def verdicts_words(missing: int, there: int) -> str:
    """Return "4 more verdicts", or "6 verdicts" if there is none yet."""
    return f"{missing}{' more' if there else ''} {plural(missing, 'verdict')}"


def judge_trust(maker: FindingMaker) -> Finding:
    """F3: whether the judge's error is measured well enough for advice to rest on it.

    States: none, measured, few (measured by too few labels for that), unmeasured, comparing (it cannot be measured).
    """
    reading = maker.reading
    main, judge = reading.main, reading.judge
    if main is None or judge is None:
        return maker.finding("F3", "none", "holds", maker.say("F3.none"))
    need = judge_need(maker)
    where = "F3.labels_tuning" if main.set_name == "holdout" else "F3.labels"
    words = {
        "labels": maker.say(where, count=counted(judge.labels, "label")),
        "judged": f"{main.by_judge:,}",
        "scored": f"{main.by_judge + main.by_rule + main.by_person:,}",
        "need": need.sentence,
    }
    if reading.is_judge_trusted:
        if judge.catch_rate is None or judge.false_alarms is None:
            said = maker.say("F3.compared", **words)
        else:
            rates = {"catch": percent(judge.catch_rate), "alarms": percent(judge.false_alarms)}
            said = maker.say("F3.measured", **rates, **words)
        return maker.finding("F3", "measured", "holds", said, run_uids=main.run_uids)
    state = "comparing" if judge.is_comparing else "few" if judge.is_compared else "unmeasured"
    said = maker.say(f"F3.{state}", **words)
    return maker.finding("F3", state, "cannot tell", said, "low", run_uids=main.run_uids, need=need)


def judge_need(maker: FindingMaker) -> Need:
    """Return the labels that are missing until advice may rest on the judge, or what to do about one that compares."""
    reading, judge = maker.reading, maker.reading.judge
    if judge is not None and judge.is_comparing:
        return Need("labels", None, maker.say("F3.need_single"))
    there = 0 if judge is None else judge.labels
    missing = max(reading.rules.thresholds.judge_labels - there, 0)
    answers = f"{missing:,}{' more' if there else ''} {plural(missing, 'answer')}"
    is_unseen = reading.main is not None and reading.main.set_name == "holdout"
    said = maker.say("F3.need_tuning" if is_unseen else "F3.need", labels=answers)
    return Need("labels", missing, said, action=Action("labels", f"Label {counted(missing, 'answer')}", count=missing))


def target_met(maker: FindingMaker) -> Finding:
    """F4: the target against the 95 % interval.

    States: none, few, no_target, unjudged (a judge that cannot be trusted yet makes the difference), met, missed,
    unclear, level (so close to the target that more cases will not settle it), clusters (too few independent cases for
    an interval).
    """
    reading, rules = maker.reading, maker.reading.rules
    main, passes, target = reading.main, reading.passes, reading.evidence.goals.target
    if main is None or passes is None:
        return maker.finding("F4", "none", "cannot tell", maker.say("F4.none"))
    at, runs = rules.at(main.set_name), main.run_uids
    ends = passes.interval
    figures: tuple[Figure, ...] = (
        Figure(
            "pass rate",
            "rate",
            passes.rate,
            passes.cases,
            main.set_name,
            None if ends is None else ends.low,
            None if ends is None else ends.high,
        ),
    )
    counts = {"passing": f"{passes.passing:,}", "cases": f"{passes.cases:,}", "at": at}
    if not reading.is_rated:
        few = maker.say("F4.few", **counts)
        count = Figure("passing cases", "cases", passes.passing, passes.cases, main.set_name)
        return maker.finding("F4", "few", "cannot tell", few, "low", (count,), runs)
    measured = measured_words(maker, main, passes)
    if target is None:
        need = Need("goal", None, "Enter a target.", action=Action("goal", "Enter a target", "target"), goal="target")
        said = maker.say("F4.no_target", measured=measured)
        return maker.finding("F4", "no_target", "cannot tell", said, "low", figures, runs, need)
    if ends is None:
        said = maker.say("F4.need_clusters")
        need = Need("cases", None, said, action=Action("cases", "Add cases", set_name=main.set_name))
        said = f"{measured}. {said}"
        return maker.finding("F4", "clusters", "cannot tell", said, "low", figures, runs, need)
    if rests_on_judge(reading, passes, target):
        need = judge_need(maker)
        said = maker.say("F4.unjudged", measured=measured, target=goal_percent(target), need=need.sentence)
        return maker.finding("F4", "unjudged", "cannot tell", said, "low", figures, runs, need)
    words = {"measured": measured, "target": goal_percent(target)}
    figures = (*figures, Figure("target", "rate", target))
    if ends.low >= target or ends.high < target:
        state: Literal["met", "missed"] = "met" if ends.low >= target else "missed"
        word: FindingWord = "holds" if state == "met" else "limit reached"
        sure = maker.confidence(main.set_name, passes.effective, is_clear=True)
        return maker.finding("F4", state, word, maker.say(f"F4.{state}", **words), sure, figures, runs)
    more = cases_to_settle(passes, target, rules.thresholds.hopeless_cases)
    if more is None:
        return maker.finding("F4", "level", "limit near", maker.say("F4.level", **words), "low", figures, runs)
    need = lost_need(maker, more) or _cases_need(maker, main, more)
    said = maker.say("F4.unclear", need=need.sentence, **words)
    return maker.finding("F4", "unclear", "cannot tell", said, "low", figures, runs, need)


def scored_set(reading: EvidenceReading) -> EvidenceSet:
    """Return the set whose results count, the cases that the person tunes on as long as there is none."""
    return "tuning" if reading.main is None else reading.main.set_name


def _cases_need(maker: FindingMaker, main: ColumnEvidence, more: int) -> Need:
    cases = new_cases(maker.reading, more, main.set_name)
    said = maker.say("F4.need", count=cases.words, effort=maker.reading.effort_words(cases.count))
    return maker.reading.need("cases", more, f"{said}{cases.note}", calls=cases.count, action=cases.action)


def rests_on_judge(reading: EvidenceReading, passes: PassRate, target: float) -> bool:
    """Whether the answer about the target could be another one, if a judge that cannot be trusted yet were wrong."""
    main = reading.main
    if main is None or not main.by_judge or reading.is_judge_trusted:
        return False
    if reading.is_judged_only:
        return True
    scored = main.by_judge + main.by_rule + main.by_person
    least = max(0.0, passes.rate - (main.by_judge - main.judge_failed) / scored)
    most = min(1.0, passes.rate + main.judge_failed / scored)
    ends = (wilson(rate, passes.effective) for rate in (least, most))
    return len({(one.low >= target, one.high < target) for one in ends}) > 1


def measured_words(maker: FindingMaker, main: ColumnEvidence, passes: PassRate) -> str:
    """Return "33 of 40 cases pass on the hold-out: 83 % (95 % interval 68 to 91 %)"."""
    at = maker.reading.rules.at(main.set_name)
    cases = counted(passes.cases, "case")
    if passes.interval is None:
        return maker.say("F4.counts", passing=f"{passes.passing:,}", cases=cases, at=at)
    values = {"cases": cases, "at": at, "rate": percent(passes.rate), "ends": percents(passes.interval)}
    if main.corrected_passes is not None:
        return maker.say("F4.corrected", **values)
    # With samples the rate is that of the answers, not that of the cases that pass by majority.
    if abs(passes.rate - passes.passing / passes.cases) > _SAME:
        return maker.say("F4.sampled", **values)
    return maker.say("F4.measured", passing=f"{passes.passing:,}", **values)


def cases_to_settle(passes: PassRate, target: float, most: int) -> int | None:
    """Return about how many more cases put the interval on one side of the target, if the rate stays as it is.

    Rounded up to about one digit. None if that takes more than `most`.
    """
    per_draw = passes.cases / passes.effective

    def is_settled(cases: int) -> bool:
        ends = wilson(passes.rate, cases / per_draw)
        return ends.low >= target or ends.high < target

    # The interval only becomes narrower, so the number can be bisected.
    low, high = passes.cases, passes.cases + most
    if not is_settled(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_settled(middle) else (middle, high)
    return rounded(high - passes.cases)


def overfitted(maker: FindingMaker) -> Finding:
    """F5: whether the rate where the person tuned is above the hold-out's.

    States: no_holdout, only_holdout, none, overfitted.
    """
    reading = maker.reading
    sets: tuple[EvidenceSet, ...] = ("tuning", "holdout")
    found = [reading.column(reading.champion, name) for name in sets]
    rates = [None if one is None else one.passes for one in found]
    dev, holdout = rates
    fewest = reading.rules.thresholds.fewest_cases
    if dev is None and holdout is not None:
        return maker.finding("F5", "only_holdout", "cannot tell", maker.say("F5.only_holdout"))
    if dev is None or holdout is None or min(dev.effective, holdout.effective) < fewest:
        need = Need("cases", None, maker.say("F5.need"), action=Action("holdout", "Set a hold-out aside"))
        return maker.finding("F5", "no_holdout", "not tried", maker.say("F5.no_holdout"), need=need)
    p = rates_differ(dev, holdout)
    figures = tuple(
        share_figure("pass rate", one.rate, one.cases, name, ends)
        for one, name in zip((dev, holdout), sets, strict=True)
        if (ends := one.interval) is not None
    )
    runs = tuple(uid for one in found if one is not None for uid in one.run_uids)
    words = {"dev": percent(dev.rate), "holdout": percent(holdout.rate)}
    if dev.rate > holdout.rate and p < reading.rules.thresholds.significance:
        said = maker.say("F5.overfitted", p=p_text(p), **words)
        return maker.finding("F5", "overfitted", "limit reached", said, "medium", figures, runs)
    return maker.finding("F5", "none", "holds", maker.say("F5.none", **words), "medium", figures, runs)


def rates_differ(one: PassRate, other: PassRate) -> float:
    """Return the two-sided p of the score test of two independent rates, by their effective numbers of cases."""
    sizes = one.effective, other.effective
    pooled = (one.rate * sizes[0] + other.rate * sizes[1]) / sum(sizes)
    spread = sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
    if not spread:
        return 1.0
    return 2 * (1 - NormalDist().cdf(abs(one.rate - other.rate) / spread))
