"""The History view in the window: what it asks the history, and what follows from its buttons.

Invariant: a run is opened in Compose only once its prompt is open there, and the last wish counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from workbench.app.history_looker import Looker
from workbench.app.history_pair import Pair
from workbench.app.history_table import HistoryTableModel
from workbench.core.runs import OutputRecord
from workbench.core.searching.completing import Completion
from workbench.core.searching.results import HistoryRow
from workbench.core.timeline import VersionLabel
from workbench.host.clock import utc_now
from workbench.ui.diff.opening import version_entries, version_entry, version_of
from workbench.ui.diff.prompts import CompareDialog
from workbench.ui.history.curating import Curating
from workbench.ui.history.detail import run_name
from workbench.ui.history.view import HistoryView
from workbench.ui.lanes.wire import WireDialog
from workbench.usecases.comparing import Side, side_of
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class InPrompts(QObject):
    """Does things in Compose that need a certain prompt to be open there."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._wish: tuple[str, Callable[[], object]] | None = None
        window.compose.prompt_changed.connect(self._prompt_changed)
        window.compose.changed.connect(self._act)

    def do(self, prompt_uid: str, act: Callable[[], object]) -> None:
        """Go to Compose, open a prompt there, and act once it is shown; when another one is opened meanwhile, never."""
        window = self._window
        window.views.show("compose")
        is_open = prompt_uid == window.compose.prompt_uid and window.compose.ready
        self._wish = None if is_open else (prompt_uid, act)
        window.choose_prompt(prompt_uid)
        if is_open:
            act()

    def _prompt_changed(self, uid: str) -> None:
        if self._wish is not None and self._wish[0] != uid:
            self._wish = None

    def _act(self) -> None:
        wish, compose = self._wish, self._window.compose
        if wish is not None and compose.ready and compose.prompt_uid == wish[0]:
            self._wish = None
            wish[1]()


def history_view(window: MainWindow) -> HistoryView:
    """Make the view and connect it."""
    searcher, tasks = window.workbench.searcher, window.tasks
    model = HistoryTableModel(tasks, searcher, utc_now, window)

    def complete(text: str, caret: int, then: Callable[[Completion], None]) -> None:
        # What keeps from completing keeps from searching, too, and is said there.
        tasks.run(
            lambda: searcher.complete(text, caret),
            then,
            lambda error: view.bar.show_refusal(problem_of(error).sentence),
        )

    view = HistoryView(window.theme, model, complete)
    Curating(window, view)
    in_prompts = InPrompts(window)

    def open_run(row: HistoryRow) -> None:
        in_prompts.do(row.prompt_uid, lambda: window.compose.view(row.row.run_uid))

    def take_over(row: HistoryRow, *, branch: bool) -> None:
        in_prompts.do(row.prompt_uid, lambda: window.handlers.take_over_row(row.row.run_uid, branch=branch))

    looker = Looker(window.workbench.store, window.workbench.history, tasks, view)
    view.wanted.connect(lambda rows: looker.look(rows, model.text))
    view.unwanted.connect(looker.forget)
    looker.arrived.connect(view.detail.show_run)
    looker.paired.connect(view.detail.show_pair)
    looker.refused.connect(view.detail.say)
    for opens in (view.opened, view.detail.open_wanted):
        opens.connect(open_run)
    view.detail.restore_wanted.connect(lambda row: take_over(row, branch=False))
    view.detail.branch_wanted.connect(lambda row: take_over(row, branch=True))
    view.detail.compare_wanted.connect(lambda row: compare_with_parent(window, view))
    view.detail.beside_wanted.connect(lambda pair: compare_runs(window, pair))
    view.detail.request_wanted.connect(lambda record: show_request(window, record))
    for changed in (window.bridge.run_started, window.bridge.run_ended, window.pulse.foreign_change):
        changed.connect(lambda *_: view.refresh())
    window.compose.stage.row_stale.connect(lambda *_: view.refresh())
    window.frame.closing.connect(model.close)
    return view


def compare_with_parent(window: MainWindow, view: HistoryView) -> None:
    """Compare the shown run's version with the one it came from, in the dialog that compares any two."""
    looked = view.detail.looked
    if looked is not None and looked.parent is not None:
        compare_stored(window, looked.row.prompt_uid, looked.parent, looked.row.row.version)


def compare_stored(window: MainWindow, prompt_uid: str, old: int, new: int) -> None:
    """Compare two versions of any prompt."""
    store = window.workbench.store

    def open_dialog(labels: list[VersionLabel]) -> None:
        dialog = CompareDialog(
            window.theme,
            window.tasks,
            version_entries(labels),
            lambda entry: Side(store.version(prompt_uid, version_of(entry)).content),
            (version_entry(old), version_entry(new)),
            window.frame,
        )
        dialog.show()

    window.tasks.run(lambda: window.workbench.prompts.version_labels(prompt_uid), open_dialog)


def compare_runs(window: MainWindow, pair: Pair) -> None:
    """Compare the prompts of two runs, of whichever prompts they are."""
    blind = bool(pair.older.detail.blind or pair.newer.detail.blind)
    runs = {looked.row.row.run_uid: looked for looked in (pair.older, pair.newer)}

    def read(uid: str) -> Side:
        return Side(runs[uid].detail.content) if blind else side_of(runs[uid].detail)

    entries = [(uid, run_name(looked.row)) for uid, looked in runs.items()]
    dialog = CompareDialog(window.theme, window.tasks, entries, read, (entries[0][0], entries[1][0]), window.frame)
    dialog.show()


def show_request(window: MainWindow, record: OutputRecord) -> None:
    """Show what went on the wire for an output."""
    result = record.result
    dialog = WireDialog(
        window.theme,
        result.request,
        marks=result.marks,
        response=result.response,
        title=result.model,
        parent=window.frame,
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
