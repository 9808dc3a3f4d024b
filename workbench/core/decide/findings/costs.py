"""F12 and F15: cost and speed against the limits, and whether a tuned model pays."""

from __future__ import annotations

from workbench.core.decide.cost_figures import CostPicture
from workbench.core.decide.decision import Action, Figure, Finding, FindingWord, Need
from workbench.core.decide.figure_words import call_dollars, dollars, listed, number, percent, seconds
from workbench.core.decide.findings.maker import FindingMaker
from workbench.core.decide.reading import EvidenceReading


def cost_and_speed(maker: FindingMaker, cost: CostPicture) -> Finding:
    """F12: the cost a month and the 95th percentile of the time. States: unknown, fine, over.

    A limit that is set and cannot be checked gives unknown; without limits the state is fine.
    """
    reading, goals = maker.reading, maker.reading.evidence.goals
    facts = _facts(maker, cost)
    p95 = None if reading.figures is None else reading.figures.p95_ms
    usd = 0.0 if cost.call_usd == 0 else cost.monthly_usd
    over = []
    if goals.budget_usd is not None and usd is not None and usd > goals.budget_usd:
        over.append(maker.say("F12.over_cost", budget=dollars(goals.budget_usd)))
    if goals.p95_limit_ms is not None and p95 is not None and p95 > goals.p95_limit_ms:
        over.append(maker.say("F12.over_time", limit=seconds(goals.p95_limit_ms)))
    figures = _figures(reading, cost, usd, p95)
    runs = () if reading.main is None else reading.main.run_uids
    if over:
        said = maker.say("F12.over", facts=facts, which=listed(over))
        return maker.finding("F12", "over", "limit reached", said, "medium", figures, runs)
    if not facts:
        return maker.finding("F12", "unknown", "cannot tell", maker.say("F12.unknown"), need=_need(maker, cost))
    missing = _unchecked(maker, cost, usd, p95)
    if missing is not None:
        said = maker.say("F12.partly", facts=facts, missing=missing.sentence)
        return maker.finding("F12", "unknown", "cannot tell", said, "low", figures, runs, missing)
    if goals.budget_usd is None and goals.p95_limit_ms is None:
        # Nothing is broken without a limit, but what is not known does not hold either.
        is_known = cost.call_usd is not None
        said = maker.say("F12.no_limit" if is_known else "F12.no_price", facts=facts)
        word: FindingWord = "holds" if is_known else "cannot tell"
        return maker.finding("F12", "fine", word, said, "medium", figures, runs, _need(maker, cost))
    near = maker.reading.rules.thresholds.near_share
    is_near = (goals.budget_usd and usd is not None and usd > near * goals.budget_usd) or (
        goals.p95_limit_ms and p95 is not None and p95 > near * goals.p95_limit_ms
    )
    word = "limit near" if is_near else "holds"
    return maker.finding("F12", "fine", word, maker.say("F12.fine", facts=facts), "medium", figures, runs)


def is_too_dear(reading: EvidenceReading, cost: CostPicture) -> bool:
    """Whether the cost a month is above the budget."""
    budget = reading.evidence.goals.budget_usd
    return budget is not None and cost.monthly_usd is not None and cost.monthly_usd > budget


def stable_share(reading: EvidenceReading, cost: CostPicture) -> float | None:
    """Return the share of a call's cost that is input which never changes; None if it is unknown or cached."""
    figures = reading.figures
    if figures is None or figures.stable_tokens is None or figures.prices is None or not cost.call_usd:
        return None
    if figures.cached_tokens:
        return None
    return figures.stable_tokens * figures.prices.input / 1_000_000 / cost.call_usd


def _facts(maker: FindingMaker, cost: CostPicture) -> str:
    reading, found = maker.reading, list[str]()
    if cost.call_usd == 0:
        found.append(maker.say("F12.free"))
    elif cost.monthly_usd is not None and cost.volume is not None:
        found.append(maker.say("F12.monthly", cost=dollars(cost.monthly_usd), volume=number(cost.volume)))
        share = stable_share(reading, cost)
        if share is not None and share >= 0.1:
            found.append(maker.say("F12.stable", share=percent(share)))
        caching = next((one for one in cost.savings if one.id == "caching"), None)
        if caching is not None:
            found.append(maker.say("F12.cached", cost=dollars(caching.call_usd * cost.volume)))
    elif cost.call_usd is not None:
        found.append(maker.say("F12.call", cost=call_dollars(cost.call_usd)))
    if reading.figures is not None and reading.figures.p95_ms is not None:
        found.append(maker.say("F12.p95", p95=seconds(reading.figures.p95_ms)))
    said = "; ".join(found)
    return said[:1].upper() + said[1:]


