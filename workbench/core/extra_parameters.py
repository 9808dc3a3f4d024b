"""Assignment of named parameters from any source to the rows of `core.parameters`.

Invariant: a parameter with a row is stored and validated by that row, whichever of its names was given; parameters
sent as extra JSON have no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.parameter import Parameter, Value
from workbench.core.parameters import table


@dataclass(slots=True)
class SortedParameters:
    """Values by row name, parameters without a row, and a sentence about each parameter that was left out."""

    values: dict[str, Value] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def row_of(name: str) -> Parameter | None:
    """Return the row with this name or alias, in any spelling ("Top-P", "topP"); None if there is none."""
    plain = _plain(name)
    return next((row for row in table() if plain in _spellings((row.name, *row.aliases))), None)


def sort_parameters(given: Mapping[str, Any]) -> SortedParameters:
    """Sort `given` by rows. Nulls and objects are provider-specific forms and go to `rest`, even under a row's name."""
    found = SortedParameters()
    names: dict[str, str] = {}
    # A row's own name takes precedence over its aliases.
    for name, value in sorted(given.items(), key=lambda item: (row := row_of(item[0])) is None or row.name != item[0]):
        row = row_of(name)
        if row is None or value is None or isinstance(value, Mapping):
            found.rest[name] = value
        elif row.name in names:
            found.problems.append(f"“{name}” is the same as “{names[row.name]}”: remove one of them.")
        else:
            names[row.name] = name
            try:
                checked = row.checked([value] if row.kind == "texts" and isinstance(value, str) else value)
            except ValueError:
                found.problems.append(f"“{name}” must be {row.requirement}.")
            else:
                if checked is not None:
                    found.values[row.name] = checked
    return found


def without_row(extra: Mapping[str, Any], row: Parameter) -> dict[str, Any]:
    """Return extra parameters without those that would set the same thing as `row`."""
    own = {other.name for other in table() if other is not row}
    gone = _spellings((row.name, *row.aliases, *row.carriers)) - _spellings(own)
    return {name: value for name, value in extra.items() if _plain(name) not in gone}


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _spellings(names: Iterable[str]) -> set[str]:
    return {_plain(name) for name in names}
