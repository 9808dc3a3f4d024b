"""Training routes on the day of a decision: which are open, allowed, and live long enough.

Invariant: dates decide, not names: a route that closes, or whose base models retire, is judged on the day of the
evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.core.decide.decision import RouteStatus
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.rules import BaseModel, DecideRules, RouteRule

_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class JudgedRoute:
    """A route with its status; `months` is how long its longest-lived base model lives, None without a date.

    `facts` is the short form of the status's sentence. `is_usable` if it is open, not excluded by the person, and lives
    long enough.
    """

    rule: RouteRule
    status: RouteStatus
    facts: str
    months: float | None
    is_usable: bool


def judged_routes(rules: DecideRules, goals: DecideGoals, today: date) -> tuple[JudgedRoute, ...]:
    """Return every route of the rules, judged."""
    return tuple(_judged(rules, route, goals, today) for route in rules.routes)


def months_until(day: date, today: date) -> float:
    """Return the months from one day to another, 0 if it is past."""
    return max((day - today).days, 0) / _DAYS_A_MONTH


def _judged(rules: DecideRules, route: RouteRule, goals: DecideGoals, today: date) -> JudgedRoute:
    allowed = _is_allowed(route, goals)
    is_past = route.open_until is not None and route.open_until < today
    # Only the person knows whether they trained there before; to allow the route says so.
    is_open = not is_past and (route.opening == "yes" or (route.opening == "existing" and allowed is True))
    base = _longest(route)
    months = None if base is None or base.retires_on is None else months_until(base.retires_on, today)
    lives = base is not None and (months is None or months >= rules.thresholds.base_months)
    facts = _facts(rules, route, is_past=is_past)
    status = RouteStatus(
        route.id,
        route.title,
        is_open,
        allowed,
        " ".join(filter(None, (facts, route.note, rules.say("route.read", day=day_words(route.read_on))))),
        "" if base is None else base.name,
        None if base is None else base.retires_on,
        route.sources[0] if route.sources else None,
    )
    return JudgedRoute(route, status, facts, months, is_open and allowed is not False and lives)


def _longest(route: RouteRule) -> BaseModel | None:
    return max(route.base_models, key=lambda one: one.retires_on or date.max, default=None)


def _is_allowed(route: RouteRule, goals: DecideGoals) -> bool | None:
    if route.is_own and goals.has_gpu is not None and (goals.routes is None or route.id not in goals.routes):
        return goals.has_gpu
    return None if goals.routes is None else route.id in goals.routes


def _facts(rules: DecideRules, route: RouteRule, *, is_past: bool) -> str:
    if is_past and route.open_until is not None:
        said = rules.say("route.past", day=day_words(route.open_until))
    elif route.is_own:
        said = rules.say("route.own")
    elif route.opening == "no":
        said = rules.say("route.closed")
    elif route.opening == "existing" and route.open_until is not None:
        said = rules.say("route.existing", day=day_words(route.open_until))
    else:
        said = rules.say("route.open")
    retiring = [
        rules.say("route.base", name=one.name, day=day_words(one.retires_on))
        for one in route.base_models
        if one.retires_on is not None
    ]
    return " ".join((said, *retiring))


def day_words(day: date) -> str:
    """Return "6 Jan 2027"."""
    return f"{day.day} {day:%b} {day.year}"
