"""The menu that says where cases, versions, models and samples stand, and the bar with the values of the splits.

Invariant: what cannot be chosen for this run, such as a place for the only sample of a case, is listed and disabled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.pivot_words import DIMENSION_TITLES
from workbench.core.testing.grid_layout import DIMENSIONS, ColumnOrder, Dimension, DimensionPlace, GridLayout
from workbench.core.testing.grid_shape import CellPlace
from workbench.ui.features.testing.chips import chip, literal
from workbench.ui.features.testing.filter_bar import FilterBar
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.ui.shell.services import Services

PLACE_TITLES: dict[DimensionPlace, str] = {
    "rows": "Rows",
    "columns": "Columns",
    "split": "One at a time",
    "cell": "Together in a cell",
}
ORDER_TITLES: dict[ColumnOrder, str] = {
    "given": "As set up",
    "version": "Versions together",
    "model": "Models together",
}


class LayoutActions:
    """Changes the layout of the grid by its menu and by keys.

    `current` returns the current cell, and `key` is that of notices.
    """

    def __init__(
        self,
        services: Services,
        suites: SuiteController,
        filters: FilterBar,
        current: Callable[[], CellPlace | None],
        key: str,
    ) -> None:
        self._services, self._suites, self._filters, self._key = services, suites, filters, key
        self._current = current
        self._menu, self._button = filters.layouts, filters.layout_chip
        self._menu.aboutToShow.connect(self._fill)

    def open_menu(self) -> None:
        """Open the menu of the layout."""
        if self._suites.run is None or self._suites.set_name != "tuning":
            self._services.notices.refused("There is no grid to arrange yet.")
        elif self._button.isVisible():
            self._button.showMenu()
        else:
            self._menu.popup(self._filters.mapToGlobal(self._filters.rect().bottomLeft()))

    def step(self, step: int) -> None:
        """Show the next value of the splits (1) or the previous one (-1)."""
        pivot = self._suites.pivot
        if pivot.layout.on("split"):
            self._suites.pivot.want(pivot.wanted.stepped(step, pivot.cases))
        else:
            self._services.notices.quiet(self._key, "The grid is not split. Choose “One at a time” in its layout.")

    def _fill(self) -> None:
        """Fill the menu with the places that each dimension can have."""
        suites, menu = self._suites, self._menu
        now = suites.pivot.layout
        # Submenus belong to the menu, and `clear` leaves them alive.
        for old in menu.findChildren(QMenu):
            old.deleteLater()
        menu.clear()
        menu.addAction("Swap rows and columns", partial(self._arrange, now.swapped()))
        menu.addSeparator()
        for dimension in DIMENSIONS:
            offered = [place for place in PLACE_TITLES if place != "cell" or dimension == "sample"]
            layouts = [now.moved(dimension, place) for place in offered]
            title = f"{DIMENSION_TITLES[dimension]}s: {PLACE_TITLES[now.place(dimension)].lower()}"
            inner = self._choice(title, [PLACE_TITLES[place] for place in offered], layouts)
            inner.setEnabled(dimension != "sample" or suites.pivot.wanted.samples > 1)
        orders = [replace(now, order=order) for order in ORDER_TITLES]
        order = self._choice(f"Order: {ORDER_TITLES[now.order].lower()}", list(ORDER_TITLES.values()), orders)
        order.setEnabled(now.has_groups)
        menu.addSeparator()
        menu.addAction("Cases × columns", partial(self._arrange, GridLayout())).setEnabled(not now.is_default)

    def _choice(self, title: str, titles: Sequence[str], layouts: Sequence[GridLayout]) -> QMenu:
        """Add a menu with layouts to choose from; the present one is checked."""
        inner = QMenu(title, self._menu)
        self._menu.addMenu(inner)
        group = QActionGroup(inner)
        for one, layout in zip(titles, layouts, strict=True):
            action = inner.addAction(one)
            action.setCheckable(True)
            action.setChecked(layout == self._suites.pivot.layout)
            action.triggered.connect(partial(self._arrange, layout))
            group.addAction(action)
        return inner

    def _arrange(self, layout: GridLayout, _checked: bool = False) -> None:
        self._suites.pivot.arrange(layout, self._current())


class SplitBar(QWidget):
    """A line for each split, with the values that can be shown one at a time."""

    def __init__(self, suites: SuiteController, parent: QWidget) -> None:
        super().__init__(parent)
        self._suites = suites
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.cases = _CaseStepper(suites, self)
        self.lines = {one: _PartLine(one, suites, self) for one in DIMENSIONS if one != "case"}
        for line in (self.cases, *self.lines.values()):
            layout.addWidget(line)
        self.hide()
        suites.pivot.arranged.connect(self.show_parts)
        suites.pivot.modelReset.connect(self.show_parts)
        suites.pivot.dataChanged.connect(lambda *_: self.cases.show_case())

    def show_parts(self) -> None:
        """Show the splits of the grid; without one the bar is hidden."""
        suites, shape = self._suites, self._suites.pivot.wanted
        is_grid = suites.run is not None and suites.set_name == "tuning"
        splits = shape.layout.on("split") if is_grid else ()
        self.cases.setVisible("case" in splits)
        self.cases.show_case()
        for dimension, line in self.lines.items():
            line.show_parts(
                shape.parts(dimension) if dimension in splits else (),
                shape.part(dimension) if dimension in splits else 0,
            )
        self.setVisible(bool(splits))

    def stops(self) -> list[QWidget]:
        """Return the values in Tab order."""
        return [self.cases.before, self.cases.after, *(one for line in self.lines.values() for one in line.chips)]


class _PartLine(QWidget):
    """The versions, models or samples of a split, one of which is shown."""

    def __init__(self, dimension: Dimension, suites: SuiteController, parent: QWidget) -> None:
        super().__init__(parent)
        self._dimension, self._suites = dimension, suites
        self._parts: tuple[str, ...] = ()
        self.chips: list[QPushButton] = []
        self._row = QWidget(self)
        self._flow = FlowLayout(6)
        self._row.setLayout(self._flow)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(f"{DIMENSION_TITLES[dimension]}:", "small", wrap=False))
        layout.addWidget(self._row, 1)

    def show_parts(self, parts: tuple[str, ...], shown: int) -> None:
        """Show the values of the split, () for none."""
        if parts != self._parts:
            self._parts = parts
            for old in self.chips:
                self._flow.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.chips = [self._chip(place, part) for place, part in enumerate(parts)]
        for place, made in enumerate(self.chips):
            made.setChecked(place == shown)
        self.setVisible(bool(parts))

    def _chip(self, place: int, part: str) -> QPushButton:
        made = chip(literal(part), self._row)
        made.setAccessibleName(f"{DIMENSION_TITLES[self._dimension]} {part}")
        made.setAutoExclusive(True)
        made.clicked.connect(lambda: self._suites.pivot.want(self._suites.pivot.wanted.showing(self._dimension, place)))
        self._flow.addWidget(made)
        made.show()
        return made


class _CaseStepper(QWidget):
    """The shown case between the steps to the previous one and the next one."""

    def __init__(self, suites: SuiteController, parent: QWidget) -> None:
        super().__init__(parent)
        self._suites = suites
        self.before, self.after = QPushButton("‹", self), QPushButton("›", self)
        self.name = label("", "body", wrap=False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("Case:", "small", wrap=False))
        for button, name, step in ((self.before, "Previous case", -1), (self.after, "Next case", 1)):
            set_role(button, "quiet-chip")
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(partial(self._step, step))
            layout.addWidget(button)
        layout.addWidget(self.name, 1)

    def show_case(self) -> None:
        """Show which case of how many is shown, and its name."""
        pivot, shown = self._suites.pivot, self._suites.pivot.shape.shown.case
        if self.isHidden():
            return
        listed = self._suites.figures.counts.rows.get(self._suites.query.rows, pivot.cases)
        name = pivot.case_name(shown)
        words = f"{shown + 1:,} of {max(listed, pivot.cases):,} · {name}" if pivot.cases else ""
        self.name.setText(words)
        self.before.setEnabled(shown > 0)
        self.after.setEnabled(shown + 1 < pivot.cases)

    def _step(self, step: int, _checked: bool = False) -> None:
        shape = self._suites.pivot.wanted
        self._suites.pivot.want(shape.showing("case", shape.shown.case + step))
