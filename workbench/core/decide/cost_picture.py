"""The costs of a prompt today, after the cheap levers, and of a tuned model, from the evidence and dated prices.

Invariant: the person's own figures come first, then measured ones, then the dated data, which is named as an
assumption. A figure that none of them has stays unknown, and so does what depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workbench.core.decide.cost import (
    CallShape,
    TunedCosts,
    base_months,
    call_cost,
    hosting_cost,
    swings,
    training_cost,
)
from workbench.core.decide.cost_figures import CostLine, CostPicture, Saving
from workbench.core.decide.evidence import CallFigures, TokenPrices
from workbench.core.decide.figure_words import call_dollars, dollars, listed, number, percent, rough_dollars
from workbench.core.decide.findings.models import cheaper_pair
from workbench.core.decide.reading import EvidenceReading
from workbench.core.decide.routes import JudgedRoute, day_words

EXPERIMENT_RUNS = 0.25 + 0.5 + 1
"""Training on a quarter, half and all rows, in runs over all of them."""


@dataclass(slots=True)
class _Notes:
    """What is missing and what was assumed, in the order in which it was found."""

    missing: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tuned:
    """The figures of the tuned side; None for unknown. `is_bound` if the work of people is not in `fixed`."""

    call: float | None
    hosting: float | None
    fixed: float | None
    months: float
    is_bound: bool


class CostReader:
    """Makes the cost picture of one evidence; `routes` are judged on its day."""

    def __init__(self, reading: EvidenceReading, routes: Sequence[JudgedRoute]) -> None:
        self._reading, self._rules = reading, reading.rules
        self._goals = reading.evidence.goals
        self._costs = reading.evidence.goals.costs
        self._route = plan_route(routes)
        self._notes = _Notes()

    def picture(self) -> CostPicture:
        """Return the costs, the break-even and the missing inputs."""
        now = self._now()
        savings = self._savings(now)
        after = savings[-1].call_usd if savings else now
        volume = self._goals.volume
        if now is None:
            self._miss("call")
        tuned = self._tuned()
        if volume is None:
            self._miss("volume")
        monthly = None if now is None or volume is None else now * volume
        found = CostPicture(
            volume=volume,
            call_usd=now,
            after_usd=after,
            monthly_usd=monthly,
            after_monthly_usd=None if after is None or volume is None else after * volume,
            tuned_usd=tuned.call,
            hosting_usd=tuned.hosting,
            fixed_usd=tuned.fixed,
            months=tuned.months,
            is_bound=tuned.is_bound,
            route="" if self._route is None else self._route.rule.title,
            savings=tuple(savings),
        )
        found = self._compared(found, tuned)
        return replace(found, missing=tuple(self._notes.missing), assumptions=tuple(self._notes.assumed))

    def _compared(self, found: CostPicture, tuned: _Tuned) -> CostPicture:
        lines = _lines(found)
        if found.after_usd is None or tuned.call is None or tuned.hosting is None or tuned.fixed is None:
            return replace(found, lines=lines)
        if not tuned.months:
            self._miss("months")
            return replace(found, lines=lines)
        costs = TunedCosts(found.after_usd, tuned.call, tuned.hosting, tuned.fixed, tuned.months)
        before = replace(costs, prompt=found.call_usd or 0.0)
        factor = self._rules.thresholds.return_factor
        needed = None if found.volume is None else costs.gain_needed(found.volume, factor)
        return replace(
            found,
            break_even=costs.break_even,
            break_even_before=before.break_even,
            is_never=costs.break_even is None,
            gain_needed_usd=needed,
            lines=(*lines, CostLine("tuned", "Tuned model", costs.monthly, costs.tuned)),
            bars=swings(costs),
            would_pay=self._would_pay(costs, needed),
        )

    def _would_pay(self, costs: TunedCosts, needed: float | None) -> str:
        """Return what would have to be true, "" if it pays or the volume is unknown."""
        volume, say = self._goals.volume, self._rules.say
        if needed is None or volume is None or needed <= 0:
            return ""
        factor = self._rules.thresholds.return_factor
        things = [say("F15.gain", gain=rough_dollars(needed))]
        if costs.break_even is not None:
            things.insert(0, say("F15.volume", volume=number(factor * costs.break_even)))
        hosting = volume * (costs.prompt - costs.tuned) / factor - costs.fixed / costs.months
        if 0 < hosting < costs.hosting:
            things.append(say("F15.hosting", cost=rough_dollars(hosting)))
        return say("F15.would", things=listed(things, "or"))

    def _miss(self, key: str) -> None:
        self._notes.missing.append(self._rules.say(f"cost.missing.{key}"))

    def _assume(self, key: str, **values: object) -> None:
        self._notes.assumed.append(self._rules.say(f"cost.assumed.{key}", **values))

    def _now(self) -> float | None:
        """Return the cost of a call today, with the caching that was measured."""
        figures = self._reading.figures
        if figures is None:
            return None
        if figures.is_free:
            return 0.0
        shape, prices = shape_of(figures), figures.prices
        if shape is None or prices is None:
            return None if figures.cost_usd is None else figures.cost_usd * self._batch_factor(None)
        day = "" if prices.read_on is None else f", as of {day_words(prices.read_on)}"
        self._assume("prices", source=prices.source or "your own", day=day)
        if figures.cached_tokens is None:
            self._assume("uncached")
        computed = call_cost(shape, prices)
        price = figures.cost_usd if computed is None else computed
        return None if price is None else price * self._batch_factor(prices)

    def _batch_factor(self, prices: TokenPrices | None) -> float:
        """Return what the batches that are sent today leave of a price."""
        share = self._costs.batched_share or 0.0
        if not share:
            return 1.0
        return 1 - share * (1 - self._batch_price(prices))

    def _batch_price(self, prices: TokenPrices | None) -> float:
        """Return the share of a price that a call in a batch costs."""
        if prices is not None and prices.batch is not None:
            return prices.batch
        default = self._rules.defaults.batch
        said = self._rules.say("cost.assumed.batch", share=percent(default))
        if said not in self._notes.assumed:
            self._notes.assumed.append(said)
        return default

    def _savings(self, now: float | None) -> list[Saving]:
        """Return the cheap levers that lower the cost of a call, one after another."""
        if not now:
            return []
        found: list[Saving] = []
        figures, call = self._reading.figures, now
        if (pair := cheaper_pair(self._reading)) is not None and pair.figures is not None:
            figures = pair.figures
            price = 0.0 if figures.is_free else (figures.cost_usd or 0.0) * self._batch_factor(figures.prices)
            title = pair.title or pair.model or pair.challenger
            call = self._saving(found, "pair", title, call, price, challenger=title)
        shape = None if figures is None or figures.is_free else shape_of(figures)
        if figures is None or shape is None or figures.prices is None:
            return found
        prices = figures.prices
        shape, call = self._cached(found, figures, shape, prices, call)
        self._batched(found, shape, prices, call)
        return found

    def _cached(
        self, found: list[Saving], figures: CallFigures, shape: CallShape, prices: TokenPrices, call: float
    ) -> tuple[CallShape, float]:
        least = self._rules.defaults.minimum_prefix if prices.minimum_prefix is None else prices.minimum_prefix
        stable = figures.stable_tokens
        if stable is None or stable < least or not figures.input_tokens or prices.cache_read is None:
            return shape, call
        hits = self._rules.thresholds.hit_rate if self._costs.hit_rate is None else self._costs.hit_rate
        cached = CallShape(shape.input_tokens, shape.output_tokens, stable / figures.input_tokens, hits, True)
        price = call_cost(cached, prices)
        if price is not None:
            price *= self._batch_factor(prices)
        if price is None or price >= call:
            return shape, call
        if self._costs.hit_rate is None:
            self._assume("hits", share=percent(hits))
        call = self._saving(found, "caching", "Caching", call, price, tokens=f"{stable:,.0f}", share=percent(hits))
        return cached, call

    def _batched(self, found: list[Saving], shape: CallShape, prices: TokenPrices, call: float) -> None:
        share = self._costs.batch_share
        if not share:
            return
        if prices.batch is None:
            prices = replace(prices, batch=self._batch_price(prices))
        price = call_cost(replace(shape, batch_share=share), prices)
        if price is not None and price < call:
            self._saving(found, "batch", "Batches", call, price, share=percent(share))

    def _saving(self, found: list[Saving], key: str, title: str, before: float, price: float, **words: object) -> float:
        saved = None if self._goals.volume is None else (before - price) * self._goals.volume
        said = self._rules.say(f"cost.{key}", call=call_dollars(price), before=call_dollars(before), **words)
        found.append(Saving(key, title, price, saved, said))
        return price

    def _tuned(self) -> _Tuned:
        if self._route is None:
            self._miss("route")
            return _Tuned(self._costs.call_usd, self._costs.hosting_usd, self._costs.fixed_usd, 0.0, False)
        call, hosting = self._serving(self._route)
        months = base_months(self._route.months) if self._costs.months is None else self._costs.months
        self._assume("months", months=f"{months:.0f}")
        trained = self._training(self._route)
        fixed, is_bound = self._fixed(trained)
        again = self._costs.retraining_per_year
        if hosting is not None and again and trained is not None:
            hosting += again * trained / 12
        return _Tuned(call, hosting, fixed, months, is_bound)

    def _serving(self, route: JudgedRoute) -> tuple[float | None, float | None]:
        """Return the cost of a tuned call and the hosting a month: a server has no price per token."""
        rule, costs, figures = route.rule, self._costs, self._reading.figures
        call, hosting = costs.call_usd, costs.hosting_usd
        by_token = rule.input_usd is not None and rule.output_usd is not None
        if hosting is None and by_token:
            hosting = 0.0
        if hosting is None and rule.hosting_usd_hour is not None:
            hosting = hosting_cost(rule.hosting_usd_hour)
            what = self._rules.say("cost.assumed.hosting", usd=dollars(rule.hosting_usd_hour), note=rule.hosting_note)
            self._assume("route", route=rule.title, what=what, day=day_words(rule.priced_on))
        if call is None and by_token and figures is not None and figures.output_tokens is not None:
            given = figures.input_tokens if costs.tuned_input_tokens is None else costs.tuned_input_tokens
            if given is not None and rule.input_usd is not None and rule.output_usd is not None:
                prices = TokenPrices(rule.input_usd, rule.output_usd)
                call = call_cost(CallShape(given, figures.output_tokens), prices)
        elif call is None and rule.is_server:
            call = 0.0
        if call is None:
            self._miss("tuned")
        if hosting is None:
            self._miss("hosting")
        return call, hosting

    def _training(self, route: JudgedRoute) -> float | None:
        """Return the dollars of training a quarter, half and all rows."""
        rows = self._reading.evidence.training
        price = self._costs.training_usd if self._costs.training_usd is not None else route.rule.training_usd
        if rows is None or rows.tokens_per_row is None or price is None:
            return None
        epochs = self._costs.epochs
        if epochs is None:
            epochs = self._rules.defaults.epochs
            if self._costs.fixed_usd is None:
                self._assume("epochs", epochs=epochs)
        if self._costs.training_usd is None and self._costs.fixed_usd is None:
            what = self._rules.say("cost.assumed.training", usd=dollars(price), note=route.rule.training_note)
            self._assume("route", route=route.rule.title, what=what, day=day_words(route.rule.priced_on))
        return training_cost(rows.rows, rows.tokens_per_row, epochs, price, EXPERIMENT_RUNS)

    def _fixed(self, trained: float | None) -> tuple[float | None, bool]:
        """Return what is spent once, and whether the work of people is missing in it."""
        costs = self._costs
        if costs.fixed_usd is not None:
            return costs.fixed_usd, False
        if trained is None:
            self._miss("fixed")
            return None, False
        call = self._reading.call_usd()
        tests = costs.tests_usd
        if tests is None and call is not None:
            tests = 2 * self._reading.scored * call
        known = trained + (tests or 0.0)
        labelling, engineering = costs.labelling_hours, costs.engineering_hours
        if costs.hourly_usd is None or labelling is None or engineering is None or tests is None:
            self._miss("work")
            self._notes.assumed.append(self._rules.say("cost.bound"))
            return known, True
        return known + costs.hourly_usd * (labelling + engineering), False


def plan_route(routes: Sequence[JudgedRoute]) -> JudgedRoute | None:
    """Return the first usable route, one with a price of serving first; routes the person named before others."""
    usable = [one for one in routes if one.is_usable]
    return min(
        usable,
        key=lambda one: (
            one.status.is_allowed is not True,
            one.rule.hosting_usd_hour is None and one.rule.input_usd is None,
        ),
        default=None,
    )


def shape_of(figures: CallFigures) -> CallShape | None:
    """Return the tokens of a call with the caching that was measured; None if they are unknown."""
    if figures.input_tokens is None or figures.output_tokens is None:
        return None
    read = min(figures.cached_tokens or 0.0, figures.input_tokens)
    if not read:
        return CallShape(figures.input_tokens, figures.output_tokens)
    return CallShape(figures.input_tokens, figures.output_tokens, read / figures.input_tokens, 1.0, True)


def _lines(found: CostPicture) -> tuple[CostLine, ...]:
    lines = []
    if found.call_usd is not None:
        lines.append(CostLine("prompt", "Prompt", 0.0, found.call_usd))
    if found.after_usd is not None and found.after_usd != found.call_usd:
        lines.append(CostLine("prompt_after", "Prompt, after cheap levers", 0.0, found.after_usd))
    return tuple(lines)
