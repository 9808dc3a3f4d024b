"""The history database: one SQLite file that remembers every prompt, run, output and verdict.

Invariant: SQL is only in this package, and nothing leaves it but values of `workbench.core` and StoreError.
"""

from workbench.store.errors import StoreError
from workbench.store.records import LaneStart, OutputStart, Recovered, RunBegun, RunStart
from workbench.store.store import Store, open_store

__all__ = [
    "LaneStart",
    "OutputStart",
    "Recovered",
    "RunBegun",
    "RunStart",
    "Store",
    "StoreError",
    "open_store",
]
