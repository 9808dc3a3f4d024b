"""Names of files for prompts.

Invariant: a slug is a name for a file everywhere, and no two prompts of a pack have the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")
_LONGEST = 50
# What Windows takes for a device, whatever its ending.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def slugs(names: Iterable[tuple[str, str]], given: Iterable[str] = ()) -> dict[str, str]:
    """Return a slug by uid for (uid, name); the second of two that would be the same gets a number.

    None of them is one of those that others were `given` already.
    """
    made: dict[str, str] = {}
    taken = set(given)
    for uid, name in names:
        first = slug(name)
        found, number = first, 1
        while found in taken:
            number += 1
            found = f"{first}-{number}"
        taken.add(found)
        made[uid] = found
    return made


def slug(name: str) -> str:
    """Return a name as a slug: "Order status bot" is "order-status-bot"."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = _NOT_IN_SLUGS.sub("-", bare).strip("-")[:_LONGEST].strip("-") or "prompt"
    return f"{found}-prompt" if _DEVICES.fullmatch(found) else found
