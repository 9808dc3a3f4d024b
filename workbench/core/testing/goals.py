"""What a person chose before a test run began: the differences that matter, and what the run is for.

Invariant: goals are stored with the run and never changed, so that a margin chosen after the answers is recognised.
Unknown keys and invalid values of a stored form read as unknown, never as a choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

RunPurpose = Literal["", "try"]
"""try: a champion, which is the baseline, against a challenger, both asked afresh."""


@dataclass(frozen=True, slots=True)
class RunGoals:
    """The goals of a run; `difference` and `margin` are fractions, None if unknown.

    `difference` is the difference in pass rate that matters, `margin` how much worse a column may be. `against_run` is
    the uid of another run whose column at position `against_column` is the baseline, "" for a column of this run.
    `vote` are the slots of the columns whose answer to a case is the most frequent of their samples.
    """

    difference: float | None = None
    margin: float | None = None
    purpose: RunPurpose = ""
    against_run: str = ""
    against_column: int = 0
    vote: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what is known."""
        data: dict[str, Any] = {}
        for name, size in (("difference", self.difference), ("margin", self.margin)):
            if size is not None:
                data[name] = size
        if self.purpose:
            data["purpose"] = self.purpose
        if self.against_run:
            data["against"] = {"run": self.against_run, "column": self.against_column}
        if self.vote:
            data["vote"] = list(self.vote)
        return data

    @classmethod
    def from_json(cls, data: object) -> RunGoals:
        """Read `to_json` back."""
        if not isinstance(data, Mapping):
            return cls()
        against = data.get("against")
        run, column = (against.get("run"), against.get("column")) if isinstance(against, Mapping) else ("", 0)
        is_sound = isinstance(run, str) and type(column) is int and column >= 0
        return cls(
            _fraction(data.get("difference")),
            _fraction(data.get("margin")),
            "try" if data.get("purpose") == "try" else "",
            str(run) if is_sound else "",
            int(column) if is_sound and type(column) is int else 0,
            _slots(data.get("vote")),
        )


def _slots(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(slot, str) for slot in value):
        return ()
    return tuple(value)


def _fraction(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if 0 < value < 1 else None
