"""How the answers of a run ended, as numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """Number of answers of a run, one per lane, value set and sample, and how many of them did not finish.

    Only the newest attempt at an answer counts. `cut` counts answers that finished because they reached the token
    limit, `empty` those that finished without text.
    """

    answers: int = 0
    failed: int = 0
    interrupted: int = 0
    stopped: int = 0
    cut: int = 0
    empty: int = 0

    @property
    def trouble(self) -> Literal["", "failed", "interrupted", "stopped"]:
        """The most severe state among the answers, "" if all finished."""
        return "failed" if self.failed else "interrupted" if self.interrupted else "stopped" if self.stopped else ""

    @property
    def words(self) -> str:
        """The unfinished, truncated and empty answers in a few words, "" for none.

        For example "failed" if all failed, otherwise "1 of 2 failed".
        """
        counted = (
            (self.failed, "failed"),
            (self.interrupted, "interrupted"),
            (self.stopped, "stopped"),
            (self.cut, "cut off"),
            (self.empty, "empty"),
        )
        told = [(count, word) for count, word in counted if count]
        if len(told) == 1 and told[0][0] == self.answers:
            # "empty" alone could be read as an empty prompt.
            return told[0][1] if not self.empty else "empty answer" if self.empty == 1 else "empty answers"
        parts = [
            f"{count:,} of {self.answers:,} {word}" if i == 0 else f"{count:,} {word}"
            for i, (count, word) in enumerate(told)
        ]
        return ", ".join(parts)
