"""Tables of formats that are made of the formats' own modules.

Invariant: a module of a format says everything about it in one row; its package lists the rows and knows none of them,
so that a new format is a new module and nothing else.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, TypeVar


class FormatRow(Protocol):
    """What every row says: where it stands among the others."""

    @property
    def order(self) -> int:
        """Its place in lists: those with a lower number come before it."""


Row = TypeVar("Row", bound=FormatRow)


def rows_of(package: str, path: Iterable[str], kind: type[Row]) -> tuple[Row, ...]:
    """Return the rows of a package's modules, each called FORMAT, in their order; `path` is the package's.

    Modules without one are parts that the others share. Raises TypeError for a FORMAT of another kind.
    """
    rows = []
    for module in pkgutil.iter_modules(path):
        row = getattr(import_module(f"{package}.{module.name}"), "FORMAT", None)
        if row is not None and not isinstance(row, kind):
            raise TypeError(f"FORMAT of {package}.{module.name} is no {kind.__name__}")
        if row is not None:
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: row.order))
