"""What a right click offers in the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.ui.shell.events import RowsComparison

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def iteration_menu(window: MainWindow, uid: str, at: QPoint) -> None:
    """Open the menu of a row of the timeline, which need not be shown, at a global position."""
    shown = window.compose.viewing is not None and window.compose.viewing.row.uid == uid
    menu = QMenu(window.frame)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Show", lambda: window.compose.view(uid)).setEnabled(not shown)
    menu.addAction("Restore", lambda: window.handlers.take_over_row(uid, branch=False))
    menu.addAction("Branch", lambda: window.handlers.take_over_row(uid, branch=True))
    _add_comparisons(window, menu, uid)
    note = menu.addAction("Note…", lambda: window.dialogs.edit_note(uid))
    note.setEnabled(not window.workbench.store.read_only)
    if shown:
        menu.addSeparator()
        menu.addAction("Back to the draft", window.handlers.back)
    window.sidebar.point_at_iteration(uid, menu)
    menu.popup(at)


def _add_comparisons(window: MainWindow, menu: QMenu, uid: str) -> None:
    shown, marks, events = window.compose.shown_row(), window.timeline.marks, window.services.events
    if marks.pair is not None:
        menu.addAction("Compare the two marked rows", window.actions_["compare"].trigger)
    menu.addAction("Mark no more" if uid in marks.uids else "Mark to compare", lambda: marks.toggle(uid))
    menu.addAction("Compare with the draft", lambda: events.publish(RowsComparison(uid)))
    if shown and shown != uid:
        # What is shown is the newer side, unless it stands further down in the timeline.
        first, second = (
            (uid, shown) if window.timeline.position(uid) > window.timeline.position(shown) else (shown, uid)
        )
        menu.addAction("Compare with what is shown", lambda: events.publish(RowsComparison(first, second)))
