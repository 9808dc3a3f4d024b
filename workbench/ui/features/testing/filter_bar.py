"""The bar above the grid: which rows are shown, what cells show, and in which order.

Invariant: a filter without rows is hidden unless it is on, so that every visible chip leads to something.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from workbench.app.testing.words import FILTER_TIPS, FILTER_TITLES, SORT_TITLES
from workbench.core.testing.grid import GridCounts, GridQuery, RowFilter, RowSort
from workbench.ui.features.testing.chips import chip, exclusive, literal, menu_chip
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import set_role

_LONGEST_TAG = 40
_ALWAYS = ("all", "failed")


class FilterBar(QWidget):
    """Chips at the left, switch and order at the right; below each other if there is no room."""

    rows_chosen = Signal(str)
    """RowFilter"""
    tag_chosen = Signal(str)
    """"" for all tags."""
    results_chosen = Signal(bool)
    chart_chosen = Signal(bool)
    """Whether the chart is shown in place of the grid."""
    sort_chosen = Signal(str, bool)
    """RowSort, and whether the highest come first."""
    tall_chosen = Signal(bool)
    probe_wanted = Signal(str)
    """"again" or "facts"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._left, self._right = QWidget(self), QWidget(self)
        flow = FlowLayout(6)
        self._left.setLayout(flow)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._left.setSizePolicy(policy)
        self.filters: dict[RowFilter, QPushButton] = {}
        for rows, title in FILTER_TITLES.items():
            made = chip(title, self._left)
            made.setToolTip(FILTER_TIPS[rows])
            flow.addWidget(made)
            self.filters[rows] = made
        kinds = list(self.filters)
        self._group = exclusive(
            list(self.filters.values()), lambda place: self.rows_chosen.emit(kinds[place]), self._left
        )
        self.tag = menu_chip("Tag ▾", self._left, name="Show one tag")
        self._tags = QMenu(self.tag)
        self.tag.setMenu(self._tags)
        flow.addWidget(self.tag)
        self.answers, self.results = chip("Answers", self._right), chip("Results", self._right)
        self.answers.setToolTip("Show the beginning of each answer")
        self.results.setToolTip("Show what came of each answer, and why")
        self.chart = chip("Chart", self._right)
        self.chart.setToolTip("Show the pass rate by version, with intervals")
        self._what = exclusive([self.answers, self.results, self.chart], self._choose_content, self._right)
        self.sort = QPushButton(self._right)
        set_role(self.sort, "quiet-chip")
        opens_menu(self.sort)
        self._orders = QMenu(self.sort)
        self.sort.setMenu(self._orders)
        self._fill_orders()
        self.arrange, self.arrangements = self._menu_chip("Layout ▾", "What is a row, a column and a split")
        self.probe, probes = self._menu_chip("Probe ▾", "Ask chosen cases again, apart from the test")
        self.again = probes.addAction("Run only these again", lambda: self.probe_wanted.emit("again"))
        self.facts = probes.addAction(
            "Paste facts for cases that fail everywhere…", lambda: self.probe_wanted.emit("facts")
        )
        right = QHBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(6)
        for widget in (self.answers, self.results, self.chart, self.sort, self.arrange, self.probe):
            right.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self._flow, self._is_apart, self._is_chart = flow, True, False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self._row.addWidget(self._left, 1)
        self._row.addWidget(self._right, 0, Qt.AlignmentFlag.AlignTop)
        self.show_query(GridQuery(), results=False)
        self.show_counts(GridCounts(), GridQuery())

    def _fill_orders(self) -> None:
        words: dict[RowSort, tuple[str, str]] = {
            "score": ("Lowest score first", "Highest score first"),
            "cost": ("Cheapest first", "Most expensive first"),
            "latency": ("Fastest first", "Slowest first"),
        }
        self._orders.addAction("In the order of the cases", lambda: self.sort_chosen.emit("order", False))
        for by, titles in words.items():
            self._orders.addSeparator()
            for descending, title in enumerate(titles):
                self._orders.addAction(title, partial(self.sort_chosen.emit, by, bool(descending)))
        self._orders.addSeparator()
        self.tall = self._orders.addAction("Taller rows")
        self.tall.setCheckable(True)
        self.tall.triggered.connect(self.tall_chosen)

    def _choose_content(self, place: int) -> None:
        self.chart_chosen.emit(place == 2)
        if place < 2:
            self.results_chosen.emit(bool(place))

    def show_query(self, query: GridQuery, *, results: bool, chart: bool = False) -> None:
        """Show which rows are asked for, and what cells show, or that the chart is shown."""
        self.filters[query.rows].setChecked(True)
        (self.chart if chart else self.results if results else self.answers).setChecked(True)
        if chart != self._is_chart:
            self._is_chart = chart
            # Not the whole row: in narrow windows the way back to the grid is in it.
            for widget in (*self.filters.values(), self.tag, self.sort, self.arrange, self.probe):
                widget.setEnabled(not chart)
        self.sort.setText(f"Sort: {SORT_TITLES[query.sort]} ▾")
        self.sort.setAccessibleName(f"Sorted by {SORT_TITLES[query.sort]}; choose another order")

    def show_counts(self, counts: GridCounts, query: GridQuery, *, live: bool = False) -> None:
        """Show the numbers of rows. While a run is `live`, all filters keep their places; empty ones are disabled."""
        widest = f"{counts.rows.get('all', 0):,}"
        for rows, made in self.filters.items():
            number = counts.rows.get(rows, 0)
            made.setMinimumWidth(0)
            if live:
                made.setText(f"{FILTER_TITLES[rows]} {widest}")
                made.setMinimumWidth(made.sizeHint().width())
            made.setText(f"{FILTER_TITLES[rows]} {number:,}" if rows in counts.rows else FILTER_TITLES[rows])
            made.setAccessibleName(made.text())
            is_needed = number > 0 or rows == query.rows or rows in _ALWAYS
            made.setEnabled(is_needed and not self._is_chart)
            made.setVisible(is_needed or live)
        self.tag.setText(f"Tag: {literal(query.tag[:_LONGEST_TAG])} ▾" if query.tag else "Tag ▾")
        self.tag.setVisible(bool(counts.tags) or bool(query.tag))
        set_role(self.tag, "chip-on" if query.tag else "chip")
        self._tags.clear()
        self._tags.addAction("All tags", lambda: self.tag_chosen.emit(""))
        self._tags.addSeparator()
        for tag, number in counts.tags:
            action = self._tags.addAction(f"{literal(tag[:_LONGEST_TAG])}  {number:,}")
            action.triggered.connect(lambda _=False, tag=tag: self.tag_chosen.emit(tag))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        """Let the switch and the order follow the chips if both do not fit into one line."""
        chips = [one.sizeHint().width() + 6 for one in (*self.filters.values(), self.tag) if not one.isHidden()]
        is_apart = sum(chips) + self._right.sizeHint().width() + 16 <= self.width()
        if is_apart == self._is_apart:
            return
        self._is_apart = is_apart
        if is_apart:
            self._flow.removeWidget(self._right)
            self._row.addWidget(self._right, 0, Qt.AlignmentFlag.AlignTop)
        else:
            self._row.removeWidget(self._right)
            self._flow.addWidget(self._right)

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        choices = (self.tag, self.answers, self.results, self.chart, self.sort, self.arrange, self.probe)
        return [*self.filters.values(), *choices]

    def _menu_chip(self, text: str, tip: str) -> tuple[QPushButton, QMenu]:
        made = QPushButton(text, self._right)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        set_role(made, "quiet-chip")
        opens_menu(made)
        menu = QMenu(made)
        made.setMenu(menu)
        return made, menu
