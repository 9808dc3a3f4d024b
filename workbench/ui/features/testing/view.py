"""The Test view: head, filters and grid at the left, the chosen cell at the right.

Invariant: the view shows the state of a `SuiteController` and emits wishes. In place of the grid stands the reason why
it is empty, with the next step as a button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.testing.column_heads import beside_word
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.guards import ShownGuard
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import GridCell
from workbench.ui.features.testing.cell_pane import CellPane
from workbench.ui.features.testing.chart_page import ChartPage
from workbench.ui.features.testing.conclusions import face_of, show_conclusions
from workbench.ui.features.testing.empty_page import EmptySuite, next_step
from workbench.ui.features.testing.filter_bar import FilterBar
from workbench.ui.features.testing.grid import SuiteGrid
from workbench.ui.features.testing.guard_chips import GuardChips
from workbench.ui.features.testing.guard_page import GuardPage
from workbench.ui.features.testing.head import SuiteHead
from workbench.ui.features.testing.head_state import show_head
from workbench.ui.features.testing.holdout_note import HoldoutNote
from workbench.ui.features.testing.judge_note import JudgeNote, judges_of
from workbench.ui.features.testing.layout_menu import SplitBar
from workbench.ui.features.testing.sentence_card import SentenceCard
from workbench.ui.features.testing.set_chips import choose_chip
from workbench.ui.features.testing.view_layout import (
    LeftSide,
    default_against,
    is_brief,
    is_low,
    lay_out_left,
    pane_width,
    space_out,
)
from workbench.ui.shell.key_names import KeyName
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import ConfirmBar
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.theme import Theme, set_role

NO_CELL = "This version was not run with this model."
_ROOMY = 1_000
"""Width in pixels, at 100 % text size, from which the pane is open from the beginning."""


class TestView(QWidget):
    """Unusable until it is built and `show_state` was called. `wanted` carries the name of a next step."""

    __test__ = False

    opened = Signal()
    """A cell is opened in the pane."""
    current_changed = Signal()
    wanted = Signal(str)

    def __init__(self, theme: Theme, suites: SuiteController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._theme, self.suites = HiddenPageTheme(theme, self), suites
        self._seen: tuple[int, int, GridCell | None] = (-1, -1, None)
        self._card_step = "holdout"
        self._wants_pane: bool | None = None
        """Whether a person opened or closed the pane, None for neither."""
        self.shows_chart = self._is_guard_shown = False

    def build(self) -> Iterator[None]:
        """Build the parts in steps, each short enough not to block the UI."""
        self.divider = geometry.PaneDivider(lambda width: width - self._pane_width(width), self)
        self._left = LeftSide(self.divider)
        set_role(self._left, "surface")
        self.head = SuiteHead(self._theme, self._left)
        self.confirm = ConfirmBar()
        self.card, self.note = SentenceCard(self._left), HoldoutNote(self._left)
        self.judge = JudgeNote(self.suites, self._left)
        self.filters, self.splits = FilterBar(self._left), SplitBar(self.suites, self._left)
        yield
        self._stack = QStackedWidget(self._left)
        self.grid = SuiteGrid(self._theme, self.suites.pivot, self._stack)
        self.empty, self.chart = EmptySuite(self._stack), ChartPage(self._theme, self._stack)
        yield
        self.guard, self.guard_chips = GuardPage(self._stack), GuardChips(self.head)
        self.pane = CellPane(self._theme, self.divider)
        yield
        for page in (self.grid, self.empty, self.guard, self.chart):
            self._stack.addWidget(page)
        # What is above it would be squeezed for a page that is not shown.
        self._stack.setMinimumHeight(self.grid.minimumSizeHint().height())
        above = (self.head, self.confirm, self.card, self.judge, self.note, self.filters, self.splits)
        self._above = lay_out_left(self._left, above, self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.divider)
        self._connect()
        self.pane.hide()

    def _connect(self) -> None:
        suites, grid = self.suites, self.grid
        suites.changed.connect(self.show_state)
        suites.figures.counted.connect(self._show_counts)
        suites.figures.reported.connect(self._show_report)
        suites.model.modelReset.connect(self._show_page)
        suites.model.refused.connect(lambda _: self._show_page())
        suites.model.loaded.connect(self._enter_late)
        grid.opened.connect(self.open_pane)
        grid.current_changed.connect(self._look_at_current)
        grid.answers.clicked.connect(lambda _: self.open_pane())
        grid.names.clicked.connect(lambda _: self.open_pane())
        self.filters.results_chosen.connect(suites.model.set_results)
        self.filters.chart_chosen.connect(self.show_chart)
        self.chart.follow(suites)
        self.filters.tall_chosen.connect(grid.set_tall)
        self.filters.rows_chosen.connect(lambda rows: suites.choose_rows(rows))
        self.filters.tag_chosen.connect(suites.choose_tag)
        self.head.set_chosen.connect(lambda key: choose_chip(suites, key))
        for part in (self.head, self.judge, self.empty):
            part.wanted.connect(self.wanted)
        self.card.link_clicked.connect(lambda: self.wanted.emit(self._card_step))
        for signal in (self._theme.changed, self._left.resized):
            signal.connect(self._fit_height)

    # State.

    def show_state(self) -> None:
        """Show what is set up and how far it is."""
        show_head(self.head, self.suites, is_guard=self._is_guard_shown)
        self._show_page()
        self._show_report()
        if self.suites.overview is not None and self.suites.run is None:
            self._enter_late()

    def _show_page(self) -> None:
        step = next_step(self.suites)
        if step is not None:
            self.empty.say(step)
        is_chart = self.shows_chart and self.suites.run is not None
        self.chart.set_current(self.suites, current=is_chart)
        self._stack.setCurrentWidget(self.chart if is_chart else self.grid if step is None else self.empty)
        has_run, is_holdout = self.suites.run is not None, self.suites.set_name == "holdout"
        self.filters.setVisible(has_run and not is_holdout)
        self.note.setVisible(has_run and is_holdout)
        if step is not None or is_chart or (is_holdout and not self.suites.model.rowCount()):
            self.pane.hide()
        self.splits.show_parts()
        if self._is_guard_shown:
            self._stack.setCurrentWidget(self.guard)
            for widget in (self.filters, self.splits, self.judge, self.note, self.pane):
                widget.hide()
        self.filters.show_query(self.suites.query, results=self.suites.model.shows_results, chart=is_chart)
        self.grid.mark_differences(baseline=self.suites.baseline, marked=self.suites.query.rows == "differs")
        if (run := self.suites.run) is not None:
            self.pane.set_columns(run.columns, self.against, beside_word(run))

    def show_guard(self, shown: ShownGuard | None, *, can_write: bool) -> None:
        """Show the totals of a guard in place of the grid, None for the grid."""
        was_shown, self._is_guard_shown = self._is_guard_shown, shown is not None
        if shown is not None:
            self.guard.say(shown, can_write=can_write)
        if was_shown != self._is_guard_shown:
            self.show_state()

    def show_chart(self, shown: bool) -> None:
        """Show the pass rates by version in place of the grid, or the grid again."""
        if shown != self.shows_chart:
            self.shows_chart = shown
            had_focus = self._stack.isAncestorOf(self.focusWidget() or self)
            self._show_page()
            if had_focus:
                self.enter()

    def _show_counts(self) -> None:
        suites = self.suites
        self.filters.show_counts(suites.figures.counts, suites.query, live=suites.is_running)
        self.head.show_face(face_of(self.suites))

    def _show_report(self) -> None:
        self.chart.read(self.suites)
        self.pane.checks.set_judges(judges_of(self.suites))
        if self._is_guard_shown:
            self.card.say(())
        else:
            self._card_step = show_conclusions(self.card, self.suites, self.judge.words)

    # The pane.

    @property
    def against(self) -> int:
        """The position of the column that cells are compared with."""
        chosen, probe = self._against
        return chosen if chosen is not None and probe == self.suites.probe_uid else self._default_against()

    _against: tuple[int | None, str] = (None, "")
    """What a person chose, and the probe that was shown then."""

    def _default_against(self) -> int:
        current = self.grid.current_cell()
        return default_against(self.suites, None if current is None else current.column)

    def set_against(self, column: int) -> None:
        """Compare cells with another column, the expectation or the last round."""
        self._against = column, self.suites.probe_uid
        self._seen = (-1, -1, None)
        self.pane.show_kind("against")
        self.current_changed.emit()

    def open_pane(self) -> None:
        """Show the current cell in the pane."""
        self._wants_pane = True
        self._set_pane(shown=True)
        self.opened.emit()

    def close_pane(self) -> None:
        """Give the grid the whole width."""
        self._wants_pane = False
        if self.pane.isAncestorOf(self.focusWidget() or self):
            self.grid.setFocus()
        self._set_pane(shown=False)

    @property
    def is_pane_open(self) -> bool:
        """Whether the pane is shown."""
        return not self.pane.isHidden()

    def _set_pane(self, *, shown: bool) -> None:
        if shown != self.is_pane_open:
            self.pane.setVisible(shown)
            self.divider.divide()
        if shown:
            self._seen = (-1, -1, None)
            self._look_at_current()

    def current_key(self) -> CellKey | None:
        """Return the place of the answer that the current cell shows; None if none is current, or it has not run."""
        current = self.current_cell()
        return None if current is None or current[2] is None else CellKey(current[0], current[1], current[2].sample)

    def current_cell(self) -> tuple[int, int, GridCell | None] | None:
        """Return the position of the case, that of the column, and the cell; None if none is current."""
        current = self.grid.current_cell()
        row = self.suites.pivot.row_at(current) if current is not None else None
        if current is None or row is None:
            return None
        return row.position, current.column, row.cells[current.column] if current.column < len(row.cells) else None

    def _look_at_current(self) -> None:
        current = self.current_cell()
        is_wanted = self.width() >= _ROOMY * self._theme.scale if self._wants_pane is None else self._wants_pane
        if is_wanted and current is not None and not self.is_pane_open:
            self.pane.show()
            self.divider.divide()
        if self.is_pane_open and self.grid.is_at_gap:
            self._seen = (-1, -1, None)
            self.pane.clear(NO_CELL)
        elif self.is_pane_open and current is not None and current != self._seen:
            self._seen = current
            if current[2] is None:
                self.pane.clear("This column has not run yet.")
            else:
                self.current_changed.emit()

    def show_cell(self, cell: object) -> None:
        current = self.current_cell()
        detail = cell.detail  # type: ignore[attr-defined] # a ShownCell, see the signal
        if current is not None and current[2] is not None and detail.key == self.current_key():
            self.pane.show_cell(cell, current[2], self.against)  # type: ignore[arg-type] # as above

    def _pane_width(self, width: int) -> int:
        return 0 if self.pane.isHidden() else pane_width(width, self._theme.scale)

    def forget_cell(self) -> None:
        """Forget what the pane shows, so that it is read again."""
        self._seen, self.pane.is_stale = (-1, -1, None), True
        self._look_at_current()

    # For the window.

    def _fit_height(self) -> None:
        metrics = QFontMetrics(self._theme.font())
        self.card.set_brief(is_brief(self.height(), metrics))
        low = is_low(self._left.size(), metrics)
        space_out(self._above, low=low)
        for part in (self.head, self.card, self.filters, self.grid, self.pane):
            part.set_low(low)

    def enter(self) -> None:
        """Focus the grid, or the next step."""
        if self._stack.currentWidget() is self.chart:
            self.chart.canvas.setFocus()
        elif self._stack.currentWidget() is self.grid and self.suites.model.rowCount():
            self.grid.select_first()
            self.grid.setFocus()
        elif self._stack.currentWidget() is self.empty and not self.empty.buttons[0].isHidden():
            self.empty.buttons[0].setFocus()
        else:
            self.head.cases.setFocus()
        self._entered_at = QApplication.focusWidget()

    _entered_at: QWidget | None = None
    """What got the focus because there were no rows yet."""

    def _enter_late(self) -> None:
        """Focus the rows that were not there when the view was entered, unless the focus has moved."""
        at, self._entered_at = self._entered_at, None
        if at is not None and QApplication.focusWidget() in (at, None) and at is not self.grid.answers:
            self.enter()

    def escape(self) -> bool:
        """Close the question or the pane, or show all rows again; return False if there is nothing to close."""
        if self.confirm.isVisible():
            self.confirm.close_question()
            return True
        if self.is_pane_open:
            self.close_pane()
            return True
        if self.shows_chart:
            self.show_chart(False)
            return True
        if self.suites.query.rows != "all" or self.suites.query.tag:
            self.suites.choose_tag("")
            self.suites.choose_rows("all")
            return True
        return False

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the panes that F6 cycles through, each with the function that focuses it."""
        found: list[tuple[QWidget, Callable[[], None]]] = [(self._left, self.enter)]
        if self.is_pane_open and self.pane.shown is not None:
            found.append((self.pane, self.pane.focus))
        return found

    def stops(self) -> Sequence[QWidget]:
        """Return the parts in Tab order."""
        above: list[QWidget] = [*self.head.stops(), self.confirm, self.card.text, self.judge.label, self.judge.choose]
        above += [*self.filters.stops(), *self.splits.stops()]
        pages = [self.grid.answers, self.chart.canvas, *self.empty.buttons, *self.note.stops(), *self.guard.stops()]
        return [*above, *pages, *self.pane.stops()]

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self.head.name_keys(name)
        self.pane.name_keys(name)

    def dividers(self) -> Mapping[str, geometry.PaneDivider]:
        """Return the divider between grid and pane."""
        return {geometry.TEST: self.divider}
