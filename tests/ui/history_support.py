"""The History view of the real window: opening it, searching, selecting runs."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QDialog

from tests.ui.desk import Desk
from tests.ui.pasts import fill
from workbench.app.history.detail import RunDetailView
from workbench.core.search.parser import as_typed
from workbench.ui.features.history.run_actions import RunCuration
from workbench.ui.features.history.view import HistoryView

Dialog = TypeVar("Dialog", bound=QDialog)
ALT = Qt.KeyboardModifier.AltModifier


def entered(desk: Desk, *, filled: bool = True, size: tuple[int, int] = (1440, 900)) -> HistoryView:
    """Open the window, show History by its shortcut and return the view."""
    window = desk.open(size=size)
    if filled:
        fill(window.store)
        desk.until(lambda: not window.workbench.searcher.behind())
    desk.press(Qt.Key.Key_3, ALT)
    view = window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: not view.model.is_searching)
    return view


def searched(desk: Desk, view: HistoryView, text: str) -> list[str]:
    """Type a search and return the uids of the runs that are then shown."""
    view.bar.field.setFocus()
    view.bar.field.clear()
    desk.type(text)
    desk.until(lambda: not view.model.is_searching and view.model.text == as_typed(text))
    return uids(view)


def uids(view: HistoryView) -> list[str]:
    return [row.row.run_uid for at in range(view.model.rowCount()) if (row := view.model.row(at)) is not None]


def shown(desk: Desk, view: HistoryView, uid: str) -> RunDetailView:
    """Wait until a run is shown in the detail pane."""
    desk.until(lambda: view.detail.looked is not None and view.detail.looked.row.row.run_uid == uid)
    looked = view.detail.looked
    assert looked is not None
    return looked


def dialogs(kind: type[Dialog]) -> list[Dialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


def chosen(desk: Desk, view: HistoryView, *uids_: str) -> None:
    """Select these runs and wait until they are shown."""
    model = view.table.selectionModel()
    flag = QItemSelectionModel.SelectionFlag
    for number, uid in enumerate(uids_):
        how = flag.Select if number else flag.ClearAndSelect
        model.select(view.model.index(view.model.position(uid), 0), how | flag.Rows)
    if len(uids_) == 1:
        shown(desk, view, uids_[0])


def entry(view: HistoryView, title: str) -> None:
    """Trigger an entry of the menu of the selected runs."""
    (curating,) = view.findChildren(RunCuration)
    menu = curating.menu()
    (action,) = [action for action in menu.actions() if action.text().split("\t")[0] == title]
    action.trigger()
    menu.close()
