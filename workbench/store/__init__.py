"""The history database: one SQLite file with every prompt, run, output and verdict.

Invariant: only this package contains SQL, and it exposes nothing but values of `workbench.core` and StoreError. Names
are imported lazily, because `draft_preview` is needed before the first paint and the rest is not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.store.errors import StoreError
    from workbench.store.records import LaneStart, OutputStart, RecoveredOutputs, RunBegun, RunStart
    from workbench.store.store import Store, open_store

__all__ = [
    "LaneStart",
    "OutputStart",
    "RecoveredOutputs",
    "RunBegun",
    "RunStart",
    "Store",
    "StoreError",
    "open_store",
]

_MODULES = {"StoreError": "errors", "Store": "store", "open_store": "store"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'records')}"), name)
