"""What schema 1.4 adds: how a cost came about.

Invariant: as for 1.0.
"""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    # JSON, "" for nothing: "usage" has counts that have no column (written into a cache, kinds of tokens, calls of the
    # provider's tools, the single requests of a call), "sheet" the row of the price list that was used, "named" whose
    # list it is or who reported the cost.
    "ALTER TABLE outputs ADD COLUMN billing TEXT NOT NULL DEFAULT ''",
)
