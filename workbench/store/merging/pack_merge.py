"""What another history remembers of packs, so that one that is exported again here stays the pack that it is.

Invariant: what is remembered here stays as it is. What comes has the shape that exporting relies on, and names prompts
that are here only; names of files out of it are names that a pack may have.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from workbench.store.merging.pack_bodies import pack_body
from workbench.store.sqlite import sqlite3

_MOST_BODY = 4_000_000
"""Bytes of what is remembered of one pack; of 1,000 prompts with 50 versions each it is some 3 MB."""


def take_packs(mine: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Take over what the other history remembers of packs that are not known here.

    One that cannot be understood is passed over: that pack is a new one when its prompts are exported.
    """
    here = {uid for (uid,) in mine.execute("SELECT uid FROM prompts")}
    known = {uid for (uid,) in mine.execute("SELECT uid FROM packs")}
    found = "SELECT uid, body, updated_at FROM packs WHERE octet_length(body) <= ? ORDER BY uid"
    for uid, body, updated_at in other.execute(found, (_MOST_BODY,)):
        if uid in known or not uid or (kept := _understood(body, here)) is None:
            continue
        mine.execute("INSERT INTO packs (uid, body, updated_at) VALUES (?, ?, ?)", (uid, json.dumps(kept), updated_at))


def _understood(body: str, here: Collection[str]) -> dict[str, Any] | None:
    """Return what is remembered of the prompts that are here, None when it is nothing or has another shape."""
    if (said := pack_body(body)) is None:
        return None
    left = [one for one in said["prompts"] if one["uid"] in here]
    slugs = {one["slug"] for one in left}
    said.pop("place", None)  # a place on the disk of somebody else
    return {**said, "prompts": left} if left and len(slugs) == len(left) else None
