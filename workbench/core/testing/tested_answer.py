"""An answer of a test run that Compose shows in a lane.

Invariant: it can only be read. To judge or repeat it, the lane has to be run.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.content import Content
from workbench.core.lanes import Lane
from workbench.core.runs import OutputRecord, RunSet


@dataclass(frozen=True, slots=True)
class TestedAnswer:
    """The answer of a cell: its run with the name "test 3", and what it was asked.

    `lane` is the lane of the draft that shows it, `version` the number of the version that has `content`, and `case`
    the values. `results` are those of `checks`, with what a person decided about them.
    """

    __test__ = False

    run_uid: str
    name: str
    lane: Lane
    version: int
    content: Content
    case: RunSet
    output: OutputRecord
    checks: tuple[Check, ...] = ()
    results: tuple[CheckResult, ...] = ()
