"""Charts of a decision as SVG that takes its colours from the page around it.

Invariant: a chart has a title for screen readers, loads nothing, and is "" if there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from workbench.core.decide.cost_figures import CostPicture
from workbench.core.decide.decision import VersionRate
from workbench.core.decide.decision_words import rates_judge_words
from workbench.core.decide.figure_words import dollars, goal_percent, number, percent
from workbench.formats.exports.page import escaped

_WIDTH, _HEIGHT = 560, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 22, 40
_BAR_ROW = 26
_NAMES_SHOWN = 12


def rates_chart(rates: Sequence[VersionRate], target: float | None) -> str:
    """Return the pass rates of versions on one set, with intervals and the target."""
    sets = {one.set_name for one in rates}
    shown = [one for one in rates if one.set_name == ("holdout" if "holdout" in sets else "tuning")]
    title = "; ".join(filter(None, ("Pass rate by version", rates_judge_words(shown))))
    return _svg(title, _rates(shown, target)) if shown else ""


def _rates(shown: Sequence[VersionRate], target: float | None) -> Iterator[str]:
    ends = [value for one in shown for value in (one.low, one.high, one.rate) if value is not None]
    low = max(0.0, floor(10 * min([*ends, target if target is not None else 1.0]) - 0.5) / 10)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - low) / (1 - low) * (_HEIGHT - _TOP - _BOTTOM)

    yield from _axes([(y(at), percent(at)) for at in (low, (low + 1) / 2, 1.0)])
    step = (_WIDTH - _LEFT - _RIGHT) / len(shown)
    every = ceil(len(shown) / _NAMES_SHOWN)
    for at, one in enumerate(shown):
        x = _LEFT + (at + 0.5) * step
        rate = f"{one.name or one.version}: {one.passing:,} of {one.cases:,} pass, {percent(one.rate)}"
        said = ", ".join(filter(None, (rate, one.judge_words)))
        yield f"<g><title>{escaped(said)}</title>"
        if one.low is not None and one.high is not None:
            yield f'<line class="interval" x1="{x:.1f}" x2="{x:.1f}" y1="{y(one.low):.1f}" y2="{y(one.high):.1f}"/>'
        yield f'<circle class="point" cx="{x:.1f}" cy="{y(one.rate):.1f}" r="{6 if one.is_champion else 4.5}"/></g>'
        if at % every == 0 or at == len(shown) - 1:
            yield _text(x, _HEIGHT - _BOTTOM + 18, (one.name or str(one.version))[:14], "middle")
    if target is not None:
        yield f'<line class="target" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(target):.1f}" y2="{y(target):.1f}"/>'
        yield _text(_WIDTH - _RIGHT, y(target) - 6, f"target {goal_percent(target)}", "end", "gold")


def cost_chart(cost: CostPicture) -> str:
    """Return the cost a month by calls, with the break-even and the volume of today."""
    if not cost.lines:
        return ""
    points = [value for value in (cost.volume, cost.break_even) if value]
    if cost.volume and cost.break_even and cost.break_even > 8 * cost.volume:
        points = [cost.volume]
    return _svg("Cost a month by calls", _costs(cost, 1.25 * max(points))) if points else ""


def _costs(cost: CostPicture, most: float) -> Iterator[str]:
    top = _round_up(max(line.monthly_usd + line.call_usd * most for line in cost.lines)) or 1.0

    def x(calls: float) -> float:
        return _LEFT + calls / most * (_WIDTH - _LEFT - _RIGHT)

    def y(usd: float) -> float:
        return _HEIGHT - _BOTTOM - usd / top * (_HEIGHT - _TOP - _BOTTOM)

    yield from _axes([(y(at), dollars(at) if at else "$0") for at in (0.0, top / 2, top)])
    for line in cost.lines:
        end = line.monthly_usd + line.call_usd * most
        ends = f'x1="{x(0):.1f}" y1="{y(line.monthly_usd):.1f}" x2="{x(most):.1f}" y2="{y(end):.1f}"'
        yield f'<line class="cost {line.id}" {ends}><title>{escaped(line.title)}</title></line>'
    # The labels stand above each other in the order of the ends, so that none hides another.
    ordered = sorted(cost.lines, key=lambda line: -(line.monthly_usd + line.call_usd * most))
    for at, line in enumerate(ordered):
        y_at = 30 + 16 * at
        yield f'<line class="cost {line.id}" x1="{_LEFT + 8}" x2="{_LEFT + 28}" y1="{y_at}" y2="{y_at}"/>'
        yield _text(_LEFT + 34, y_at + 4, line.title, "start")
    marks = [(cost.volume, "your", "volume"), (cost.break_even, "break-even", "even")]
    for at, (calls, name, kind) in enumerate(marks):
        if calls is None or calls > most:
            continue
        yield f'<line class="{kind}" x1="{x(calls):.1f}" x2="{x(calls):.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
        anchor = "end" if calls > most / 2 else "start"
        yield _text(x(calls), _HEIGHT - _BOTTOM + 16 + 15 * at, f"{name} {number(calls)}", anchor)


def sensitivity_chart(cost: CostPicture) -> str:
    """Return how the break-even moves with each input halved and doubled."""
    if cost.break_even is None or not cost.bars:
        return ""
    height = _TOP + _BAR_ROW * len(cost.bars) + _BOTTOM
    return _svg("Break-even with each figure halved and doubled", _bars(cost, height), height)


def _bars(cost: CostPicture, height: int) -> Iterator[str]:
    middle = cost.break_even or 0.0
    known = [value for bar in cost.bars for value in (bar.at_half, bar.at_double) if value is not None]
    most = max([*known, middle]) * 1.1
    left = 170

    def x(calls: float) -> float:
        return left + min(calls, most) / most * (_WIDTH - left - 70)

    for at, bar in enumerate(cost.bars):
        y = _TOP + _BAR_ROW * at
        ends = sorted(most if value is None else value for value in (bar.at_half, bar.at_double))
        says = ", ".join(
            f"{name}: {number(value) if value is not None else 'never'}"
            for name, value in (("half", bar.at_half), ("double", bar.at_double))
        )
        width = max(1.0, x(ends[1]) - x(ends[0]))
        yield f'<rect class="bar" x="{x(ends[0]):.1f}" y="{y}" width="{width:.1f}" height="14">'
        yield f"<title>{escaped(f'{bar.title}, {says}')}</title></rect>"
        yield _text(left - 8, y + 11, bar.title, "end")
        last = "never" if None in (bar.at_half, bar.at_double) else number(ends[1])
        yield _text(x(ends[1]) + 5, y + 11, last, "start")
    end = height - _BOTTOM + 2
    yield f'<line class="even" x1="{x(middle):.1f}" x2="{x(middle):.1f}" y1="{_TOP - 6}" y2="{end}"/>'
    yield _text(x(middle), end + 16, f"{number(middle)} calls a month", "middle")


def _svg(title: str, parts: Iterator[str], height: int = _HEIGHT) -> str:
    inside = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escaped(title)}" width="{_WIDTH}">\n'
        f"<title>{escaped(title)}</title>\n{inside}\n</svg>"
    )


def _axes(ticks: Sequence[tuple[float, str]]) -> Iterator[str]:
    bottom = _HEIGHT - _BOTTOM
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>'
    for y, name in ticks:
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(_LEFT - 8, y + 4, name, "end")


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escaped(words)}</text>'


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5 and 10 times a power of ten."""
    if value <= 0:
        return 0.0
    power: float = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)
