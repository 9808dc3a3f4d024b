"""Merges the records of packs, so that a pack exported again from here keeps its identity.

Invariant: records here stay unchanged. An added record has the shape that exporting relies on, names only prompts that
are here, and contains only file names that are valid in a pack.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from workbench.store.merging.pack_bodies import pack_body
from workbench.store.sqlite import sqlite3

_MOST_BODY = 4_000_000
"""Bytes of the record of one pack; with 1,000 prompts of 50 versions each it has about 3 MB."""


def take_packs(mine: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Add the other history's records of packs that are unknown here.

    An invalid record is skipped: exporting its prompts makes a new pack.
    """
    here = {uid for (uid,) in mine.execute("SELECT uid FROM prompts")}
    known = {uid for (uid,) in mine.execute("SELECT uid FROM packs")}
    found = "SELECT uid, body, updated_at FROM packs WHERE octet_length(body) <= ? ORDER BY uid"
    for uid, body, updated_at in other.execute(found, (_MOST_BODY,)):
        if uid in known or not uid or (kept := _understood(body, here)) is None:
            continue
        mine.execute("INSERT INTO packs (uid, body, updated_at) VALUES (?, ?, ?)", (uid, json.dumps(kept), updated_at))


def _understood(body: str, here: Collection[str]) -> dict[str, Any] | None:
    """Return the part of a record about prompts that are here, None if it is empty or has another shape."""
    if (said := pack_body(body)) is None:
        return None
    left = [one for one in said["prompts"] if one["uid"] in here]
    slugs = {one["slug"] for one in left}
    said.pop("place", None)  # a path on the disk of another person
    return {**said, "prompts": left} if left and len(slugs) == len(left) else None
