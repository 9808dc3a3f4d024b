"""Maintenance rules of a history: when backups are made, how many are kept, what may be deleted.

Invariant: default rules delete no data.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from workbench.core.dates import parse, stored_text
from workbench.core.json_parts import load

CARE = "care"
"""The key under which a history stores its rules."""
_EVERY = timedelta(hours=24)
MOST = 3650
"""Upper limit of days or backups in a rule."""


@dataclass(frozen=True, slots=True)
class MaintenanceRules:
    """`daily` enables a backup per day, of which the newest `keep` are kept. Raw responses older than `raw_days` are
    deleted (None: never). `folder` is the backup directory, "" for one beside the history."""

    daily: bool = True
    keep: int = 7
    raw_days: int | None = None
    folder: str = ""

    def to_text(self) -> str:
        """Return the stored form, JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> MaintenanceRules:
        """Read `to_text` back. Raises ValueError for anything else."""
        try:
            data = load(text)
        except RecursionError as error:
            raise ValueError("the rules are nested too deeply") from error
        if not isinstance(data, dict):
            raise ValueError("the rules are not an object")
        daily, keep, days, folder = (data.get(name) for name in ("daily", "keep", "raw_days", "folder"))
        if not isinstance(daily, bool) or not isinstance(folder, str):
            raise ValueError("a rule has a wrong value")
        return cls(daily, _whole(keep), None if days is None else _whole(days), folder)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise ValueError("a rule is not a number of days or copies")
    return value


def is_due(newest: str | None, now: str) -> bool:
    """Whether a daily backup is due, given the time of the newest; also if that is in the future (clock set back)."""
    if newest is None:
        return True
    age = parse(now) - parse(newest)
    return age >= _EVERY or age < timedelta(0)


def days_before(now: str, days: int) -> str:
    """Return the timestamp `days` before `now`, in the format of the history."""
    return stored_text(parse(now) - timedelta(days=days))
