"""The menu that arranges the grid, and the bar with the parts of a split.

Invariant: what cannot be chosen for this run, such as samples of a run with one, is listed and disabled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from workbench.app.testing.arrangement import COLUMN_TITLES, ROW_TITLES, SPLIT_TITLES, Arrangement
from workbench.app.testing.controller import SuiteController
from workbench.ui.features.testing.chips import chip
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    from workbench.ui.shell.services import Services


def fill_arrange_menu(menu: QMenu, suites: SuiteController) -> None:
    """Fill a menu with what can be a row, a group of columns, and a split."""
    now = suites.arrangement
    samples = 1 if suites.run is None else suites.run.samples
    menu.clear()

    def add(heading: str, titles: Sequence[str], made: Sequence[Arrangement], needs_samples: Sequence[bool]) -> None:
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(heading).setEnabled(False)
        group = QActionGroup(menu)
        for title, arrangement, needs in zip(titles, made, needs_samples, strict=True):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(arrangement == now)
            action.setEnabled(samples > 1 or not needs)
            action.triggered.connect(lambda _=False, to=arrangement: suites.arrange(to))
            group.addAction(action)

    def capital(title: str) -> str:
        return f"{title[:1].upper()}{title[1:]}"

    rows = [replace(now, rows=kind) for kind in ROW_TITLES]
    add("Rows", [capital(title) for title in ROW_TITLES.values()], rows, [kind == "sample" for kind in ROW_TITLES])
    columns = [replace(now, columns=kind) for kind in COLUMN_TITLES]
    add("Columns", [capital(title) for title in COLUMN_TITLES.values()], columns, [False] * len(columns))
    splits = [replace(now, split=kind, part="" if kind != now.split else now.part) for kind in SPLIT_TITLES]
    titles = ["No split" if not kind else f"Split by {title}" for kind, title in SPLIT_TITLES.items()]
    add("Split", titles, splits, [kind == "sample" for kind in SPLIT_TITLES])


class PartBar(QWidget):
    """The parts of a split, one of which is shown. `chosen` carries its name."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = label("", "small", wrap=False)
        self._chips: dict[str, QPushButton] = {}
        self._row = QWidget(self)
        self._flow = FlowLayout(6)
        self._row.setLayout(self._flow)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.heading)
        layout.addWidget(self._row, 1)
        self.hide()

    def show_parts(self, arrangement: Arrangement, parts: Sequence[str], shown: str) -> None:
        """Show the parts of an arrangement; without parts the bar is hidden."""
        if tuple(parts) != tuple(self._chips):
            for old in self._chips.values():
                self._flow.removeWidget(old)
                old.hide()
                old.deleteLater()
            self._chips = {part: self._chip(part) for part in parts}
        self.heading.setText(f"{SPLIT_TITLES[arrangement.split].capitalize()}:" if parts else "")
        for part, made in self._chips.items():
            made.setAccessibleName(f"{self.heading.text()} {part}")
            made.setChecked(part == shown)
        self.setVisible(bool(parts))

    def _chip(self, part: str) -> QPushButton:
        made = chip(part.replace("&", "&&"), self._row)
        made.setAutoExclusive(True)
        made.clicked.connect(lambda _=False: self.chosen.emit(part))
        self._flow.addWidget(made)
        made.show()
        return made

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        return list(self._chips.values())


def show_arrangement(bar: PartBar, suites: SuiteController) -> None:
    """Show the parts of the split of the shown run."""
    columns, samples = suites.columns(), 1 if suites.run is None else suites.run.samples
    arrangement = suites.arrangement
    parts = arrangement.parts(columns, samples) if suites.run is not None and suites.set_name == "tuning" else ()
    bar.show_parts(arrangement, parts, arrangement.shown_part(columns, samples))


class ArrangeActions:
    """Arranges the grid by keys. `button` has the menu; `key` is that of notices."""

    def __init__(self, services: Services, suites: SuiteController, button: QPushButton, key: str) -> None:
        self._services, self._suites, self._button, self._key = services, suites, button, key

    def open_menu(self) -> None:
        """Open the menu of rows, columns and splits."""
        if self._suites.run is None or self._suites.set_name != "tuning":
            self._services.notices.refused("There is no grid to arrange yet.")
        else:
            self._button.showMenu()

    def step(self, step: int) -> None:
        """Show the next part of the split (1) or the previous one (-1)."""
        suites = self._suites
        samples = 1 if suites.run is None else suites.run.samples
        if suites.arrangement.parts(suites.columns(), samples):
            suites.arrange(suites.arrangement.stepped(suites.columns(), samples, step))
        else:
            self._services.notices.quiet(self._key, "The grid is not split. Choose a split in its layout.")
