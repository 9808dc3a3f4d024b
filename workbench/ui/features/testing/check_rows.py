"""Checks of a cell: a row each, and the menu of what a person can say about them.

Invariant: a result is said in words besides its colour.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from workbench.app.testing.cell_words import STATUS_WORDS
from workbench.app.testing.source import OverruleState
from workbench.core.check_words import lines
from workbench.core.checks.check_result import CheckResult
from workbench.core.testing.grid import CellDetail, OverruledCheck
from workbench.core.visible_text import visible_name, visible_note
from workbench.ui.features.testing.chips import literal
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.small_controls import breakable, pill

MOST_CHECKS, _MOST_PARTS = 40, 12
_OPPOSITES: tuple[OverruleState, ...] = ("pass", "fail")
_PILLS = {"pass": "pill-green", "fail": "pill-red", "unscored": "pill"}


class CheckRow(QWidget):
    """One check: its result, what it asks for, why, and what a person said about it."""

    def __init__(
        self,
        words: str,
        result: CheckResult,
        overruled: OverruledCheck | None,
        parent: QWidget,
        judge: QWidget | None = None,
        difference: QWidget | None = None,
    ) -> None:
        """`judge` says who judged it, None for a rule; `difference` what was expected and what was found."""
        super().__init__(parent)
        is_overruled = overruled is not None and overruled.state != "none"
        state = overruled.state if overruled is not None and is_overruled else result.state
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(pill(state, _PILLS[state], self), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(label(breakable(words)))
        reason = result.reason if result.reason and result.reason != words else ""
        if is_overruled:
            reason = " · ".join(filter(None, (f"you overruled “{result.state}”", reason)))
        if result.score is not None and 0 < result.score < 1:
            reason = " · ".join(filter(None, (reason, f"score {result.score:.2f}")))
        if reason:
            column.addWidget(label(breakable(visible_note(reason)), "small"))
        for part in result.parts[:_MOST_PARTS]:
            column.addWidget(label(breakable(visible_note(f"{part.state}: {part.reason}")), "small"))
        for further in (difference, judge):
            if further is not None:
                column.addWidget(further)
        row.addLayout(column, 1)
        self.setAccessibleName(f"{state}: {words}. {reason}")

    def set_stacked(self, stacked: bool) -> None:
        """Show the result above the check, not beside it."""
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(2 if stacked else 8)


def check_title(detail: CellDetail, place: int) -> str:
    """Return what a check asks for, on one line."""
    text = lines(detail.checks[place])[0].text if place < len(detail.checks) else detail.results[place].reason
    return visible_name(" ".join(text.split()))


def overrule_entries(detail: CellDetail, act: Callable[[int, OverruleState], object], menu: QMenu) -> QAction | None:
    """Fill a menu with what a person can say about each check of a cell; `act` gets its place and what is said.

    Returns the likeliest entry: to overrule the first check that does not pass.
    """
    likeliest: QAction | None = None
    for place, result in enumerate(detail.results[:MOST_CHECKS]):
        words = check_title(detail, place)
        words = words if len(words) <= 60 else f"{words[:59]}…"
        overruled = detail.overruled[place] if place < len(detail.overruled) else None
        if place:
            menu.addSeparator()
        heading = menu.addAction(f"{STATUS_WORDS[result.state]}: {literal(words)}")
        heading.setEnabled(False)
        if overruled is not None and overruled.state != "none":
            menu.addAction(f"Take back: you said {overruled.state}", partial(act, place, "none"))
            continue
        for state in _OPPOSITES:
            if state != result.state:
                entry = menu.addAction(f"It is a {state}", partial(act, place, state))
                if likeliest is None and result.state != "pass":
                    likeliest = entry
    return likeliest or next((one for one in menu.actions() if one.isEnabled() and not one.isSeparator()), None)
