"""Prompts of the history against each other, in the dialog that compares any two.

Invariant: of runs that are blind yet only their prompts are compared: their lanes would tell who answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.history_pair import Pair
from workbench.core.timeline import VersionLabel
from workbench.ui.features.compare.controller import version_entries, version_entry, version_of
from workbench.ui.features.compare.dialog import CompareDialog
from workbench.ui.history.detail import run_name
from workbench.ui.history.view import HistoryView
from workbench.usecases.comparing import Side, side_of

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def compare(window: MainWindow, view: HistoryView) -> None:
    """Compare the prompts of the two shown runs, or of the one with the version before."""
    if view.detail.pair is not None:
        compare_runs(window, view.detail.pair)
    else:
        compare_with_parent(window, view)


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
