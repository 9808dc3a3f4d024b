"""The menu of the runs behind a row: the newest ones, and older ones in submenus, so that none is out of reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.decide.report import EvidenceRun
from workbench.core.text import counted
from workbench.core.version_name import at_start

SHOWN = 12
"""Runs that the menu itself lists; older ones are in submenus of twice as many."""


def run_menu(runs: Sequence[EvidenceRun], chosen: Callable[[EvidenceRun], object], parent: QWidget) -> QMenu:
    """Return a menu of runs, newest first, that deletes itself when it is closed."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    _add(menu, runs[:SHOWN], chosen)
    older = runs[SHOWN:]
    if older:
        menu.addSeparator()
    for start in range(0, len(older), 2 * SHOWN):
        part = older[start : start + 2 * SHOWN]
        _add(menu.addMenu(_part_title(part)), part, chosen)
    return menu


def _add(menu: QMenu, runs: Sequence[EvidenceRun], chosen: Callable[[EvidenceRun], object]) -> None:
    for run in runs:
        menu.addAction(at_start(run.title), _choosing(run, chosen))


def _choosing(run: EvidenceRun, chosen: Callable[[EvidenceRun], object]) -> Callable[[], object]:
    return lambda: chosen(run)


def _part_title(part: Sequence[EvidenceRun]) -> str:
    """Return "24 older runs, from test 30 (3 Nov 2026)"."""
    return f"{counted(len(part), 'older run')}, from {part[0].title}"
