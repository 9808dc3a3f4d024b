"""Structural diff of two JSON texts.

Invariant: layout and key order do not count as changes. Numbers are compared as written, so 1 and 1.0 differ, with a
note that their value is equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.align import leftovers

_FENCED = re.compile(r"\s*```[A-Za-z]*[^\S\n]*\n(.*)\n[^\S\n]*```\s*", re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_IDENTITIES = ("id", "key", "name")
_LONGEST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class JsonChange:
    """One difference. `path` is for example `$.items[2].name`; for a moved item `before` is its old path.

    `before` and `after` are JSON on one line, truncated when long, "" if absent; `note` is a remark.
    """

    kind: Literal["added", "removed", "changed", "moved"]
    path: str
    before: str = ""
    after: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as written."""

    written: str

    def equals(self, other: _Number) -> bool:
        # Imported here: it takes some ms to load and few answers need it.
        from decimal import Decimal

        return Decimal(self.written) == Decimal(other.written)


def parse(text: str) -> Any:
    """Parse an answer that is entirely JSON or one fenced block of JSON. Raises ValueError for anything else."""
    fenced = _FENCED.fullmatch(text)
    try:
        return json.loads(
            fenced[1] if fenced else text, parse_float=_Number, parse_int=_Number, parse_constant=_no_constant
        )
    except RecursionError as error:
        raise ValueError("This JSON is nested too deeply to compare.") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def diff_json(old: str, new: str) -> tuple[JsonChange, ...] | None:
    """Return the differences in the order of the old data, or None if a text is not a JSON object or array."""
    try:
        before, after = parse(old), parse(new)
        if not all(isinstance(value, dict | list) for value in (before, after)):
            return None
        return tuple(_changes("$", before, after))
    except (ValueError, RecursionError):
        # Not JSON, or nested too deeply: the caller compares it as text.
        return None


def _changes(path: str, before: Any, after: Any) -> Iterator[JsonChange]:
    if before == after and type(before) is type(after):
        # True == 1 in Python does no harm here, because numbers are _Number.
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_objects(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_arrays(path, before, after)
    else:
        yield JsonChange("changed", path, _show(before), _show(after), _note(before, after))


def _note(before: Any, after: Any) -> str:
    if isinstance(before, _Number) and isinstance(after, _Number):
        return "the same number, written differently" if before.equals(after) else ""
    one, other = _type(before), _type(after)
    return f"{one} became {other}" if one != other else ""


def _type(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "text", bool: "boolean", _Number: "number"}
    return kinds.get(type(value), "null")


def _in_objects(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[JsonChange]:
    for key, value in before.items():
        if key in after:
            yield from _changes(_member(path, key), value, after[key])
        else:
            yield JsonChange("removed", _member(path, key), _show(value))
    for key, value in after.items():
        if key not in before:
            yield JsonChange("added", _member(path, key), "", _show(value))


def _in_arrays(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[JsonChange]:
    ones, others = [_canonical(value) for value in before], [_canonical(value) for value in after]
    gone, come = leftovers(ones, others)
    places: dict[str, list[int]] = {}
    for at in come:
        places.setdefault(others[at], []).append(at)
    used: set[int] = set()
    rest: list[int] = []
    for at in gone:
        if found := places.get(ones[at]):
            to = found.pop(0)
            used.add(to)
            yield JsonChange("moved", f"{path}[{to}]", f"{path}[{at}]", _show(after[to]))
        else:
            rest.append(at)
    left = [at for at in come if at not in used]
    for one, other in _partners(before, after, rest, left):
        if other is None:
            yield JsonChange("removed", f"{path}[{one}]", _show(before[one or 0]))
        elif one is None:
            yield JsonChange("added", f"{path}[{other}]", "", _show(after[other]))
        else:
            yield from _changes(f"{path}[{other}]", before[one], after[other])


def _partners(
    before: Sequence[Any], after: Sequence[Any], gone: Sequence[int], come: Sequence[int]
) -> Iterator[tuple[int | None, int | None]]:
    """Yield index pairs of changed items, None for a missing side: matched by identity, then by type in order."""
    free = dict.fromkeys(come)
    pairs: dict[int, int] = {}
    for same in (_identity, _type):
        waiting: dict[Any, list[int]] = {}
        for at in free:
            waiting.setdefault(same(after[at]), []).append(at)
        for one in gone:
            sign = same(before[one])
            if one not in pairs and sign is not None and (found := waiting.get(sign)):
                pairs[one] = found.pop(0)
                del free[pairs[one]]
    for one in gone:
        yield one, pairs.get(one)
    for other in free:
        yield None, other


def _identity(value: Any) -> str | None:
    """Return an object's first of `_IDENTITIES` as text, None if it has none."""
    if isinstance(value, dict):
        for name in _IDENTITIES:
            if isinstance(value.get(name), str | _Number):
                return f"{name}={_canonical(value[name])}"
    return None


def _member(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def _canonical(value: Any) -> str:
    if isinstance(value, _Number):
        return value.written
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_canonical(value[k])}" for k in sorted(value)) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _show(value: Any) -> str:
    text = _canonical(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
