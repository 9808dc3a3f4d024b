"""F8 and F9: whether another model is better or cheaper, and whether the right answer is among several samples."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.decide.decision import Action, Figure, Finding
from workbench.core.decide.evidence import PairEvidence, SampleFigures
from workbench.core.decide.figure_words import goal_percent, p_text, percent, points
from workbench.core.decide.findings.maker import FindingMaker, pair_figure, percents
from workbench.core.decide.reading import EvidenceReading
from workbench.core.text import counted


def better_model(reading: EvidenceReading) -> PairEvidence | None:
    """Return the pair of the model that gains most among those that are better; a retired model never counts."""
    level = reading.rules.thresholds.significance
    found = [
        pair
        for pair in reading.pairs("model").values()
        if pair.passes.p_adjusted is not None
        and pair.passes.p_adjusted < level
        and pair.passes.difference > 0
        and not _is_retired(reading, pair)
    ]
    return max(found, key=lambda pair: pair.passes.difference, default=None)


def cheaper_pair(reading: EvidenceReading) -> PairEvidence | None:
    """Return the cheapest challenger that is no worse by its margin, fixed before the run, and costs less per call."""
    today = reading.call_usd()
    if today is None:
        return None
    found: list[tuple[float, str, PairEvidence]] = []
    for pair in (*reading.pairs("model").values(), *reading.pairs("lever").values()):
        ends, figures = pair.passes.interval, pair.figures
        if pair.margin is None or ends is None or figures is None or _is_retired(reading, pair):
            continue
        price = 0.0 if figures.is_free else figures.cost_usd
        if ends.low > -pair.margin and price is not None and price < today:
            found.append((price, pair.challenger, pair))
    return min(found, default=(0.0, "", None))[2]


def _is_retired(reading: EvidenceReading, pair: PairEvidence) -> bool:
    days = [one.retires_on for one in reading.evidence.columns if one.key == pair.challenger and one.retires_on]
    return any(day <= reading.evidence.today for day in days)


def models_tried(reading: EvidenceReading) -> int:
    """Return the number of other models compared on the same cases."""
    return len({pair.model or pair.challenger for pair in reading.pairs("model").values()})


def another_model(maker: FindingMaker) -> Finding:
    """F8: other models on the same cases. States: untried, one, none, better, cheaper."""
    reading = maker.reading
    pairs = list(reading.pairs("model").values())
    runs = tuple(dict.fromkeys(uid for pair in pairs for uid in pair.run_uids))
    if not pairs:
        wanted = reading.rules.thresholds.other_models
        calls = wanted * max(reading.scored, reading.rules.thresholds.fewest_cases)
        models = counted(wanted, "other model")
        said = maker.say("F8.need", models=models, effort=reading.effort_words(calls))
        need = reading.need("models", wanted, said, calls=calls, action=Action("models", "Add two models"))
        return maker.finding("F8", "untried", "not tried", maker.say("F8.untried"), need=need)
    figures = tuple(pair_figure(_title(pair), pair.passes, pair.set_name) for pair in pairs)
    if (best := better_model(reading)) is not None:
        sure = maker.confidence(best.set_name, best.passes.clusters, is_clear=True)
        return maker.finding("F8", "better", "limit reached", _better_words(maker, best), sure, figures, runs)
    cheaper = cheaper_pair(reading)
    if cheaper is not None and cheaper.role == "model":
        return _cheaper(maker, cheaper, figures, runs)
    if models_tried(reading) < reading.rules.thresholds.other_models:
        pair = pairs[0]
        key = "F8.retired" if _is_retired(reading, pair) else "F8.one"
        said = maker.say(key, title=_title(pair), counts=_counts(pair), at=reading.rules.at(pair.set_name))
        calls = max(reading.scored, reading.rules.thresholds.fewest_cases)
        models = counted(1, "other model")
        need_said = maker.say("F8.need", models=models, effort=reading.effort_words(calls))
        need = reading.need("models", 1, need_said, calls=calls, action=Action("models", "Add a model"))
        return maker.finding("F8", "one", "not tried", said, "medium", figures, runs, need)
    said = maker.say(
        "F8.none",
        models=counted(models_tried(reading), "other model"),
        list="; ".join(f"{_title(pair)} {_counts(pair)}" for pair in pairs[:3]),
    )
    sure = maker.confidence(pairs[0].set_name, min(pair.passes.clusters for pair in pairs), is_clear=True)
    return maker.finding("F8", "none", "holds", said, sure, figures, runs)


def _title(pair: PairEvidence) -> str:
    return pair.title or pair.model or pair.challenger


def _counts(pair: PairEvidence) -> str:
    return f"fixed {pair.passes.fixed:,}, broke {pair.passes.broken:,} of {pair.passes.pairs:,}"


def _better_words(maker: FindingMaker, pair: PairEvidence) -> str:
    reading, target = maker.reading, maker.reading.evidence.goals.target
    words = {
        "title": _title(pair),
        "fixed": f"{pair.passes.fixed:,}",
        "broke": f"{pair.passes.broken:,}",
        "cases": counted(pair.passes.pairs, "case"),
        "at": reading.rules.at(pair.set_name),
        "p": p_text(pair.passes.p_adjusted or 0.0),
        "cost": _cost_words(maker, pair),
    }
    column = reading.column(pair.challenger, pair.set_name)
    ends = None if column is None or column.passes is None else column.passes.interval
    if target is None or ends is None or column is None or column.passes is None:
        return maker.say("F8.better", **words)
    proves = "F8.proves" if ends.low >= target else "F8.proves_not"
    return maker.say(
        "F8.better_target",
        rate=percent(column.passes.rate),
        ends=percents(ends),
        proves=maker.say(proves, target=goal_percent(target)),
        **words,
    )


def _cost_words(maker: FindingMaker, pair: PairEvidence) -> str:
    today, figures = maker.reading.call_usd(), pair.figures
    if figures is None or not today:
        return ""
    price = 0.0 if figures.is_free else figures.cost_usd
    return "" if price is None else maker.say("F8.cost", share=percent(price / today))


def _cheaper(maker: FindingMaker, pair: PairEvidence, figures: Sequence[Figure], runs: tuple[str, ...]) -> Finding:
    reading, today = maker.reading, maker.reading.call_usd()
    price = 0.0 if pair.figures is None or pair.figures.is_free else pair.figures.cost_usd or 0.0
    said = maker.say(
        "F8.cheaper",
        title=_title(pair),
        margin=points(pair.margin or 0.0),
        at=reading.rules.at(pair.set_name),
        share=percent(price / today) if today else percent(0),
    )
    sure = maker.confidence(pair.set_name, pair.passes.clusters, is_clear=True)
    return maker.finding("F8", "cheaper", "limit near", said, sure, tuple(figures), runs)


def sampled(reading: EvidenceReading) -> tuple[SampleFigures | None, tuple[str, ...]]:
    """Return the samples of the champion's column, else those of the column with the most cases, and their runs."""
    least = reading.rules.thresholds.samples
    columns = [
        one
        for one in reading.evidence.columns
        if one.samples is not None and one.samples.samples >= least and not one.adapter and one.set_name != "general"
    ]
    if reading.main in columns and reading.main is not None:
        return reading.main.samples, reading.main.run_uids
    own = [one for one in columns if one.key == reading.champion]
    best = max(own, key=lambda one: 0 if one.samples is None else one.samples.cases, default=None)
    return (None, ()) if best is None else (best.samples, best.run_uids)


