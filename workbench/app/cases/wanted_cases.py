"""How many of the cases that another feature asked for were added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.core.cases import Case
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.holdout import to_add
from workbench.core.text import counted


@dataclass(frozen=True, slots=True)
class WantedCases:
    """`count` more cases of a set; `before` are the uids of those that are there at the start, None until read."""

    set_name: CaseSetName
    count: int
    before: frozenset[str] | None = None

    def since(self, cases: Iterable[Case]) -> WantedCases:
        """Return this with the cases that are there at the start, if they were not known yet."""
        return self if self.before is not None else replace(self, before=frozenset(case.uid for case in cases))

    def words(self, cases: Iterable[Case]) -> str:
        """Return how far it is: "25 more cases for the hold-out: 10 of 25 added. Add about 45 more, …"."""
        listed, is_held_out = tuple(cases), self.set_name == "holdout"
        new = [case for case in listed if case.uid not in (self.before or ())]
        joined = min(sum(case.held_out == is_held_out for case in new), self.count)
        about = f"{counted(self.count, 'more case')}{' for the hold-out' if is_held_out else ''}"
        done = f"{about}: {joined:,} of {self.count:,} added."
        missing = self.count - joined
        if not missing:
            return f"{done} Run {'the hold-out' if is_held_out else 'the test'} next."
        if not is_held_out and not any(case.held_out for case in listed):
            return done
        total = to_add(missing, is_held_out=is_held_out)
        return f"{done} Add about {total:,}{' more' if new else ''}: a third of new cases joins the hold-out."
