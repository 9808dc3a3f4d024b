"""What can be done with the current cell and the listed rows: open in Compose, overrule, copy.

Invariant: an action applies to the cell that is current when it is asked for. What a person says about a check can be
taken back, and opening a case in Compose is one step that can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from workbench.app.testing.cell_reader import CellReader
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.row_reader import read_rows, read_words
from workbench.app.testing.source import OverruleState
from workbench.app.testing.table_copy import TableFormat, table_text
from workbench.app.testing.words import column_title
from workbench.core.drafts import Draft, ValueSet
from workbench.core.runs import OutputRecord, RunSet
from workbench.core.testing.grid import CellDetail, GridRow
from workbench.core.testing.scored_case import overruled
from workbench.core.testing.tested_answer import TestedAnswer
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.host.ids import new_uid
from workbench.ui.editor.exact_text import encodable
from workbench.ui.features.testing.check_rows import overrule_entries
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.testing_events import CaseCopyRequested, CaseRestoreRequested, FailingCasesRequested
from workbench.usecases.failing_cases import FailingRows
from workbench.usecases.output_checks import with_check
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.core.content import Content
    from workbench.core.lanes import Lane
    from workbench.ui.shell.services import Services

_MENU = (
    ("case_to_compose", "overrule", "restore_case", "copy_case"),
    ("next_failure", "previous_failure", "next_difference"),
    ("run_listed", "facts_probe", "keep_failures"),
    ("copy_cases", "copy_table_markdown", "copy_table_csv", "copy_table_html"),
)
_TITLES: dict[TableFormat, str] = {"markdown": "Markdown", "csv": "CSV", "html": "HTML"}


class CellActions:
    """Actions on the grid of a view. `key` is that of notices."""

    def __init__(
        self, services: Services, suites: SuiteController, cells: CellReader, view: TestView, key: str
    ) -> None:
        self._services, self._suites, self._cells, self._view, self._key = services, suites, cells, view, key

    def look(self) -> None:
        """Show the current cell in the pane."""
        key, run = self._view.current_key(), self._suites.run
        if key is not None and run is not None:
            self._cells.look(run, key, self._view.against)

    def open_menu(self, at: QPoint) -> None:
        """Open the menu of the current cell."""
        menu = self._menu()
        for commands in _MENU:
            for command in commands:
                menu.addAction(self._services.navigator.action(command))
            menu.addSeparator()
        menu.popup(at)

    def to_compose(self) -> None:
        """Show the current case in Compose, with the version and the model of its column."""
        self._with_detail(self._read_content)

    def restore_case(self) -> None:
        """Make the case of the current cell one of the prompt again, as it was tested."""
        publish, prompt = self._services.events.publish, self._suites.prompt_uid
        self._with_detail(lambda detail: publish(CaseRestoreRequested(prompt, detail.case)))

    def copy_case(self) -> None:
        """Make a new case of the current one, to vary it."""
        publish, prompt, current = self._services.events.publish, self._suites.prompt_uid, self._view.current_cell()
        failed = current is not None and current[2] is not None and current[2].status == "fail"
        self._with_detail(
            lambda detail: publish(CaseCopyRequested(prompt, detail, column_title(detail.column), failed))
        )

    def keep_failures(self) -> None:
        """Tag the failing cases among the selected ones if there are several, else among all that are listed."""
        suites, run = self._suites, self._suites.run
        if run is None or not run.answered:
            self._services.notices.refused("Nothing has run yet, so nothing has failed.")
            return
        selected = frozenset(row.position for row in self._view.grid.selected())
        columns = suites.pivot.shape.shown_columns
        rows = FailingRows(run, suites.query, columns, selected if len(selected) > 1 else frozenset())
        self._services.events.publish(FailingCasesRequested(suites.prompt_uid, rows))

    def overrule(self) -> None:
        """Ask which check of the current cell is wrong."""
        self._with_detail(self._open_overrules)

    def copy_selected(self) -> None:
        """Copy the selected rows, as Markdown and as HTML."""
        rows, pivot = self._view.grid.selected_rows(), self._suites.pivot
        what = counted(len(rows), "case" if pivot.shape.layout.case == "rows" else "row")
        self._copy(pivot.rows.row, rows, pivot.cases, "markdown", what)

    def copy_table(self, kind: TableFormat) -> None:
        """Copy all rows that are listed."""

        def copy(stored: list[GridRow]) -> None:
            shape = self._suites.pivot.shape
            cases, known = len(stored) // shape.rows_per_case, dict(enumerate(stored))
            what = f"the table with {counted(cases, 'case')}"
            self._copy(known.get, range(shape.row_count(cases)), cases, kind, what)

        read_rows(self._suites, self._services.tasks, copy)

    def _menu(self) -> QMenu:
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _with_detail(self, act: Callable[[CellDetail], None]) -> None:
        """Call `act` with the current cell in full, once it is read."""
        view, run, source = self._view, self._suites.run, self._suites.source
        key, shown = view.current_key(), view.pane.shown
        if key is None or run is None:
            self._services.notices.refused("Choose a cell first.")
            return
        if shown is not None and view.is_pane_open and shown.detail.key == key and not view.pane.is_stale:
            act(shown.detail)
            return
        self._services.tasks.run(lambda: source.cell(run.uid, run.scoring_uid, key), act, self._failed)

    # Compose.

    def _read_content(self, detail: CellDetail) -> None:
        prompt, source, version = self._suites.prompt_uid, self._suites.source, detail.column.version
        packs, uid = self._services.backend.store.packs, detail.case.uid

        def read() -> tuple[CellDetail, Content, ValueSet | None]:
            content, result = source.content(prompt, version), detail.result
            checked = None if result is None else with_check(result, content.output)
            return replace(detail, result=checked), content, packs.chosen(prompt, (uid,)).get(uid)

        self._services.tasks.run(read, lambda found: self._compose(*found), self._failed)

    def _compose(self, detail: CellDetail, content: Content, now: ValueSet | None) -> None:
        services = self._services
        services.session.back()
        before = services.session.draft()
        draft = case_draft(before, detail, content, now, new_uid())
        services.session.put_back(draft, before, tested_answer(detail, content, draft.lanes[0]))
        services.navigator.show("compose")
        name = visible_name(detail.case.name) or f"case {detail.key.case + 1}"
        services.notices.offer_draft(f"The draft is now “{name}” with {column_title(detail.column)}.", before)

    # Overruling.

    def _open_overrules(self, detail: CellDetail) -> None:
        view = self._view
        if not detail.results:
            self._services.notices.refused("This cell has no checked answer.")
            return
        menu = self._menu()
        likeliest = overrule_entries(detail, lambda place, state: self._overrule(detail, place, state), menu)
        grid, button = view.grid.answers, view.pane.overrule
        if view.is_pane_open and button.hasFocus():
            menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        else:
            menu.popup(grid.viewport().mapToGlobal(grid.visualRect(grid.currentIndex()).bottomLeft()))
        if likeliest is not None:
            menu.setActiveAction(likeliest)

    def _overrule(self, detail: CellDetail, place: int, state: OverruleState) -> None:
        old = detail.overruled[place] if place < len(detail.overruled) else None
        before: OverruleState = old.state if old is not None else "none"
        words = "Taken back." if state == "none" else f"Check overruled as a {state}."

        def done() -> None:
            self._suites.results_changed()
            self._view.forget_cell()
            self._services.events.publish(DataChanged(Changed.RUNS))

        def take_back() -> None:
            self._cells.overrule(detail, place, before, done)

        def say() -> None:
            done()
            # An offer is also taken back by the key of undo.
            self._services.notices.offer(words, "Undo", take_back)

        self._cells.overrule(detail, place, state, say)

    # Copying.

    def _copy(
        self, stored: Callable[[int], GridRow | None], rows: Sequence[int], cases: int, kind: TableFormat, what: str
    ) -> None:
        if not rows:
            self._services.notices.refused("There are no rows to copy.")
            return
        words, results = read_words(self._suites), self._suites.model.shows_results

        def text(kind: TableFormat) -> str:
            return encodable(table_text(kind, words, stored, rows, cases, results=results))

        data = QMimeData()
        data.setText(text(kind))
        if kind != "csv":
            data.setHtml(text("html"))
        QGuiApplication.clipboard().setMimeData(data)
        self._services.notices.quiet(self._key, f"Copied {what} as {_TITLES[kind]}.")

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)


def tested_answer(detail: CellDetail, content: Content, lane: Lane) -> TestedAnswer | None:
    """Return the answer of a cell as a lane of Compose shows it; None without an answer."""
    if detail.result is None:
        return None
    case = detail.case
    output = OutputRecord(detail.output_uid, 0, 0, 0, detail.result)
    values = RunSet(case.uid, case.name, case.values)
    name = f"test {detail.run_number}"
    decided = [None if one is None else one.state for one in detail.overruled]
    results = tuple(overruled(result, state) for result, state in zip(detail.results, decided, strict=True))
    checks = detail.checks if len(detail.checks) == len(results) else ()
    return TestedAnswer(detail.run_uid, name, lane, detail.column.version, content, values, output, checks, results)


def case_draft(before: Draft, detail: CellDetail, content: Content, now: ValueSet | None, slot: str) -> Draft:
    """Return the draft with the text of a column's version, its model as the only lane, and the case.

    `now` is the case in the history, which may have changed since the test; None if it was deleted or is held out. What
    is edited in Compose is newer. A held-out case gives its values only, because Compose has no such cases. `slot` is
    that of the lane, which is a new one, so that the answers of no other lane are taken for its own.
    """
    case, column = detail.case, detail.column
    sets = tuple(replace(one, ticked=False) for one in before.current_sets if one.uid != case.uid)
    one = before.sets_by_uid.get(case.uid) or now or ValueSet(case.uid, case.name, case.values, kinds=case.kinds)
    return replace(
        before,
        content=content,
        values=case.values if case.held_out else one.values,
        lanes=(replace(column.lane, pinned=None, slot=slot, samples=1),),
        based_on=column.version,
        sets=sets if case.held_out else (*sets, replace(one, ticked=True)),
        active="" if case.held_out else case.uid,
        techniques=(),
    )
