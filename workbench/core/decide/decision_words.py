"""Words about a decision that window, terminal and reports share: its numbers, its next steps, and what they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from workbench.core.decide.decision import Decision, Figure, Finding, FindingWord, Need, Step, VersionRate
from workbench.core.decide.figure_words import dollars, minutes_words, number, percent, points, seconds, signed
from workbench.core.decide.rules import decide_rules
from workbench.core.text import counted

MOST_STEPS = 3


def figure_words(figure: Figure) -> str:
    """Return a figure with its number of cases and interval, "" if it is unknown."""
    if figure.value is None:
        return ""
    between = interval_words(figure)
    return f"{figure.label} {_value(figure)}{_base(figure)}{f' ({between})' if between else ''}"


def measured_figures(finding: Finding, *, with_said: bool = True) -> list[str]:
    """Return the figures of a finding in words, with the set or calls that they stand on where these change.

    Without `with_said`, those that its sentence has already are left out, by their interval, or by their value if they
    have none; so are counts of nothing.
    """
    shown = [
        one for one in finding.figures if one.value is not None and (with_said or not _is_said(one, finding.sentence))
    ]
    rules = decide_rules()
    found = []
    for at, one in enumerate(shown):
        after = shown[at + 1] if at + 1 < len(shown) else None
        where = ""
        if one.set_name is not None and one.label != rules.cases(one.set_name):
            is_last = after is None or after.set_name != one.set_name
            where = f" {rules.at(one.set_name)}" if is_last else ""
        elif _calls(one) and (after is None or _calls(after) != _calls(one)):
            where = f" over {counted(_calls(one), 'call')}"
        found.append(f"{figure_words(one)}{where}")
    return found


def _is_said(figure: Figure, sentence: str) -> bool:
    if not figure.value and figure.unit in _COUNTS:
        return True
    said = interval_words(figure).removesuffix(" points").removesuffix(" point") or _value(figure)
    return re.search(rf"(?<![\d.,−]){re.escape(said)}(?![\d.,]*\d)", sentence) is not None


def _value(figure: Figure) -> str:
    assert figure.value is not None
    return _UNITS.get(figure.unit, _plain)(figure.value)


def _base(figure: Figure) -> str:
    """Return " of 200", "" for a count of its own."""
    if figure.n is None:
        return ""
    if figure.unit in ("rate", "points", "p") or (figure.unit in ("cases", "rows") and figure.n != figure.value):
        return f" of {figure.n:,}"
    return ""


def _calls(figure: Figure) -> int:
    """Return the number of calls of a mean, 0 for other figures."""
    return figure.n or 0 if figure.unit in ("usd", "ms") else 0


def interval_words(figure: Figure) -> str:
    """Return the interval of a figure: "76.1 to 86.7 %" or "−6.2 to 4.2 points", "" without an interval."""
    if figure.low is None or figure.high is None:
        return ""
    if figure.unit == "rate":
        return ends_words((figure.low, figure.high))
    if figure.unit == "points":
        return f"{signed(figure.low)} to {points(figure.high)}"
    return " to ".join(map(_UNITS.get(figure.unit, _plain), (figure.low, figure.high)))


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


_COUNTS = frozenset({"cases", "rows", "tries", "verdicts"})
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
