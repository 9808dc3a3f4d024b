"""The History view in the window: what it asks the history, and what follows from its buttons.

Invariant: a run is opened in Compose only once its prompt is open there, and the last wish counts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from workbench.app.history.looker import Looker
from workbench.app.history.model import HistoryTableModel
from workbench.core.runs import OutputRecord
from workbench.core.searching.completing import Completion
from workbench.core.searching.results import HistoryRow
from workbench.host.clock import utc_now
from workbench.ui.features.history.view import HistoryView
from workbench.ui.history.curating import Curating
from workbench.ui.history.saving import Saving
from workbench.ui.lanes.wire import WireDialog
from workbench.ui.shell.events import ProposalChosen
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


def history_view(window: MainWindow) -> Generator[None, None, tuple[HistoryView, Curating, Saving]]:
    """Make the view and what its commands do in steps, and connect them."""
    searcher, tasks = window.workbench.searcher, window.tasks
    model = HistoryTableModel(tasks, searcher, utc_now, window)

    def complete(text: str, caret: int, then: Callable[[Completion], None]) -> None:
        # What keeps from completing keeps from searching, too, and is said there.
        tasks.run(
            lambda: searcher.complete(text, caret),
            then,
            lambda error: view.bar.show_refusal(problem_of(error).sentence),
        )

    view = HistoryView(window.theme, model, window.frame.stage)
    yield from view.build(complete)
    in_prompts = InPrompts(window)

    def open_run(row: HistoryRow) -> None:
        uid = row.row.run_uid
        if row.kind == "improve":
            in_prompts.do(row.prompt_uid, lambda: window.services.events.publish(ProposalChosen(uid)))
        else:
            in_prompts.do(row.prompt_uid, lambda: window.compose.view(uid))

    def take_over(row: HistoryRow, *, branch: bool) -> None:
        in_prompts.do(row.prompt_uid, lambda: window.handlers.take_over_row(row.row.run_uid, branch=branch))

    curating = Curating(window, view, take_over)
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
    for wanted in (view.detail.compare_wanted, view.detail.beside_wanted):
        wanted.connect(lambda _: curating.compare())
    view.detail.request_wanted.connect(lambda record: show_request(window, record))
    bridge = window.bridge
    for changed in (bridge.run_started, bridge.run_ended, bridge.saved_late, window.pulse.foreign_change):
        changed.connect(lambda *_: view.refresh())
    window.compose.stage.row_stale.connect(lambda *_: view.refresh())
    window.frame.closing.connect(model.close)
    return view, curating, Saving(window, view)


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
