"""Registries of formats, built from the modules of a package.

Invariant: a format's module declares the format in one row named FORMAT. The package discovers the rows and names none
of them, so adding a format means adding one module.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, TypeVar


class FormatRow(Protocol):
    """What every row has: its sort key."""

    @property
    def order(self) -> int:
        """Its position in lists, lowest first."""


Row = TypeVar("Row", bound=FormatRow)


def rows_of(package: str, path: Iterable[str], kind: type[Row]) -> tuple[Row, ...]:
    """Return the FORMAT rows of a package's modules, sorted by `order`; `path` is the package's `__path__`.

    Modules without FORMAT are shared helpers and are skipped. Raises TypeError for a FORMAT that is not a `kind`.
    """
    rows = []
    for module in pkgutil.iter_modules(path):
        row = getattr(import_module(f"{package}.{module.name}"), "FORMAT", None)
        if row is not None and not isinstance(row, kind):
            raise TypeError(f"FORMAT of {package}.{module.name} is no {kind.__name__}")
        if row is not None:
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: row.order))