def luck(maker: FindingMaker) -> Finding:
    """F9: passes in any sample against passes by majority. States: untried, few, voted, none, reach."""
    reading, limits = maker.reading, maker.reading.rules.thresholds
    found, runs = sampled(reading)
    cases = max(reading.scored, limits.fewest_cases)
    calls = cases * (limits.samples - 1)
    need = reading.need(
        "samples",
        limits.samples,
        maker.say("F9.need", cases=counted(cases, "case"), samples=limits.samples, effort=reading.effort_words(calls)),
        calls=calls,
        action=Action("samples", f"Ask {limits.samples} times", count=limits.samples),
    )
    if found is None:
        return maker.finding("F9", "untried", "not tried", maker.say("F9.untried"), need=need)
    words = {
        "samples": found.samples,
        "cases": counted(found.cases, "case"),
        "any": f"{found.any:,}",
        "majority": f"{found.majority:,}",
    }
    figures = (
        Figure("pass in any sample", "cases", found.any, found.cases),
        Figure("pass by majority", "cases", found.majority, found.cases),
    )
    if found.has_rule:
        said = maker.say("F9.voted", **words)
        return maker.finding("F9", "voted", "holds", said, "medium", figures, runs)
    if found.cases < limits.fewest_cases:
        return maker.finding("F9", "few", "cannot tell", maker.say("F9.few", **words), "low", figures, runs, need)
    if found.any - found.majority >= limits.luck * found.cases:
        said = maker.say("F9.reach", **words)
        return maker.finding("F9", "reach", "limit near", said, "low", figures, runs, is_ruled=True)
    return maker.finding("F9", "none", "holds", maker.say("F9.none", **words), "low", figures, runs, is_ruled=True)
