"""What the newest test says about a version: how many of its cases pass."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.dates import absolute
from workbench.core.statistics.judge_cells import UNMEASURED
from workbench.core.text import counted
from workbench.core.visible_text import VisibleFields


@dataclass(frozen=True, slots=True)
class PassShare(VisibleFields):
    """How many cases of the tuning set pass in one column of a test run; `scored` leaves out what has no result.

    `cases` are all of the run, `title` is the model of the column, `number` that of the run, `started_at` UTC text.
    `is_unmeasured`: a judge whose error is not measured decides about cases that pass.
    """

    passed: int
    scored: int
    cases: int
    title: str
    number: int
    started_at: str
    is_unmeasured: bool = False
    SHOWN = ("title",)

    @property
    def text(self) -> str:
        """The share as shown in the timeline: "44/48", "44/48 judge unmeasured"."""
        return f"{self.passed:,}/{self.scored:,}{f' {UNMEASURED}' if self.is_unmeasured else ''}"

    @property
    def brief(self) -> str:
        """The share where there is little room: "44/48 unmeasured"."""
        return self.text.replace(UNMEASURED, UNMEASURED.rpartition(" ")[2])

    @property
    def words(self) -> str:
        """The share in words, with its set and date."""
        verb = "passes" if self.passed == 1 else "pass"
        scored = f"{self.passed:,} of {counted(self.scored, 'tuning case')} {verb} on {self.title}"
        rest = "" if self.scored == self.cases else f", {self.cases - self.scored:,} without a result"
        judged = f", {UNMEASURED}" if self.is_unmeasured else ""
        return f"{scored}{rest}{judged} (test {self.number}, {absolute(self.started_at)})"
