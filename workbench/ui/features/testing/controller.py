"""Executes the commands of the Test view.

Invariant: the view is built when the window is idle or the view is opened. A run that would exceed the limits of this
history asks first, in the page. What a person says about a check can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.grid_model import differs_from, fails
from workbench.app.testing.source import OverruleState, SuiteSource
from workbench.app.testing.table_copy import TableFormat, table_text
from workbench.app.testing.words import RunAction, column_title, limit_words
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CellDetail, GridRow
from workbench.core.testing.settings import MOST_COLUMNS, SuiteSettings
from workbench.core.text import counted
from workbench.core.timeline import name as row_name
from workbench.host.ids import new_uid
from workbench.ui.editor.exact_text import encodable
from workbench.ui.features.testing.cell_pane import overrule_entries
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.events import (
    CasesRequested,
    Changed,
    ChecksRequested,
    DataChanged,
    FocusPlaced,
    HistoryChanged,
    PromptOpened,
    RunEnded,
    ViewShown,
)
from workbench.ui.shell.services import Services
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.core.content import Content
    from workbench.core.runs import IterationRow
    from workbench.core.timeline import BareVersion
    from workbench.ui.shell.views import Making

KEY = "tests"
"""The key of the notices of this view."""
_MOST_VERSIONS = 8
"""Versions offered as columns in a menu."""


class TestingController:
    """`view` is None until it is built."""

    __test__ = False

    def __init__(self, services: Services, source: SuiteSource) -> None:
        self._services = services
        self.suites = SuiteController(source, services.tasks, services.dialogs.widget())
        self.suites.refused.connect(self._failed)
        self.suites.ended.connect(lambda _: self._ended())
        self.view: TestView | None = None
        self._is_stale = True
        self._wants_run = False
        events = services.events
        events.subscribe(ViewShown, lambda event: self._view_shown(event.view))
        events.subscribe(PromptOpened, lambda _: self._refresh())
        for kind in (HistoryChanged, RunEnded):
            events.subscribe(kind, lambda _: self._refresh())
        events.subscribe(DataChanged, self._data_changed)

    def stop(self) -> None:
        """Stop asking how far the run is."""
        self.suites.close()

    def make(self) -> Making:
        """Build the view."""
        yield from ()
        services, suites = self._services, self.suites
        view = self.view = TestView(services.theme, suites)
        suites.model.found.connect(self._found)
        suites.model.not_found.connect(self._not_found)
        view.current_changed.connect(self._look)
        view.wanted.connect(self._take_step)
        view.filters.sort_chosen.connect(self._sort)
        view.head.action_clicked.connect(self.act)
        view.grid.head_menu_wanted.connect(self._open_head_menu)
        view.grid.answers.menu_wanted.connect(self._open_cell_menu)
        view.grid.answers.copy_wanted.connect(self.copy_selected)
        view.grid.answers.moved.connect(lambda: services.events.publish(FocusPlaced()))
        view.pane.against_wanted.connect(view.set_against)
        view.pane.compose_clicked.connect(self.to_compose)
        view.pane.overrule_clicked.connect(self.overrule)
        view.pane.next_clicked.connect(lambda: self.seek_failure(1))
        view.show_state()
        return view

    def show(self) -> None:
        """Open the view."""
        self._services.navigator.show("test")

    def enter(self) -> None:
        """Focus the view."""
        if self.view is not None:
            self.view.enter()

    # Running.

    def run_cases(self) -> None:
        """Open the view and run all open cells."""
        self._wants_run = True
        self._services.session.save()
        self.show()
        self._refresh(self._run_as_wanted)

    def _run_as_wanted(self) -> None:
        if self._wants_run and self.suites.overview is not None:
            self._wants_run = False
            if self.suites.is_running:
                return
            if not self.suites.estimate.new:
                self._services.notices.refused(
                    self.suites.estimate.refusal or "Every cell has an answer. “Run all afresh” asks again."
                )
                return
            self.act("start")

    def act(self, action: RunAction) -> None:
        """Do what a button says."""
        view, suites = self.view, self.suites
        if self._services.backend.store.read_only:
            self._services.notices.refused("The history is read-only, so tests cannot run.")
            return
        if action in ("start", "fresh"):
            self._services.session.save()
            estimate = suites.estimate
            if action == "fresh":
                estimate = replace(estimate, new=estimate.cells, low_usd=None, high_usd=None)
            question = limit_words(self._services.session.limits(), estimate)
            if question and view is not None:
                view.confirm.ask(
                    question, f"Run {counted(estimate.new, 'call')}", partial(suites.act, action), no="Cancel"
                )
                return
        suites.act(action)

    def toggle_pause(self) -> None:
        """Pause the run, or continue it."""
        progress = self.suites.progress
        if progress is not None and progress.is_active:
            self.suites.act("pause" if progress.state == "running" else "resume")

    def stop_run(self) -> None:
        """End the run; it can be continued later."""
        if self.suites.is_running:
            self.suites.act("stop")

    def retry(self) -> None:
        """Ask again where the call failed."""
        if self.suites.counts.failed_calls:
            self.suites.act("retry")
        else:
            self._services.notices.refused("No call has failed.")

    def _ended(self) -> None:
        self._services.events.publish(DataChanged(Changed.RUNS))

    # Cells.

    def seek_failure(self, step: int) -> None:
        """Go to the next failing cell (1) or the previous one (-1)."""
        self._sought = "failures"
        self._seek(step, fails)

    def seek_difference(self) -> None:
        """Go to the next cell whose answer differs from the baseline's."""
        self._sought = "differences"
        self._seek(1, differs_from(self.suites.baseline))

    _sought = "failures"

    def _seek(self, step: int, matches: Callable[[GridRow, int], bool]) -> None:
        if self.view is None or not self.suites.model.heads:
            return
        row, column = self.view.grid.current() or (-1, 0)
        self.suites.model.seek(row, column + 2, step, matches)
        self._sought_step = step

    _sought_step = 1

    def _found(self, row: int, column: int) -> None:
        if self.view is None:
            return
        self._services.notices.withdraw(KEY)
        self.view.grid.select(row, column - 2)
        self.view.grid.setFocus()
        self._services.events.publish(FocusPlaced())

    def _not_found(self) -> None:
        where = "below" if self._sought_step > 0 else "above"
        self._services.notices.quiet(KEY, f"No more {self._sought} {where} this cell.")

    def _look(self) -> None:
        if self.view is not None and (current := self.view.current_cell()) is not None and current[2] is not None:
            self.suites.look(CellKey(current[0], current[1], 0), self.view.against)

    def _shown_detail(self) -> CellDetail | None:
        """Return the cell in the pane if it is the current one."""
        view = self.view
        if view is None or view.pane.shown is None:
            return None
        current, detail = view.current_cell(), view.pane.shown.detail
        return detail if current is not None and (detail.key.case, detail.key.column) == current[:2] else None

    def _with_detail(self, act: Callable[[CellDetail], object]) -> None:
        """Call `act` with the current cell in full, once it is read."""
        detail = self._shown_detail()
        if detail is not None and self.view is not None and self.view.is_pane_open:
            act(detail)
            return
        view, run = self.view, self.suites.run
        current = view.current_cell() if view is not None else None
        if current is None or current[2] is None or run is None:
            self._services.notices.refused("Choose a cell first.")
            return
        key, source = CellKey(current[0], current[1], 0), self.suites.source
        self._services.tasks.run(
            lambda: source.cell(run.uid, run.scoring_uid, key), lambda found: _call(act, found), self._failed
        )

    def to_compose(self) -> None:
        """Show the current case in Compose, with the version and the model of its column."""
        self._with_detail(self._read_content)

    def _read_content(self, detail: CellDetail) -> None:
        prompt, source, version = self.suites.prompt_uid, self.suites.source, detail.column.version
        packs, uid = self._services.backend.store.packs, detail.case.uid

        def read() -> tuple[Content, ValueSet | None]:
            return source.content(prompt, version), packs.chosen(prompt, (uid,)).get(uid)

        self._services.tasks.run(read, lambda found: self._compose(detail, *found), self._failed)

    def _compose(self, detail: CellDetail, content: Content, now: ValueSet | None) -> None:
        services = self._services
        services.session.back()
        before = services.session.draft()
        services.session.put_back(case_draft(before, detail, content, now), before)
        services.navigator.show("compose")
        name = detail.case.name or f"case {detail.key.case + 1}"
        services.notices.offer_draft(f"The draft is now “{name}” with {column_title(detail.column)}.", before)

    def overrule(self) -> None:
        """Ask which check of the current cell is wrong."""
        self._with_detail(self._open_overrules)

    def _open_overrules(self, detail: CellDetail) -> None:
        view = self.view
        if view is None or not detail.results:
            self._services.notices.refused("This cell has no checked answer.")
            return
        menu = self._menu()
        likeliest = overrule_entries(detail, lambda place, state: self._overrule(detail, place, state), menu)
        grid = view.grid.answers
        rect = grid.visualRect(grid.currentIndex())
        at = view.pane.overrule if view.is_pane_open else None
        if at is not None and at.isVisible() and at.hasFocus():
            menu.popup(at.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        else:
            menu.popup(grid.viewport().mapToGlobal(rect.bottomLeft()))
        if likeliest is not None:
            menu.setActiveAction(likeliest)

    def _overrule(self, detail: CellDetail, place: int, state: str) -> None:
        said: dict[str, OverruleState] = {"pass": "pass", "fail": "fail", "none": "none"}
        old = detail.overruled[place] if place < len(detail.overruled) else None
        before: OverruleState = old.state if old is not None else "none"
        words = "taken back" if state == "none" else f"overruled as a {state}"

        def done() -> None:
            self._services.events.publish(DataChanged(Changed.RUNS))
            if self.view is not None:
                self.view.forget_cell()

        def take_back() -> None:
            self.suites.overrule(detail, place, before, done)

        def say() -> None:
            done()
            self._services.notices.brief(KEY, f"Check {words}.", "Undo", take_back)

        self.suites.overrule(detail, place, said[state], say)

    # Menus.

    def _menu(self) -> QMenu:
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _open_cell_menu(self, at: QPoint) -> None:
        menu, action = self._menu(), self._services.navigator.action
        for ids in (
            ("case_to_compose", "overrule"),
            ("next_failure", "previous_failure", "next_difference"),
            ("copy_cases", "copy_table_markdown", "copy_table_csv", "copy_table_html"),
        ):
            for command in ids:
                menu.addAction(action(command))
            menu.addSeparator()
        menu.popup(at)

    def _open_head_menu(self, column: int, at: QPoint) -> None:
        suites = self.suites
        columns = suites.columns()
        if column >= len(columns):
            return
        menu, chosen = self._menu(), columns[column]
        menu.addAction("Lowest score first", lambda: suites.sort("score", descending=False, column=column))
        menu.addAction("Slowest first", lambda: suites.sort("latency", descending=True, column=column))
        menu.addAction("Most expensive first", lambda: suites.sort("cost", descending=True, column=column))
        menu.addSeparator()
        self._add_column_changes(menu, chosen.lane)
        menu.popup(at)

    def _add_column_changes(self, menu: QMenu, lane: Lane) -> None:
        overview = self.suites.overview
        slots = [] if overview is None else [one.slot for one in overview.settings.columns]
        baseline = menu.addAction("Make it the baseline of the next run", lambda: self._set_baseline(lane.slot))
        removal = menu.addAction("Remove the column", lambda: self._remove_column(lane.slot))
        can_write = not self._services.backend.store.read_only
        for action in (baseline, removal):
            action.setEnabled(lane.slot in slots and can_write)

    def _open_column_menu(self) -> None:
        """Offer versions and models as columns."""
        view, overview = self.view, self.suites.overview
        if view is None or overview is None:
            return
        menu = self._menu()
        if len(overview.settings.columns) >= MOST_COLUMNS:
            menu.addAction(f"{MOST_COLUMNS} columns are the most").setEnabled(False)
        else:
            lanes = [lane for lane in self._services.session.draft().run_lanes if lane.slot]
            menu.addAction(f"The lanes of Compose ({len(lanes)})", self._take_lanes).setEnabled(bool(lanes))
            menu.addSeparator()
            menu.addAction("The current text with a model…", lambda: self._choose_model(None))
            for version, title in self._versions():
                menu.addAction(f"{title} with a model…", partial(self._choose_model, version))
        if overview.settings.columns:
            menu.addSeparator()
            for column in overview.columns:
                inner = menu.addMenu(column_title(column).replace("&", "&&"))
                self._add_column_changes(inner, column.lane)
        button = view.head.column
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _versions(self) -> list[tuple[int, str]]:
        """Return the newest versions of the prompt with their names."""
        found: dict[int, str] = {}
        for row in self._services.selection.timeline().rows:
            found.setdefault(_version_of(row), row_name(row))
            if len(found) >= _MOST_VERSIONS:
                break
        return list(found.items())

    def _choose_model(self, version: int | None) -> None:
        settings, draft = self.suites.overview, self._services.session.draft()
        known = (*(settings.settings.columns if settings is not None else ()), *draft.lanes)
        start = known[0] if known else Lane("", "", "")
        lane = replace(start, slot=new_uid(), pinned=version, label="", samples=1, hidden=False, baseline="")

        def use(endpoint: str, model: str) -> None:
            self._add_columns((replace(lane, endpoint=endpoint, model=model),))

        self._services.navigator.choose_model(lane, use, self._services.dialogs.widget())

    def _take_lanes(self) -> None:
        draft = self._services.session.draft()
        self._add_columns(tuple(replace(lane, samples=1) for lane in draft.run_lanes))

    def _add_columns(self, lanes: tuple[Lane, ...]) -> None:
        def add(settings: SuiteSettings) -> SuiteSettings:
            there = {one.slot for one in settings.columns}
            fresh = tuple(replace(one, slot=new_uid()) if one.slot in there else one for one in lanes)
            return replace(settings, columns=(*settings.columns, *fresh)[:MOST_COLUMNS])

        self.suites.change_settings(add)

    def _remove_column(self, slot: str) -> None:
        before = self.suites.overview
        self.suites.change_settings(
            lambda settings: replace(settings, columns=tuple(one for one in settings.columns if one.slot != slot))
        )
        if before is not None:
            self._services.notices.brief(
                KEY, "Column removed; its answers are kept.", "Undo",
                lambda: self.suites.change_settings(lambda _: before.settings),
            )  # fmt: skip

    def _set_baseline(self, slot: str) -> None:
        self.suites.change_settings(lambda settings: replace(settings, baseline=slot))

    def _sort(self, by: str, descending: bool) -> None:
        current = self.view.grid.current() if self.view is not None else None
        column = current[1] if current is not None and by != "order" else None
        self.suites.sort(by, descending=descending, column=column)  # type: ignore[arg-type] # see the signal

    # Looks and copying.

    def toggle_results(self) -> None:
        """Show results in the cells, or answers."""
        model = self.suites.model
        model.set_results(not model.shows_results)
        if self.view is not None:
            self.view.filters.show_query(self.suites.query, results=model.shows_results)

    def toggle_tall(self) -> None:
        """Show several lines of each answer, or one."""
        if self.view is not None:
            self.view.filters.tall.trigger()

    def copy_selected(self) -> None:
        """Copy the selected rows, as Markdown and as HTML."""
        if self.view is not None and (rows := self.view.grid.selected()):
            self._copy(rows, "markdown", counted(len(rows), "case"))

    def copy_table(self, kind: TableFormat) -> None:
        """Copy all rows that are listed."""
        self.suites.read_rows(lambda rows: self._copy(rows, kind, f"the table with {counted(len(rows), 'case')}"))

    def _copy(self, rows: list[GridRow], kind: TableFormat, what: str) -> None:
        if not rows:
            self._services.notices.refused("There are no rows to copy.")
            return
        heads, results = self.suites.heads(), self.suites.model.shows_results
        data = QMimeData()
        data.setText(encodable(table_text(kind, heads, rows, results=results)))
        if kind != "csv":
            data.setHtml(encodable(table_text("html", heads, rows, results=results)))
        QGuiApplication.clipboard().setMimeData(data)
        title = {"markdown": "Markdown", "csv": "CSV", "html": "HTML"}[kind]
        self._services.notices.quiet(KEY, f"Copied {what} as {title}.")

    # Steps and events.

    def _take_step(self, step: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "cases": lambda: self._services.events.publish(CasesRequested()),
            "checks": lambda: self._services.events.publish(ChecksRequested()),
            "column": self._open_column_menu,
            "lanes": self._take_lanes,
            "compose": lambda: self._services.navigator.show("compose"),
            "run": lambda: self.act("start"),
            "holdout": lambda: self.suites.act("start", "holdout"),
            "all": self._show_all,
        }
        acts[step]()

    def _show_all(self) -> None:
        self.suites.choose_tag("")
        self.suites.choose_rows("all")
        self.enter()

    def _view_shown(self, shown: str) -> None:
        if shown != "test":
            self.suites.stop_polling()
            self._is_stale = self._is_stale or self.suites.is_running
        elif self._is_stale or self.suites.prompt_uid != self._services.session.prompt():
            self._refresh()

    def _data_changed(self, event: DataChanged) -> None:
        if event.what & (Changed.CASES | Changed.PROMPTS | Changed.DRAFT):
            self._refresh()

    def _refresh(self, then: Callable[[], None] | None = None) -> None:
        """Read again what is shown, now if the view is visible, else when it is."""
        if self._services.navigator.shown() != "test" or self.view is None:
            self._is_stale = True
            return
        self._is_stale = False
        prompt = self._services.session.prompt()
        if prompt != self.suites.prompt_uid:
            self.suites.open(prompt, then)
        else:
            self.suites.refresh(then)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)


def case_draft(before: Draft, detail: CellDetail, content: Content, now: ValueSet | None) -> Draft:
    """Return the draft with the text of a column's version, its model as the only lane, and the case.

    `now` is the case in the history, which may have changed since the test; None if it was deleted or is held out. What
    is edited in Compose is newer. A held-out case gives its values only, because Compose has no such cases.
    """
    case, column = detail.case, detail.column
    sets = tuple(replace(one, ticked=False) for one in before.current_sets if one.uid != case.uid)
    one = before.sets_by_uid.get(case.uid) or now or ValueSet(case.uid, case.name, case.values)
    return replace(
        before,
        content=content,
        values=case.values if case.held_out else one.values,
        lanes=(replace(column.lane, pinned=None),),
        based_on=column.version,
        sets=sets if case.held_out else (*sets, replace(one, ticked=True)),
        active="" if case.held_out else case.uid,
        techniques=(),
    )


def _call(act: Callable[[CellDetail], object], detail: CellDetail) -> None:
    act(detail)


def _version_of(row: IterationRow | BareVersion) -> int:
    return row.version if hasattr(row, "version") else row.number
