"""Typed events about the answers that the lanes show, and about checks; see `events`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.app.lanes.shown_answers import OutputChecks, ShownAnswers
    from workbench.core.cases import Case


@dataclass(frozen=True, slots=True)
class ShownAnswersChanged:
    """The lanes show other finished answers than before."""


@dataclass(frozen=True, slots=True)
class DifferencesShown:
    """The lanes show the differences of their answers."""


@dataclass(frozen=True, slots=True)
class ShownAnswersRequested:
    """A feature needs the finished answers that the lanes show; `use` is called with them at once."""

    use: Callable[[ShownAnswers], object]


@dataclass(frozen=True, slots=True)
class AnswersChecked:
    """The checks of the shown answers were evaluated: their results by output, without those that have no checks."""

    results: Mapping[str, OutputChecks]


@dataclass(frozen=True, slots=True)
class ChecksRequested:
    """The user requests the checks that apply to all cases of the open prompt."""


@dataclass(frozen=True, slots=True)
class CaseChecksRequested:
    """The user requests editing the checks of a case, over a dialog or the window.

    `save` is called with the changed case, perhaps several times, and stores it.
    """

    case: Case
    save: Callable[[Case], object]
    over: QWidget | None = None


@dataclass(frozen=True, slots=True)
class ContinuationRequested:
    """The user requests continuing from the answer that a lane shows."""

    slot: str
