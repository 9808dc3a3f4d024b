"""Scenes of the History view: a search with hits, its completion, complaints about a query, and empty states."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.e2e.driving import NARROW, WIDE, Demo
from tests.e2e.scenes.staging import ask, command, shots
from tests.e2e.scenes.texts import MARKDOWN
from tests.ui.pasts import fill
from workbench.ui.features.history.run_actions import RunCuration
from workbench.ui.features.history.view import HistoryView
from workbench.usecases.curation import Curator


def history(demo: Demo) -> None:
    """All states of the view."""
    window = demo.window
    command(demo, "view_history")
    view = window.views.here()
    assert isinstance(view, HistoryView)
    demo.until("the history is read", lambda: view.empty.isVisible() or view.model.rowCount())
    if view.empty.isVisible():
        shots(demo, "history-nothing-run")
    command(demo, "view_compose")
    ask(demo, MARKDOWN)
    command(demo, "view_history")
    demo.until("the run with Markdown is shown", lambda: view.model.rowCount() and view.detail.looked is not None)
    shots(demo, "history-markdown", narrow=True)
    # Runs are listed in the order of their recording; those to be recorded now are older than what was run before.
    before = [str(uid) for (uid,) in demo.rows("SELECT uid FROM runs")]
    Curator(window.store).archive(before, archived=True).result()
    fill(window.store)
    demo.until("all runs can be found", lambda: not window.workbench.searcher.behind())
    view.refresh()
    demo.until("the runs are there", lambda: view.model.rowCount() >= 8)
    demo.until("the blind run is shown", lambda: view.detail.looked is not None)
    shots(demo, "history", narrow=True)
    _type(demo, view, "track* winner:yes")
    demo.until("the winner is shown", lambda: (seen := view.detail.looked) and seen.row.row.run_uid == "order-3")
    shots(demo, "history-hits", narrow=True)
    _type(demo, view, "tracking model:")
    demo.until("values are offered", lambda: view.bar.field.choices.isVisible())
    shots(demo, "history-completion")
    _type(demo, view, "tracking cost:abc winner:maybe")
    shots(demo, "history-complaints")
    _type(demo, view, "nothing has these words")
    shots(demo, "history-no-match", narrow=True)
    _type(demo, view, "number question")
    demo.until("a run with hits in its prompt is shown", lambda: view.detail.looked is not None)
    shots(demo, "history-hits-in-prompts", narrow=True)
    _saved(demo, view)
    _type(demo, view, "")
    _two_runs(demo, view)
    _deleting(demo, view)
    for percent in (80, 150, 200):
        window.theme.set_scale(percent / 100)
        demo.picture(f"history-at-{percent}")
    demo.resize(NARROW)
    demo.picture("history-at-200-narrow")
    demo.resize(WIDE)
    window.theme.set_scale(1.0)
    Curator(window.store).archive(before, archived=False).result()
    command(demo, "view_compose")


def _two_runs(demo: Demo, view: HistoryView) -> None:
    (curating,) = view.findChildren(RunCuration)
    view.table.select(1)
    curating.star()
    demo.pause(200)
    view.table.selectionModel().select(
        view.model.index(3, 0), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    )
    demo.until("both runs are shown", lambda: view.detail.pair is not None)
    shots(demo, "history-two-runs", narrow=True)
    menu = curating.menu()
    menu.popup(view.table.viewport().mapToGlobal(view.table.visualRect(view.model.index(3, 1)).center()))
    shots(demo, "history-menu")
    menu.close()
    view.table.select(0)


def _saved(demo: Demo, view: HistoryView) -> None:
    bookmarks = demo.window.workbench.bookmarks
    for name, query in (("Cheap winners", "winner:yes cost:<0.01"), ("Failures of this week", "error:yes after:7d")):
        bookmarks.save(name, query).result()
    saving = demo.window.history.saving
    assert saving is not None
    saving.read()
    demo.until("the saved searches are read", lambda: len(saving.searches) == 2)
    command(demo, "save_search")
    shots(demo, "history-save-search")
    demo.press(Qt.Key.Key_Escape)
    menu = view.bar.saved.menu()
    menu.popup(view.bar.saved.mapToGlobal(view.bar.saved.rect().bottomLeft()))
    shots(demo, "history-saved-menu")
    menu.close()
    command(demo, "saved_searches")
    shots(demo, "history-saved-searches")
    demo.press(Qt.Key.Key_Escape)


def _deleting(demo: Demo, view: HistoryView) -> None:
    erasing = demo.window.history.erasing
    # Earlier scenes have left runs.
    before = view.model.rowCount()
    view.table.select(2)
    command(demo, "delete_run")
    demo.until("it is out of sight", lambda: view.model.rowCount() == before - 1)
    demo.picture("history-deleted")
    _type(demo, view, "is:deleted")
    demo.picture("history-deleted-runs")
    command(demo, "purge_run")
    demo.until("it is asked", lambda: erasing.question is not None)
    shots(demo, "history-delete-for-good")
    demo.press(Qt.Key.Key_Escape)
    command(demo, "deleted")
    demo.until("it is asked", lambda: erasing.question is not None)
    shots(demo, "history-what-is-deleted")
    demo.press(Qt.Key.Key_Escape)
    _type(demo, view, "")
    erasing.bring_back(list(erasing.eraser.deleted().runs))
    demo.until("it is back", lambda: view.model.rowCount() == before)


def _type(demo: Demo, view: HistoryView, text: str) -> None:
    view.bar.field.setFocus()
    view.bar.field.clear()
    QTest.keyClicks(QApplication.focusWidget(), text)
    if not text.endswith(":"):
        demo.press(Qt.Key.Key_End)
        view.bar.field.choices.hide()
    demo.until("the search is done", lambda: not view.model.is_searching)
    demo.pause(200)
