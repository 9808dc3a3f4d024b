"""The menu of the runs behind a row of Decide."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from workbench.core.decide.report import EvidenceRun
from workbench.ui.features.decide.run_menu import run_menu

pytestmark = pytest.mark.window


def runs(count: int) -> tuple[EvidenceRun, ...]:
    """Return test runs, newest first."""
    return tuple(
        EvidenceRun(f"run-{number}", f"test {number}", date(2026, 12, 3), is_test=True)
        for number in range(count, 0, -1)
    )


@pytest.mark.parametrize("count", [2, 12, 13, 36, 37, 100])
def test_each_run_is_in_the_menu_once_and_is_chosen_by_its_entry(qapp: QApplication, count: int) -> None:
    chosen: list[str] = []
    parent = QWidget()
    menu = run_menu(runs(count), lambda run: chosen.append(run.uid), parent)
    entries = list(menu.actions())
    parts = [part for entry in entries if isinstance(part := entry.menu(), QMenu)]
    leaves = [entry for entry in entries if not entry.isSeparator() and entry.menu() is None]
    leaves += [entry for part in parts for entry in part.actions()]
    assert bool(parts) == (count > 12)
    assert leaves[0].text() == f"Test {count} (3 Dec 2026)"
    for entry in leaves:
        entry.trigger()
    assert chosen == [run.uid for run in runs(count)]
    parent.deleteLater()
