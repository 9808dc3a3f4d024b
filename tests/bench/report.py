"""Results of the benches as rows of a table and as JSON.

Invariant: every row says whether its budget was met, or why nothing could be measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Figure = float | int | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One budget. `floor` is the lower bound measured in the same run, None if there is none.

    Figures are numbers in `unit`, or text to print. `ok` is None when nothing could be measured; `notes` says why.
    """

    name: str
    measured: Figure
    budget: Figure
    floor: Figure
    unit: str
    ok: bool | None
    notes: str


def rows_of(value: Any, module: str) -> list[Row]:
    """Parse the result of a bench. Raises ValueError unless it is a dict or a list of dicts, each with name and ok."""
    items = [value] if isinstance(value, Mapping) else value
    if not isinstance(items, Sequence) or isinstance(items, str) or not all(isinstance(i, Mapping) for i in items):
        raise ValueError(f"{module}.run returned {type(value).__name__}, not a dict or a list of dicts.")
    return [_row(item, module) for item in items]


def _row(item: Mapping[str, Any], module: str) -> Row:
    ok = item.get("ok")
    if ok is not None and not isinstance(ok, bool):
        raise ValueError(f"{module}.run returned {ok!r} for ok, not true, false or null.")
    notes = item.get("notes", "")
    return Row(
        name=str(item.get("name", module)),
        measured=_figure(item.get("measured")),
        budget=_figure(item.get("budget")),
        floor=_figure(item.get("floor")),
        unit=str(item.get("unit", "")),
        ok=ok,
        notes=notes if isinstance(notes, str) else "; ".join(str(note) for note in notes),
    )


def _figure(value: Any) -> Figure:
    return value if value is None or isinstance(value, int | float | str) else str(value)


def shown(figure: Figure, unit: str) -> str:
    """Format a figure with three significant digits and its unit; text is unchanged; None becomes "–"."""
    if figure is None:
        return "–"
    if isinstance(figure, str):
        return figure
    if figure == 0 or not math.isfinite(figure):
        text = f"{figure:g}"
    else:
        text = f"{figure:,.{max(0, 2 - math.floor(math.log10(abs(figure))))}f}"
    return f"{text} {unit}".rstrip()


def table(rows: Sequence[Row]) -> str:
    """Return the table with aligned columns and the notes below it."""
    head = ("bench", "measured", "budget", "floor", "")
    verdicts = {True: "ok", False: "MISS", None: "not measured"}
    cells = [
        (
            row.name,
            shown(row.measured, row.unit),
            shown(row.budget, row.unit),
            shown(row.floor, row.unit),
            verdicts[row.ok],
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in (head, *cells)) for column in range(5)]
    lines = [_line(head, widths), "─" * (sum(widths) + 2 * 4), *(_line(line, widths) for line in cells)]
    notes = [f"{row.name}: {row.notes}" for row in rows if row.notes]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures, verdict = cells
    numbers = (text.rjust(width) for text, width in zip(figures, widths[1:4], strict=True))
    return "  ".join([name.ljust(widths[0]), *numbers, verdict]).rstrip()


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows as plain data."""
    return [asdict(row) for row in rows]


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the smallest sample that `percent` % of them do not exceed. Raises ValueError when there are none."""
    if not samples:
        raise ValueError("There are no samples.")
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def busiest(name: str, budget: float, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for a walk, judged by the CPU time of the UI thread, from the values that `walking` prints."""
    # The gaps of the idle window (step "nothing") are reported in the notes and not judged.
    gaps, most = found["gaps"], found["busiest"]
    worst = max(ms for step, ms in most.items() if step != "nothing")
    told = ", ".join(f"{step} {most[step]:.0f} ({gap:.0f})" for step, (gap, _) in gaps.items())
    return {
        "name": f"{name}, most that the UI thread does at once",
        "measured": worst,
        "budget": budget,
        "floor": None,
        "unit": "ms",
        "ok": worst <= budget,
        "notes": f"processor time in ms (worst gap): {told}",
    }


def longest_delay(name: str, budget: float, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for a walk, judged by how long this process, not others, kept its UI thread from going on."""
    gaps, own = found["gaps"], found["own"]
    worst = max(ms for step, ms in own.items() if step != "nothing")
    told = ", ".join(f"{step} {own[step]:.0f} ({gap:.0f})" for step, (gap, _) in gaps.items())
    return {
        "name": f"{name}, longest delay of the UI thread",
        "measured": worst,
        "budget": budget,
        "floor": None,
        "unit": "ms",
        "ok": worst <= budget,
        "notes": f"by this process in ms (worst gap): {told}",
    }
