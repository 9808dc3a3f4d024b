"""The bar above the grid: which rows are shown, what cells show, and in which order.

Invariant: a filter without rows is hidden unless it is on, so that every visible chip leads to something. The filters
take one line whatever the numbers of rows: those that do not fit are in a menu, so that the grid below never moves.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from workbench.app.testing.row_filters import FILTER_TIPS, FILTER_TITLES
from workbench.app.testing.words import SORT_TITLES
from workbench.core.testing.grid import GridCounts, GridQuery, RowFilter, RowSort
from workbench.ui.features.testing.chips import chip, exclusive, literal, menu_chip
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import set_role

_LONGEST_TAG = 40
_GAP = 6
_ALWAYS: tuple[RowFilter, ...] = ("all", "failed")


class FilterBar(QWidget):
    """Chips at the left, switch and order at the right; below each other if there is no room.

    `overflow` has the filters that do not fit.
    """

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
    detailed_chosen = Signal(bool)
    """Whether heads show further figures."""
    probe_wanted = Signal(str)
    """"again" or "facts"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._left, self._right = QWidget(self), QWidget(self)
        self._left.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        left = QHBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(_GAP)
        self.filters: dict[RowFilter, QPushButton] = {}
        self._needed: frozenset[RowFilter] = frozenset()
        self._in_menu: list[tuple[RowFilter, str, bool]] = []
        self._counts, self._query, self._is_live, self._is_chart = GridCounts(), GridQuery(), False, False
        self._is_low = False
        for rows, title in FILTER_TITLES.items():
            made = chip(title, self._left)
            made.setToolTip(FILTER_TIPS[rows])
            left.addWidget(made)
            self.filters[rows] = made
        kinds = list(self.filters)
        self._group = exclusive(
            list(self.filters.values()), lambda place: self.rows_chosen.emit(kinds[place]), self._left
        )
        self.more = menu_chip("More ▾", self._left, name="Show other rows")
        self.overflow = QMenu(self.more)
        self.more.setMenu(self.overflow)
        self.tag = menu_chip("Tag ▾", self._left, name="Show one tag")
        self._tags = QMenu(self.tag)
        self.tag.setMenu(self._tags)
        self.view = menu_chip("View ▾", self._left, name="What the grid shows, and in which order")
        for widget in (self.more, self.tag, self.view):
            left.addWidget(widget)
        left.addStretch(1)
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
        self.layout_chip, self.layouts = self._menu_chip("Layout ▾", "What is a row, a column and a split")
        self.probe, probes = self._menu_chip("Probe ▾", "Ask chosen cases again, apart from the test")
        self._fill_view(probes)
        self.again = probes.addAction("Run only these again", lambda: self.probe_wanted.emit("again"))
        self.facts = probes.addAction(
            "Paste facts for cases that fail everywhere…", lambda: self.probe_wanted.emit("facts")
        )
        right = FlowLayout(_GAP)
        self._right.setLayout(right)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._right.setSizePolicy(policy)
        for widget in (self.answers, self.results, self.chart, self.sort, self.layout_chip, self.probe):
            right.addWidget(widget)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_GAP)
        self._row.addWidget(self._left, 1)
        self._row.addWidget(self._right)
        self.show_query(GridQuery(), results=False)
        self.show_counts(GridCounts(), GridQuery())

    def _fill_view(self, probes: QMenu) -> None:
        """Make the menu that has everything at the right, for views with little height."""
        menu = QMenu(self.view)
        contents = [(menu.addAction(one.text()), one) for one in (self.answers, self.results, self.chart)]
        group = QActionGroup(menu)
        for action, button in contents:
            action.setCheckable(True)
            action.triggered.connect(button.click)
            group.addAction(action)
        menu.addSeparator()
        menus = {self._tags: "Tag", self._orders: "Sort", self.layouts: "Layout", probes: "Probe"}
        for inner, title in menus.items():
            inner.setTitle(title)
            menu.addMenu(inner)

        def update() -> None:
            for action, button in contents:
                action.setChecked(button.isChecked())
            self._tags.menuAction().setVisible(bool(self._counts.tags) or bool(self._query.tag))
            for inner in menus:
                inner.setEnabled(not self._is_chart)

        menu.aboutToShow.connect(update)
        self.view.setMenu(menu)
        self.view.hide()

    def set_low(self, low: bool) -> None:
        """Put everything but the filters into a menu, because the grid below needs the height."""
        if low != self._is_low:
            self._is_low = low
            self._right.setVisible(not low)
            self.view.setVisible(low)
            self.show_counts(self._counts, self._query, live=self._is_live)

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
        self.detailed = self._orders.addAction("More figures in the heads")
        self.detailed.setCheckable(True)
        self.detailed.triggered.connect(self.detailed_chosen)

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
            for widget in (*self.filters.values(), self.more, self.tag, self.sort, self.layout_chip, self.probe):
                widget.setEnabled(not chart)
        self.sort.setText(f"Sort: {SORT_TITLES[query.sort]} ▾")
        self.sort.setAccessibleName(f"Sorted by {SORT_TITLES[query.sort]}; choose another order")

    def show_counts(self, counts: GridCounts, query: GridQuery, *, live: bool = False) -> None:
        """Show the numbers of rows. While a run is `live`, all filters keep their places; empty ones are disabled."""
        self._counts, self._query, self._is_live = counts, query, live
        self._needed = frozenset(
            rows for rows in self.filters if counts.rows.get(rows, 0) or rows == query.rows or rows in _ALWAYS
        )
        for rows, made in self.filters.items():
            made.setText(self._text(rows))
            made.setAccessibleName(made.text())
            made.setMinimumWidth(0)
            made.setMinimumWidth(self._widest(rows) if live else 0)
            made.setEnabled(rows in self._needed and not self._is_chart)
        self.tag.setText(f"Tag: {literal(query.tag[:_LONGEST_TAG])} ▾" if query.tag else "Tag ▾")
        self.tag.setVisible((bool(counts.tags) and not self._is_low) or bool(query.tag))
        set_role(self.tag, "chip-on" if query.tag else "chip")
        self._tags.clear()
        self._tags.addAction("All tags", lambda: self.tag_chosen.emit(""))
        self._tags.addSeparator()
        for tag, number in counts.tags:
            action = self._tags.addAction(f"{literal(tag[:_LONGEST_TAG])}  {number:,}")
            action.triggered.connect(lambda _=False, tag=tag: self.tag_chosen.emit(tag))
        self._fit()

    def _text(self, rows: RowFilter) -> str:
        number = self._counts.rows.get(rows)
        return FILTER_TITLES[rows] if number is None else f"{FILTER_TITLES[rows]} {number:,}"

    def _widest(self, rows: RowFilter) -> int:
        """Return the width of the chip of a filter that all rows match."""
        made = self.filters[rows]
        advance = made.fontMetrics().horizontalAdvance
        widest = f"{FILTER_TITLES[rows]} {self._counts.rows.get('all', 0):,}"
        return made.sizeHint().width() + max(0, advance(widest) - advance(made.text()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        """Put the right part below the filters if there is no room for both, and filters that do not fit into a menu.

        Whether both fit does not depend on which filters have rows.
        """
        tag = 0 if self.tag.isHidden() else self.tag.sizeHint().width() + _GAP
        more = self.more.sizeHint().width() + _GAP
        least = sum(self._widest(rows) + _GAP for rows in _ALWAYS) + more + tag
        beside = (self.view if self._is_low else self._right).sizeHint().width() + _GAP
        is_apart = self._is_low or least + beside <= self.width()
        way = QBoxLayout.Direction.LeftToRight if is_apart else QBoxLayout.Direction.TopToBottom
        if self._row.direction() != way:
            self._row.setDirection(way)
        self._choose_filters(self.width() - tag - (beside if is_apart else 0), more)

    def _choose_filters(self, room: int, more: int) -> None:
        """Show the filters that fit into `room` pixels, and the others in the menu, which takes `more` pixels."""
        wanted = [rows for rows in self.filters if self._is_live or rows in self._needed]
        # The chosen one is always shown.
        always = () if self._is_low else _ALWAYS
        wanted.sort(key=lambda rows: rows not in always and rows != self._query.rows)
        widths = [self._widest(rows) + _GAP for rows in wanted]
        count = len(wanted) if sum(widths) <= room else 0
        while not count or (count < len(wanted) and sum(widths[: count + 1]) + more <= room):
            count += 1
        least = sum(rows in always or rows == self._query.rows for rows in wanted)
        shown = wanted[: max(count, least)]
        for rows, made in self.filters.items():
            made.setVisible(rows in shown)
        rest = [rows for rows in self.filters if rows in wanted and rows not in shown]
        self.more.setVisible(bool(rest))
        told = [(rows, self._text(rows), rows in self._needed) for rows in rest]
        if told != self._in_menu:
            self._in_menu = told
            self.overflow.clear()
            for rows, text, is_needed in told:
                action = self.overflow.addAction(text)
                action.setToolTip(FILTER_TIPS[rows])
                action.setEnabled(is_needed)
                action.triggered.connect(lambda _=False, rows=rows: self.rows_chosen.emit(rows))

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        choices = (self.tag, self.view, self.answers, self.results, self.chart, self.sort, self.layout_chip, self.probe)
        return [*self.filters.values(), self.more, *choices]

    def _menu_chip(self, text: str, tip: str) -> tuple[QPushButton, QMenu]:
        made = QPushButton(text, self._right)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        set_role(made, "quiet-chip")
        opens_menu(made)
        menu = QMenu(made)
        made.setMenu(menu)
        return made, menu
