"""Builds the History view and executes its commands.

Invariant: the view is built, and its widgets imported, in steps that begin when the window is idle or the view is first
opened; commands on selected runs have no effect before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.host.clock import utc_now
from workbench.ui.shell.events import (
    CommandStateChanged,
    HistoryChanged,
    NoteRequested,
    RunChanged,
    RunChosen,
    RunEnded,
    RunWish,
)
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import SuiteRunChosen
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.app.history.table_model import HistoryTableModel
    from workbench.core.runs import OutputRecord
    from workbench.core.search.completion import QueryCompletion
    from workbench.core.search.results import HistoryRow
    from workbench.core.testing.report import SuiteReport
    from workbench.ui.features.history.delete_actions import DeleteActions
    from workbench.ui.features.history.run_actions import RunCuration
    from workbench.ui.features.history.saved_searches import SavedSearchActions
    from workbench.ui.features.history.view import HistoryView
    from workbench.ui.shell.views import Making


class HistoryController:
    """`view`, `curating` and `saving` are None until the view is built."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model: HistoryTableModel | None = None
        self.view: HistoryView | None = None
        self.curating: RunCuration | None = None
        self.saving: SavedSearchActions | None = None
        self._erasing: DeleteActions | None = None
        for kind in (HistoryChanged, RunChanged, RunEnded):
            services.events.subscribe(kind, lambda _: self._refresh())
        services.events.subscribe(NoteRequested, lambda _: self.on_selected(lambda act: act.note()))

    def stop(self) -> None:
        """Cancel the running search."""
        if self._model is not None:
            self._model.close()

    def make(self) -> Making:
        """Build the view in steps; the last step starts loading the first page."""
        from workbench.app.history.detail_reader import RunDetailReader
        from workbench.app.history.table_model import HistoryTableModel
        from workbench.ui.features.history.run_actions import RunCuration
        from workbench.ui.features.history.saved_searches import SavedSearchActions
        from workbench.ui.features.history.view import HistoryView

        yield
        services = self._services
        tasks, backend = services.tasks, services.backend
        model = self._model = HistoryTableModel(tasks, backend.searcher, utc_now, services.dialogs.widget())
        view = HistoryView(services.theme, model, services.dialogs.stage())

        def complete(text: str, caret: int, then: Callable[[QueryCompletion], None]) -> None:
            # A failing completion means that searches fail too, so it is reported in the same place.
            tasks.run(
                lambda: backend.searcher.complete(text, caret),
                then,
                lambda error: view.bar.show_refusal(problem_of(error).sentence),
            )

        yield from view.build(complete)
        curating = RunCuration(services, view, lambda: self.erasing)
        looker = RunDetailReader(backend.store, backend.history, self._report, tasks, view)
        view.wanted.connect(lambda rows: looker.look(rows, model.text))
        view.unwanted.connect(looker.forget)
        looker.arrived.connect(view.detail.show_run)
        looker.paired.connect(view.detail.show_pair)
        looker.tested.connect(view.detail.show_suite)
        looker.refused.connect(view.detail.say)
        for opens in (view.opened, view.detail.open_wanted):
            opens.connect(self._open)
        view.detail.restore_wanted.connect(lambda row: self._choose(row, "restore"))
        view.detail.branch_wanted.connect(lambda row: self._choose(row, "branch"))
        for wanted in (view.detail.compare_wanted, view.detail.beside_wanted):
            wanted.connect(lambda _: curating.compare())
        view.detail.request_wanted.connect(self._show_request)
        view.selection_changed.connect(lambda: services.events.publish(CommandStateChanged()))
        self.view, self.curating, self.saving = view, curating, SavedSearchActions(services, view)
        return view

    def show(self) -> None:
        """Open the view."""
        self._services.navigator.show("history")

    def enter(self) -> None:
        """Focus the search field."""
        if self.view is not None:
            self.view.bar.field.setFocus()

    def search(self, query: str) -> None:
        """Open the view and search there."""
        self.show()
        if self.view is not None:
            self.view.search(query)

    def save_search(self) -> None:
        """Open the view and ask for a name for the current search."""
        self._saved_searches().save()

    def show_saved_searches(self) -> None:
        """Open the view and list all saved searches."""
        self._saved_searches().show_all()

    def delete_open_prompt(self) -> None:
        """Delete the open prompt with its runs, with an undo offer."""
        self.erasing.delete_prompt(self._services.session.prompt())

    def on_selected(self, act: Callable[[RunCuration], object]) -> None:
        """Call `act` with the actions on the selected runs, if the view is built."""
        if self.curating is not None:
            act(self.curating)

    @property
    def erasing(self) -> DeleteActions:
        """The actions that delete runs and prompts; created lazily."""
        if self._erasing is None:
            from workbench.ui.features.history.delete_actions import DeleteActions

            self._erasing = DeleteActions(self._services, self._search_again)
        return self._erasing

    def _saved_searches(self) -> SavedSearchActions:
        self.show()
        assert self.saving is not None
        return self.saving

    def _refresh(self) -> None:
        if self.view is not None:
            self.view.refresh()

    def _search_again(self) -> None:
        """Repeat the search after runs were added or removed."""
        if self.view is not None:
            self.view.model.search_again(all_rows=True)

    def _open(self, row: HistoryRow) -> None:
        wishes: dict[str, RunWish] = {"improve": "proposal", "propose": "cases"}
        if row.test is not None:
            self._services.events.publish(SuiteRunChosen(row.prompt_uid, row.row.run_uid))
        else:
            self._choose(row, wishes.get(row.kind, "open"))

    def _report(self, row: HistoryRow) -> SuiteReport:
        """Return the report of a test run by its newest scoring. Blocks."""
        return self._services.backend.tests.analyst.newest(row.prompt, row.prompt_uid, row.row.run_uid)

    def _choose(self, row: HistoryRow, wish: RunWish) -> None:
        self._services.events.publish(RunChosen(row.prompt_uid, row.row.run_uid, wish))

    def _show_request(self, record: OutputRecord) -> None:
        """Show the request and response of an output."""
        from PySide6.QtCore import Qt

        from workbench.ui.widgets.wire_dialog import WireDialog

        result = record.result
        dialog = WireDialog(
            self._services.theme,
            result.request,
            marks=result.marks,
            response=result.response,
            title=result.model,
            parent=self._services.dialogs.widget(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
