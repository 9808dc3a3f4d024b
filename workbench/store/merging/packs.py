"""What another history remembers of packs, so that one that is exported again here stays the pack that it is.

Invariant: what is remembered here stays as it is. What comes has the shape that exporting relies on, and names prompts
that are here only; names of files out of it are names that a pack may have.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from workbench.packs.manifest import HASH, SLUG, standing_data, standing_from
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
    try:
        said = json.loads(body)
        about = {key: _text(said.get(key, "")) for key in ("name", "description", "licence", "author")}
        prompts = [_prompt(one) for one in said["prompts"]]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None
    left = [one for one in prompts if one["uid"] in here]
    slugs = {one["slug"] for one in left}
    return {**about, "prompts": left} if left and len(slugs) == len(left) else None


def _prompt(one: Any) -> dict[str, Any]:
    slug = _text(one["slug"])
    if not SLUG.fullmatch(slug):
        raise ValueError("no name for a file")
    hashes = [_hash(version) for version in one.get("versions", [])]
    standing = one.get("standing")
    return {
        "uid": _text(one["uid"]),
        "slug": slug,
        "description": _text(one.get("description", "")),
        "main": _hash(one["main"]) if one.get("main") else "",
        "versions": hashes,
        "standing": None if standing is None else standing_data(standing_from(standing)),
    }


def _hash(value: Any) -> str:
    if not HASH.fullmatch(_text(value)):
        raise ValueError("no hash")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