def _figures(reading: EvidenceReading, cost: CostPicture, usd: float | None, p95: float | None) -> tuple[Figure, ...]:
    goals, calls = reading.evidence.goals, 0 if reading.figures is None else reading.figures.calls
    found = [
        Figure("cost of a call", "usd", cost.call_usd, calls),
        Figure("cost a month", "usd", usd, calls),
        Figure("budget a month", "usd", goals.budget_usd),
        Figure("95th percentile of the time", "ms", p95, calls),
        Figure("limit of the time", "ms", goals.p95_limit_ms),
    ]
    return tuple(one for one in found if one.value is not None)


def _unchecked(maker: FindingMaker, cost: CostPicture, usd: float | None, p95: float | None) -> Need | None:
    """Return what keeps a limit that is set from being checked."""
    goals = maker.reading.evidence.goals
    if goals.budget_usd is not None and usd is None:
        return _need(maker, cost)
    if goals.p95_limit_ms is not None and p95 is None:
        return maker.reading.need("cases", None, maker.say("F12.need_time"))
    return None


def _need(maker: FindingMaker, cost: CostPicture) -> Need | None:
    """Return the figure of the cost that is missing: a price, or the volume."""
    if cost.call_usd is None:
        return Need(
            "goal", None, maker.say("F12.need_price"), action=Action("models", "Open the model's prices", "prices")
        )
    if cost.volume is None:
        said = maker.say("F12.need_volume")
        return Need("goal", None, said, action=Action("goal", "Enter calls a month", "volume"), goal="volume")
    return None


def pays(maker: FindingMaker, cost: CostPicture) -> Finding:
    """F15: the volume against the break-even. States: unknown, never, no, near, pays, valued.

    near, no and never are a "no" to the decision table. With a bound from below only a no can be said.
    """
    reading, goals = maker.reading, maker.reading.evidence.goals
    figures = _return_figures(cost)
    if cost.break_even is None and not cost.is_never:
        said = maker.say("F15.unknown", missing=listed(cost.missing) or maker.say("cost.missing.volume"))
        return maker.finding("F15", "unknown", "cannot tell", said, "low", figures, need=_return_need(maker, cost))
    if cost.volume is None:
        said = maker.say("F15.unknown", missing=maker.say("cost.missing.volume"))
        return maker.finding("F15", "unknown", "cannot tell", said, "low", figures, need=_return_need(maker, cost))
    needed = cost.gain_needed_usd or 0.0
    if needed > 0 and goals.gain_usd is not None and goals.gain_usd >= needed and not cost.is_bound:
        said = maker.say("F15.valued", gain=dollars(goals.gain_usd), needed=dollars(needed))
        return maker.finding("F15", "valued", "holds", said, "medium", figures)
    if cost.break_even is None:
        said = maker.say(
            "F15.never", tuned=call_dollars(cost.tuned_usd or 0.0), prompt=call_dollars(cost.after_usd or 0.0)
        )
        return maker.finding("F15", "never", "limit reached", said, "medium", figures)
    factor = reading.rules.thresholds.return_factor
    words = {
        "break_even": number(cost.break_even),
        "volume": number(cost.volume),
        "safe": number(factor * cost.break_even),
    }
    if cost.volume < cost.break_even:
        return maker.finding("F15", "no", "limit reached", _joined(maker, "F15.no", cost, words), "medium", figures)
    if cost.is_bound:
        said = maker.say("F15.bound", missing=maker.say("cost.missing.work"), **words)
        return maker.finding("F15", "unknown", "cannot tell", said, "low", figures, need=_return_need(maker, cost))
    if cost.volume < factor * cost.break_even:
        return maker.finding("F15", "near", "limit near", maker.say("F15.near", **words), "medium", figures)
    return maker.finding("F15", "pays", "holds", maker.say("F15.pays", **words), "medium", figures)


def _joined(maker: FindingMaker, key: str, cost: CostPicture, words: dict[str, str]) -> str:
    said = maker.say(key, **words)
    return f"{said} {maker.say('cost.bound')}" if cost.is_bound else said


def _return_figures(cost: CostPicture) -> tuple[Figure, ...]:
    found = [
        Figure("break-even before the cheap levers", "calls", cost.break_even_before),
        Figure("break-even", "calls", cost.break_even),
        Figure("calls a month", "calls", cost.volume),
        Figure("gain needed a month", "usd", cost.gain_needed_usd),
    ]
    return tuple(one for one in found if one.value is not None)


def _return_need(maker: FindingMaker, cost: CostPicture) -> Need:
    if not cost.route:
        said = maker.say("F15.need_route")
        return Need("goal", None, said, action=Action("goal", "Choose routes", "routes"), goal="routes")
    goal = "volume" if cost.volume is None else "costs"
    said = maker.say("F15.need", missing=listed(cost.missing) or maker.say("cost.missing.volume"))
    return Need("goal", None, said, action=Action("goal", "Enter your figures", goal), goal=goal)
