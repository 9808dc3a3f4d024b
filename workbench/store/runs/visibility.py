"""The bits that hide runs and prompts.

Invariant: `archived` of runs and prompts holds bits, so that undoing one leaves the others unchanged. Lists of runs
leave out those at or above DELETED.
"""

from __future__ import annotations

ARCHIVED = 1
"""Archived: left out only where everything is listed."""
DELETED = 2
"""Deleted, until it is restored or deleted permanently."""
WITH_PROMPT = 4
"""Deleted because its prompt is."""
