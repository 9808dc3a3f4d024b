"""What schema 1.4 adds: which provider's protocol an endpoint speaks, and how a cost came about.

Invariant: as for 1.0.
"""

from __future__ import annotations

_ENDPOINTS = (
    # LiteLLM's id of the provider whose protocol an endpoint of the kind litellm speaks, '' for any other kind.
    "ALTER TABLE endpoints ADD COLUMN provider TEXT NOT NULL DEFAULT ''",
    # JSON object of what the provider needs besides, such as api_version; nothing secret.
    "ALTER TABLE endpoints ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
)

_OUTPUTS = (
    # JSON, "" for nothing: "usage" has counts that have no column (written into a cache, kinds of tokens, calls of the
    # provider's tools, the single requests of a call), "sheet" the row of the price list that was used, "named" whose
    # list it is or who reported the cost.
    "ALTER TABLE outputs ADD COLUMN billing TEXT NOT NULL DEFAULT ''",
)

STATEMENTS: tuple[str, ...] = (*_ENDPOINTS, *_OUTPUTS)
