"""Identities.

Invariant: a uid is a UUIDv7 in its canonical lower-case text; ids made later by this process sort later.
"""

from __future__ import annotations

import threading

from uuid6 import uuid7

# The generator keeps the last timestamp in a plain variable; without this two threads could break the order.
_order = threading.Lock()


def new_uid() -> str:
    """Return a new uid of 36 characters."""
    with _order:
        return str(uuid7())
