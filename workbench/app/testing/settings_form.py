"""The settings of a test as a person types them, and in one line.

Invariant: what `read_settings` returns can be stored and run; what it refuses is named with its limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.core.lanes import MOST_SAMPLES
from workbench.core.testing.settings import MOST_REPEATS, SuiteBudget, SuiteSettings
from workbench.core.testing.vote import FEWEST_SAMPLES
from workbench.core.text import counted, plural
from workbench.core.typed_numbers import shown_number, typed_number
from workbench.core.visible_text import visible_name

_MOST_USD, _MOST_CALLS, _MOST_MINUTES = 1_000_000, 100_000_000, 100_000
MOST_POINTS = 99
NO_BUDGET = "No budget"
_VOTED = "; where they vote, the most frequent answer counts"


@dataclass(frozen=True, slots=True)
class TypedSettings:
    """The fields of the form. Limits and the least score may be empty; sizes of differences are in points."""

    samples: str
    usd: str
    calls: str
    minutes: str
    difference: str
    margin: str
    threshold: str
    repeats: str = "1"


class SettingsFieldError(ValueError):
    """A field that cannot be used: its name in `TypedSettings`, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def typed_settings(settings: SuiteSettings) -> TypedSettings:
    """Return settings as they stand in the form."""
    budget = settings.budget
    return TypedSettings(
        str(settings.samples),
        shown_number(budget.usd),
        shown_number(budget.calls),
        shown_number(budget.minutes),
        shown_number(100 * settings.difference),
        shown_number(100 * settings.margin),
        shown_number(settings.threshold),
        str(settings.judge.repeats),
    )


def read_settings(typed: TypedSettings, settings: SuiteSettings) -> SuiteSettings:
    """Return `settings` with what was typed. Raises SettingsFieldError for the first field that cannot be used."""
    samples = _whole("samples", typed.samples, f"Samples are a whole number from 1 to {MOST_SAMPLES}.", MOST_SAMPLES)
    if samples < FEWEST_SAMPLES and (voting := voting_count(settings)):
        said = f"{counted(voting, 'column')} {plural(voting, 'votes', 'vote')} over {plural(voting, 'its', 'their')}"
        raise SettingsFieldError(
            "samples", f"{said} samples: {FEWEST_SAMPLES} or more are needed. Switch the vote off in the column's menu."
        )
    calls = typed.calls.strip()
    return replace(
        settings,
        samples=samples,
        budget=SuiteBudget(
            _limit("usd", typed.usd, "The budget is an amount in dollars such as 1.50, or empty.", _MOST_USD),
            _whole("calls", calls, "The limit of calls is a whole number of 1 or more, or empty.", _MOST_CALLS)
            if calls
            else None,
            _limit("minutes", typed.minutes, "The limit of minutes is a number above 0, or empty.", _MOST_MINUTES),
        ),
        difference=_points("difference", typed.difference, "The difference that matters"),
        margin=_points("margin", typed.margin, "The margin of “no worse”"),
        threshold=_least_score(typed.threshold),
        judge=replace(
            settings.judge,
            repeats=_whole(
                "repeats",
                typed.repeats,
                f"The times a judge is asked are a whole number from 1 to {MOST_REPEATS}.",
                MOST_REPEATS,
            ),
        ),
    )


def settings_words(settings: SuiteSettings) -> str:
    """Return "Samples 1 · Budget $1.00, 500 calls · Difference 10 points · Margin 5 points · Judge gpt-5-mini"."""
    budget = settings.budget
    known = budget_words(budget.usd, budget.calls, budget.minutes)
    parts = (
        f"Samples {settings.samples}{_vote_part(settings)}",
        f"Budget {known}" if known else NO_BUDGET,
        f"Difference {_points_words(settings.difference)}",
        f"Margin {_points_words(settings.margin)}",
        _judge_part(settings),
    )
    return " · ".join(filter(None, parts))


def settings_tip(settings: SuiteSettings) -> str:
    """Return what each part of `settings_words` means, in a line each."""
    samples, budget, difference, margin = settings_words(settings).split(" · ")[:4]
    judge = _judge_part(settings)
    return "\n".join(
        (
            f"{samples}: answers per case and column{_VOTED if voting_count(settings) else ''}",
            f"{budget}: nothing is sent that could exceed it" if budget != NO_BUDGET else budget,
            f"{difference}: the smallest one that matters to you",
            f"{margin}: how much worse a column may be and still count as no worse",
            *((f"{judge}: the model that evaluates what no rule can",) if judge else ()),
        )
    )


def voting_count(settings: SuiteSettings) -> int:
    """Return how many columns vote over their samples."""
    return sum(lane.slot in settings.vote for lane in settings.columns)


def _vote_part(settings: SuiteSettings) -> str:
    voting = voting_count(settings)
    if not voting:
        return ""
    return ", voted" if voting == len(settings.columns) else f", {counted(voting, 'column')} voted"


def _judge_part(settings: SuiteSettings) -> str:
    judge = settings.judge
    if judge.lane is None:
        return ""
    name = visible_name(judge.lane.title).replace(" · ", " ")
    return f"Judge {name}" if judge.repeats == 1 else f"Judge {name}, asked {judge.repeats} times"


def budget_words(usd: float | None, calls: int | None, minutes: float | None) -> str:
    """Return "$1.00, 500 calls, 10 min"; "" without limits."""
    parts = (
        "" if usd is None else f"${usd:,.2f}",
        "" if calls is None else counted(calls, "call"),
        "" if minutes is None else f"{minutes:g} min",
    )
    return ", ".join(filter(None, parts))


def _points_words(fraction: float) -> str:
    text = shown_number(100 * fraction)
    return f"{text} {'point' if text == '1' else 'points'}"


def _whole(field: str, text: str, sentence: str, most: int) -> int:
    value = typed_number(text)
    if value is None or value != int(value) or not 1 <= value <= most:
        raise SettingsFieldError(field, sentence)
    return int(value)


def _limit(field: str, text: str, sentence: str, most: float) -> float | None:
    if not text.strip():
        return None
    value = typed_number(text)
    if value is None or not 0 < value <= most:
        raise SettingsFieldError(field, sentence)
    return value


def _points(field: str, text: str, what: str) -> float:
    value = typed_number(text.replace("%", ""))
    if value is None or not 0 < value <= MOST_POINTS:
        raise SettingsFieldError(field, f"{what} is a number of points above 0 and at most {MOST_POINTS}.")
    return round(value / 100, 8)


def _least_score(text: str) -> float | None:
    if not text.strip():
        return None
    value = typed_number(text)
    if value is None or not 0 <= value <= 1:
        raise SettingsFieldError(
            "threshold", "The minimum score is a number from 0 to 1, or empty: every check must pass."
        )
    return value
