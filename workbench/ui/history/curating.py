"""What can be done with the selected runs: star, tag, note, put away, copy.

Invariant: what takes runs out of sight can be undone at once and exactly; the table and the timeline show what was
stored, never what was only asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QMenu, QVBoxLayout, QWidget

from workbench.app.history_table import COLUMNS, cell
from workbench.core.searching.results import HistoryRow
from workbench.host.clock import utc_now
from workbench.ui.dialogs import NoteDialog
from workbench.ui.history.detail import run_name
from workbench.ui.history.view import HistoryView
from workbench.ui.lanes.shown import for_clipboard
from workbench.ui.shell.keys import give_back
from workbench.ui.theme import set_role
from workbench.usecases.curating import Curator, tags_in
from workbench.usecases.problems import RefusedError

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

HINT = "Words apart by spaces; tag:word finds them. Enter keeps them, Esc leaves them as they were."


class TagsDialog(QDialog):
    """One line of tags. Enter keeps it, Esc leaves it as it was."""

    def __init__(self, parent: QWidget, what: str, tags: Sequence[str]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Tags of {what}")
        self.field = QLineEdit(" ".join(tags))
        self.field.setAccessibleName("Tags")
        self.field.setMinimumWidth(360)
        self.hint = QLabel(HINT)
        self.hint.setWordWrap(True)
        set_role(self.hint, "small")
        self.tags: tuple[str, ...] = ()
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.hint)
        self.field.returnPressed.connect(self._keep)
        self.field.selectAll()

    def done(self, result: int) -> None:
        give_back(self)
        super().done(result)

    def _keep(self) -> None:
        try:
            self.tags = tags_in(self.field.text())
        except RefusedError as error:
            self.hint.setText(error.sentence)
            return
        self.accept()


class Curating(QObject):
    """The menu of the table, and what its entries do."""

    def __init__(self, window: MainWindow, view: HistoryView) -> None:
        super().__init__(view)
        self._window, self._view = window, view
        self._curator = Curator(window.workbench.store, utc_now)
        table = view.table
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        view.detail.menu.clicked.connect(
            lambda: self._pop_up(view.detail.menu.mapToGlobal(view.detail.menu.rect().bottomLeft()))
        )
        for key, act in (("Ctrl+Shift+N", self.note), ("Ctrl+C", self.copy)):
            shortcut = QShortcut(QKeySequence(key), table, act)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

    def menu(self) -> QMenu:
        """Return the menu of what is selected."""
        rows = self._view.selected()
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.aboutToHide.connect(menu.deleteLater)
        writable = not self._window.workbench.store.read_only
        starred, archived = all(row.starred for row in rows), all(row.archived for row in rows)
        entries: list[tuple[str, Callable[[], object], bool]] = [
            ("Open in Compose", lambda: self._view.opened.emit(rows[0]), len(rows) == 1),
            ("Remove star" if starred else "Star", self.star, writable),
            ("Tags…", self.tag, writable),
            ("Note…", self.note, writable and len(rows) == 1),
            ("Bring back" if archived else "Archive", self.archive, writable),
            ("Copy as lines", self.copy, True),
        ]
        for title, act, possible in entries:
            action = menu.addAction(title)
            action.setEnabled(bool(rows) and possible)
            action.triggered.connect(lambda _=False, act=act: act())
        return menu

    def star(self) -> None:
        """Star the selected runs; take the stars away where all have one."""
        rows = self._view.selected()
        self._write(rows, self._curator.star(_uids(rows), not all(row.starred for row in rows)))

    def archive(self) -> None:
        """Put the selected runs away, with a way back; bring them back where all are away."""
        rows = self._view.selected()
        archived = not all(row.archived for row in rows)
        uids = [row.row.run_uid for row in rows if row.archived != archived]

        def undo() -> None:
            self._write(rows, self._curator.archive(uids, not archived), again=True)

        def offer() -> None:
            what = run_name(rows[0]) if len(rows) == 1 else f"{len(rows)} runs"
            did = "is archived; is:archived finds it" if len(rows) == 1 else "are archived; is:archived finds them"
            self._window.notices.offer(f"{what} {did if archived else 'back in the history'}.", "Undo", undo)

        self._write(rows, self._curator.archive(uids, archived), offer, again=True)

    def tag(self) -> None:
        """Let the person change the tags of the selected runs: those that all of them have."""
        rows = self._view.selected()
        common = [tag for tag in rows[0].tags if all(tag in row.tags for row in rows)]
        dialog = TagsDialog(self._window.frame, run_name(rows[0]) if len(rows) == 1 else f"{len(rows)} runs", common)

        def keep() -> None:
            tags = {row.row.run_uid: (*(tag for tag in row.tags if tag not in common), *dialog.tags) for row in rows}
            self._write(rows, self._curator.tag(tags))

        dialog.accepted.connect(keep)
        dialog.open()

    def note(self) -> None:
        """Let the person write a note on the selected run."""
        rows = self._view.selected()
        if len(rows) != 1 or self._window.workbench.store.read_only:
            return
        (row,) = rows
        dialog = NoteDialog(self._window.frame, run_name(row), row.row.note)
        dialog.accepted.connect(
            lambda: self._write(rows, self._curator.note(row.row.run_uid, dialog.field.text().strip()))
        )
        dialog.open()

    def copy(self) -> None:
        """Copy the selected rows as lines, cells apart by tabs."""
        now = utc_now()
        lines = ["\t".join(cell(row, column, now) for column in range(len(COLUMNS))) for row in self._view.selected()]
        if lines:
            QGuiApplication.clipboard().setText(for_clipboard("\n".join(lines)))

    def _write(
        self,
        rows: Sequence[HistoryRow],
        done: Future[None],
        then: Callable[[], object] = lambda: None,
        *,
        again: bool = False,
    ) -> None:
        """Show the runs anew when a change is stored; `again` where it makes rows come or go."""

        def show(_: None) -> None:
            for row in rows:
                self._window.compose.rows.refresh(row.row.run_uid)
            if again:
                self._view.model.search_again()
            else:
                self._view.model.reread(_uids(rows))
            then()

        self._window.tasks.watch(done, show)

    def _open_menu(self, at: QPoint) -> None:
        if self._view.selected():
            self._pop_up(self._view.table.viewport().mapToGlobal(at))

    def _pop_up(self, at: QPoint) -> None:
        self.menu().popup(at)


def _uids(rows: Sequence[HistoryRow]) -> list[str]:
    return [row.row.run_uid for row in rows]
