"""What differs between two runs of the same text: values, lanes, parameters, samples.

Invariant: of a blind run nothing is said about its lanes, because their names are hidden until it is judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from workbench.core.lanes import Lane, short_model
from workbench.core.parameters import table
from workbench.core.runs import RunSet
from workbench.core.text import counted

_MOST = 120
"""Maximum length in characters."""
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class RunSetup:
    """What a run sent its text with. `beside` are the slots of lanes that only showed earlier answers."""

    lanes: tuple[Lane, ...]
    sets: tuple[RunSet, ...]
    beside: frozenset[str] = frozenset()


def setup_change(before: RunSetup, after: RunSetup, *, blind: bool = False) -> str:
    """Return the differences in a few words: "question · temperature 0.2 → 0.7 · + acme-mini"; "" for none."""
    parts = [*_sets(before.sets, after.sets), *(() if blind else _lanes(before, after))]
    told = " · ".join(dict.fromkeys(parts))
    return told if len(told) <= _MOST else f"{told[: _MOST - 1]}…"


def _sets(before: Sequence[RunSet], after: Sequence[RunSet]) -> Iterator[str]:
    if len(before) != len(after):
        yield counted(len(after), "set")
        return
    if len(after) == 1 and before[0].uid != after[0].uid and after[0].name:
        yield f"set {after[0].name}"
        return
    names: dict[str, None] = {}
    for old, new in zip(before, after, strict=True):
        were, are = dict(old.values), dict(new.values)
        names |= dict.fromkeys(name for name in (*are, *were) if were.get(name) != are.get(name))
    if names:
        rest = f" + {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield ", ".join(list(names)[:_MOST_NAMES]) + rest


def _lanes(before: RunSetup, after: RunSetup) -> Iterator[str]:
    were, are = {lane.slot: lane for lane in before.lanes}, {lane.slot: lane for lane in after.lanes}
    kept = [slot for slot in are if slot in were]
    changes = {slot: list(_lane(were[slot], are[slot])) for slot in kept}
    for slot in kept:
        for change in changes[slot]:
            is_common = all(change in changes[other] for other in kept)
            yield change if is_common else f"{_name(are[slot])}: {change}"
    yield from _missing("+", are, {*were, *before.beside})
    yield from _missing("−", were, {*are, *after.beside})


def _missing(sign: str, lanes: dict[str, Lane], known: Collection[str]) -> Iterator[str]:
    return (f"{sign} {_name(lane)}" for slot, lane in lanes.items() if slot not in known)


def _lane(before: Lane, after: Lane) -> Iterator[str]:
    if (before.endpoint, before.model) != (after.endpoint, after.model):
        yield f"{short_model(before.model)} → {short_model(after.model)}"
    for row in table():
        old, new = before.params.get(row.name), after.params.get(row.name)
        if old != new:
            yield _parameter(row.label.lower(), old, new)
    if (before.params.extra, before.params.unknown) != (after.params.extra, after.params.unknown):
        yield "extra JSON"
    if before.samples != after.samples:
        yield counted(after.samples, "sample")
    if before.pinned != after.pinned:
        yield "pinned" if after.pinned is not None else "unpinned"


def _parameter(label: str, old: object, new: object) -> str:
    numbers = (int, float, str)
    if new is None:
        return f"{label} unset"
    if not isinstance(new, numbers) or isinstance(new, bool):
        return label
    shown = f"{new:g}" if isinstance(new, float) else str(new)
    if old is None or not isinstance(old, numbers):
        return f"{label} {shown}"
    return f"{label} {old:g} → {shown}" if isinstance(old, float) else f"{label} {old} → {shown}"


def _name(lane: Lane) -> str:
    return lane.title
