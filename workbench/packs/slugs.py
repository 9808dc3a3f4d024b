"""File names for prompts.

Invariant: a slug is a valid file name on all systems, and unique among the prompts of a pack.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")
_LONGEST = 50
# Names of devices on Windows, with any suffix.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def slugs(names: Iterable[tuple[str, str]], given: Iterable[str] = ()) -> dict[str, str]:
    """Return a slug by uid for (uid, name); duplicates get a number.

    Slugs in `given` are not used again.
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
