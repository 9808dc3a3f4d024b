"""Typed events about tests and cases; see `events`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workbench.core.cases import Case
    from workbench.core.lanes import Lane
    from workbench.core.testing.grid import CaseSetName, CellDetail, SuiteRun
    from workbench.usecases.failing_cases import FailingRows

TestStep = Literal[
    "run",
    "model",
    "samples",
    "vote",
    "probe",
    "guards",
    "labels",
    "try",
    "holdout",
    "tuned",
    "adapter",
    "unscored",
    "unanswered",
]
"""run: the cases that the person tunes on. model: a column with another model. samples, vote: several answers per case.
probe: facts for cases that always fail. guards: the guard sets. labels: answers for a judge. try: champion and
challenger afresh. holdout: the hold-out. tuned: the hold-out with the prompt's own model and a tuned one. adapter: the
same with a tuned model that is chosen first. unscored, unanswered: cases that lack a result."""


@dataclass(frozen=True, slots=True)
class TestStepRequested:
    """The user requests that a step in the Test view is prepared for the open prompt; nothing is sent by that.

    `count` is the number of samples, 0 without meaning.
    """

    __test__ = False

    step: TestStep
    count: int = 0


@dataclass(frozen=True, slots=True)
class SuccessorTestRequested:
    """The user requests a test of whether another model can replace that of a lane of the open prompt.

    `successor` is the id of the model to begin with, at the same endpoint; "" lets the user choose.
    """

    lane: Lane
    successor: str = ""


@dataclass(frozen=True, slots=True)
class CasesRequested:
    """The user requests the cases of the open prompt, to add `count` to a set; 0 without such an aim.

    Cases join the hold-out by chance, so more may have to be added.
    """

    count: int = 0
    set_name: CaseSetName = "tuning"


@dataclass(frozen=True, slots=True)
class SuiteRunChosen:
    """The user opens a test run in the Test view, where its prompt may not be open yet."""

    prompt_uid: str
    run_uid: str


@dataclass(frozen=True, slots=True)
class CaseProposalsChosen:
    """The user chose earlier proposals of cases for the open prompt."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class RunCasesRequested:
    """The user requests cases of the values and answers of a run."""

    prompt_uid: str
    run_uid: str


@dataclass(frozen=True, slots=True)
class CaseRestoreRequested:
    """The user requests that a case is as it was tested."""

    prompt_uid: str
    case: Case


@dataclass(frozen=True, slots=True)
class FailingCasesRequested:
    """The user requests that the failing ones of some rows of a test are cases with a tag."""

    prompt_uid: str
    rows: FailingRows


@dataclass(frozen=True, slots=True)
class CaseCopyRequested:
    """The user requests a copy of a tested case, to vary it.

    `column` names the column of the cell; `failed`: the cell fails.
    """

    prompt_uid: str
    detail: CellDetail
    column: str
    failed: bool


@dataclass(frozen=True, slots=True)
class ShownSuite:
    """The test run that the Test view shows, and its prompt."""

    prompt_uid: str
    run: SuiteRun


@dataclass(frozen=True, slots=True)
class ShownSuiteRequested:
    """A feature needs the run that the Test view shows; `use` is called with it at once, if there is one."""

    use: Callable[[ShownSuite], object]


@dataclass(frozen=True, slots=True)
class LabellingChanged:
    """The user began or ended to label answers blind: meanwhile no view shows what a judge said of an answer."""

    is_open: bool
