"""Records that are safe to show, whatever their rows contain.

Invariant: each field of a record that `sound` returns holds a value of its declared type, a valid time or a valid
amount. Values of a damaged or crafted row are replaced, and a record with a field `damage` says so. Code that lists,
counts or paints records relies on that and checks nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from workbench.core.dates import UNKNOWN, is_stored
from workbench.core.money import UsageSource
from workbench.core.runs import OutputState, RowVerdict, RunKind, StepKind, VerdictKind

T = TypeVar("T")
_Check = Callable[[Any], Any]
"""Returns what a field is to hold instead of a value, or the same value if it is valid."""

MOST_COUNT = 10**12
"""Maximum of a count or a number of milliseconds; sums over a history fit into 64 bits."""
MOST_USD = 1e9
# Replaces an unknown word: the most cautious one of its type.
_NEUTRAL: Mapping[object, str] = {
    OutputState: "interrupted",
    RowVerdict: "none",
    VerdictKind: "none",
    StepKind: "text",
    UsageSource: "estimate",
}
_OPEN = (RunKind,)
"""Types of words that are only displayed: an unknown one of a newer release is kept."""


def sound(record: T) -> T:
    """Return a frozen dataclass with every invalid field replaced."""
    changes: dict[str, Any] = {}
    kind: Any = type(record)
    for name, check in _checks(kind):
        value = getattr(record, name)
        if (kept := check(value)) is not value:
            changes[name] = kept
    if not changes:
        return record
    if any(field.name == "damage" for field in dataclasses.fields(record)):  # type: ignore[arg-type]
        changes["damage"] = _said(changes)
    return dataclasses.replace(record, **changes)  # type: ignore[type-var]


def as_text(value: object) -> str:
    """Return `value` as text, whatever its type."""
    if isinstance(value, str):
        return str(value)  # itself, or plain text for a `DamagedText`
    return value.decode(errors="replace") if isinstance(value, bytes) else "" if value is None else str(value)


def count(value: object) -> int | None:
    """Return `value` if it is a valid count or number of milliseconds, else None."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_COUNT else None


def dollars(value: object) -> float | None:
    """Return `value` if it is a valid amount in US dollars, else None."""
    if not isinstance(value, int | float):
        return None
    return value if 0 <= value <= MOST_USD else None


def _said(names: Mapping[str, Any]) -> str:
    return f"{', '.join(name.replace('_', ' ') for name in names)} cannot be read"


@functools.cache
def _checks(kind: type) -> tuple[tuple[str, _Check], ...]:
    """Return the checks of a dataclass by field name; fields of other types have none."""
    hints = get_type_hints(kind)
    found = ((field.name, _check(field.name, hints[field.name])) for field in dataclasses.fields(kind))
    return tuple((name, check) for name, check in found if check is not None)


def _check(name: str, hint: Any) -> _Check | None:
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    may_be_none = type(None) in options
    options = tuple(option for option in options if option is not type(None))
    if len(options) != 1:
        return None
    [option] = options
    plain = _plain(name, option, may_be_none=may_be_none)
    if plain is None or not may_be_none:
        return plain
    return lambda value: None if value is None else plain(value)


def _plain(name: str, option: Any, *, may_be_none: bool) -> _Check | None:
    if get_origin(option) is Literal:
        return None if option in _OPEN else _one_of(option)
    if option is str:
        return _moment if name.endswith("_at") else as_text
    if option is bool:
        return lambda value: value if isinstance(value, bool) else bool(value)
    if option in (int, float):
        known = dollars if option is float else count
        return known if may_be_none else lambda value: 0 if known(value) is None else value
    if get_origin(option) is tuple and get_args(option) == (str, ...):
        return _texts
    return None


def _one_of(option: Any) -> _Check:
    names, neutral = frozenset(get_args(option)), _NEUTRAL.get(option, get_args(option)[0])

    def check(value: Any) -> Any:
        return value if isinstance(value, str) and value in names else neutral

    return check


def _moment(value: Any) -> Any:
    return value if isinstance(value, str) and is_stored(value) else UNKNOWN


def _texts(value: Any) -> Any:
    return value if all(isinstance(one, str) for one in value) else tuple(map(as_text, value))
