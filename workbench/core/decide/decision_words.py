"""Words about a decision that window, terminal and reports share: its numbers, its next steps, and what they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from workbench.core.decide.decision import Decision, Figure, Finding, FindingWord, Need, Step, VersionRate
from workbench.core.decide.figure_words import dollars, minutes_words, number, percent, points, seconds
from workbench.core.text import counted

MOST_STEPS = 3


def figure_words(figure: Figure) -> str:
    """Return a figure with its number of cases and interval, "" if it is unknown."""
    if figure.value is None:
        return ""
    say = _UNITS.get(figure.unit, _plain)
    # A count is not one of itself.
    of = f" of {figure.n:,}" if figure.n is not None and figure.unit in ("rate", "points", "p") else ""
    between = ""
    if figure.low is not None and figure.high is not None:
        ends = (figure.low, figure.high)
        between = f" ({ends_words(ends) if figure.unit == 'rate' else ' to '.join(map(say, ends))})"
    return f"{figure.label} {say(figure.value)}{of}{between}"


def ends_words(ends: tuple[float, float]) -> str:
    """Return the ends of an interval of rates: "76.1 to 86.7 %"."""
    return f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f} %"


def rates_judge_words(rates: Sequence[VersionRate]) -> str:
    """Return the few words about judges beside a chart of pass rates: "judge unmeasured", or with the versions that
    they hold for, "judge unmeasured (#3, #4)"; "" without a judge."""
    said = dict.fromkeys(one.judge_words for one in rates if one.judge_words)
    if len(said) == 1 and all(one.judge_words for one in rates):
        return next(iter(said))
    named = ((words, [one.name or str(one.version) for one in rates if one.judge_words == words]) for words in said)
    return "; ".join(f"{words} ({', '.join(names)})" for words, names in named)


def _plain(value: float) -> str:
    return f"{value:,.3g}" if value % 1 else f"{value:,.0f}"


_UNITS: Mapping[str, Callable[[float], str]] = {
    "rate": percent,
    "points": points,
    "usd": dollars,
    "ms": seconds,
    "calls": number,
}


def next_steps(decision: Decision) -> tuple[Step, ...]:
    """Return the open steps that come first."""
    return tuple(one for one in decision.steps if not one.is_done)[:MOST_STEPS]


def effort_words(one: Step | Need) -> str:
    """Return "60 calls, about $0.40, 6 minutes", or "saves $4,540 a month"; "" if nothing is known."""
    saved = one.saved_usd if isinstance(one, Step) else None
    parts = [
        "" if saved is None else f"saves {dollars(saved)} a month",
        counted(one.calls, "call") if one.calls is not None else "",
        "" if one.cost_usd is None else f"about {dollars(one.cost_usd)}" if one.cost_usd else "free",
        minutes_words(one.minutes) if one.minutes is not None else "",
    ]
    return ", ".join(filter(None, parts))


FindingTone = Literal["good", "near", "bad", "open"]
_TONES: Mapping[FindingWord, FindingTone] = {
    "holds": "good",
    "limit near": "near",
    "limit reached": "bad",
    "not tried": "open",
    "cannot tell": "open",
}
_OWN_TONES: Mapping[tuple[str, str], FindingTone] = {
    ("F8", "none"): "open",
    ("F8", "better"): "good",
    ("F8", "cheaper"): "good",
    ("F9", "none"): "open",
    ("F9", "reach"): "good",
    ("F16", "same"): "open",
}
"""A model or a vote that helps is good news, although it shows a limit of the prompt. A tuned model without a
gain is no bad news about the prompt."""


def tone(finding: Finding) -> FindingTone:
    """Return the tone in which the answer of a finding is shown; the answer itself says everything."""
    return _OWN_TONES.get((finding.id, finding.state), _TONES[finding.word])
