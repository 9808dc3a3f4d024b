"""How the history remembers that something is out of sight.

Invariant: `archived` of runs and prompts holds bits, so that taking one back leaves the others as they were. Whatever
lists runs leaves out those at or above DELETED.
"""

from __future__ import annotations

ARCHIVED = 1
"""Put away: only not listed where everything is."""
DELETED = 2
"""Deleted, until it is brought back or deleted for good."""
WITH_PROMPT = 4
"""Deleted because its prompt is."""
