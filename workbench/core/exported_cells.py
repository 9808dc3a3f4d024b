"""The cells of a test run in the form that all export formats read.

Invariant: a cell has the result that counts, with what people overruled, and what each check said.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportedCheck:
    """What a check said: pass, fail or unscored. `type` is promptfoo's, with "not-" before it if it is negated."""

    type: str
    state: str
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class ExportedCell:
    """The result of an answer in a test run.

    `state` is pass, fail, unscored or no_answer, "" if it is not scored. `overruled` counts checks that a person
    decided otherwise. `is_reused`: the answer was made by an earlier run.
    """

    state: str = ""
    score: float | None = None
    reason: str = ""
    overruled: int = 0
    is_reused: bool = False
    checks: tuple[ExportedCheck, ...] = ()
