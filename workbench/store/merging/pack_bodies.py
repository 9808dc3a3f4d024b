"""Validates the stored records of packs.

Invariant: what is returned has the shape that exporting relies on, and the file names in it are valid names in a pack;
a record of any other shape is rejected.
"""

from __future__ import annotations

from typing import Any

from workbench.core.json_parts import load
from workbench.packs.manifest import HASH, SLUG, standing_data, standing_from

_ABOUT = ("name", "description", "licence", "author")


def pack_body(text: str) -> dict[str, Any] | None:
    """Return the stored record of a pack, None if it has another shape."""
    try:
        said = load(text)
        about = {key: _text(said.get(key, "")) for key in _ABOUT}
        place = {"place": _text(said["place"])} if "place" in said else {}
        return {**about, "prompts": [_prompt(one) for one in said.get("prompts", [])], **place}
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


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
