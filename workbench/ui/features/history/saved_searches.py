"""Saved searches: the menu beside the search field, the name dialog, the list of all.

Invariant: choosing a search puts its text into the search field, where it can be read and edited; deleting one can be
undone. The menu shows the list read last, and never blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.text import opening_words
from workbench.core.visible_text import visible_note
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store.search.saved_searches import SavedSearch
from workbench.ui.features.history.view import HistoryView
from workbench.ui.shell.events import HistoryChanged
from workbench.ui.shell.services import Services
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog, LineDialog, dialog_parent
from workbench.ui.widgets.theme import set_role
from workbench.usecases.problems import RefusedError
from workbench.usecases.saved_searches import Bookmarks

_SHORT = 60
_IN_MENU = 20
_SEARCH = Qt.ItemDataRole.UserRole
_NONE = "No saved searches yet. Type a search, then save it with Ctrl+S or the menu beside the field."


class SearchNameDialog(LineDialog):
    """Asks for the name of a saved search."""

    def __init__(self, parent: QWidget, query: str, name: str, taken: Sequence[str]) -> None:
        super().__init__(parent, "Save this search", "Name of the search", name, "")
        self._taken = frozenset(known.casefold() for known in taken)
        shown = QLabel(f"Search: {visible_note(opening_words(query, 200))}")
        shown.setTextFormat(Qt.TextFormat.PlainText)
        shown.setWordWrap(True)
        set_role(shown, "muted")
        self.parts.insertWidget(0, shown)
        self.field.setPlaceholderText("Name")
        self.field.textChanged.connect(lambda _: self._explain())
        self._explain()

    def keep(self) -> None:
        if self.field.text().strip():
            self.accept()

    def _explain(self) -> None:
        name = " ".join(self.field.text().split())
        is_taken = name.casefold() in self._taken
        self.hint.setText("A search with this name already exists." if is_taken else "")
        self.hint.setVisible(is_taken)
        self.save.setText("Replace" if is_taken else "Save")
        self.save.setEnabled(bool(name))


class SavedSearchesDialog(Dialog):
    """All saved searches: Enter or a double click searches, F2 renames, Del deletes."""

    chosen = Signal(object)
    renamed = Signal(object, str)
    deleted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Saved searches")
        self.list = QListWidget()
        self.list.setAccessibleName("Saved searches")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.none = QLabel(_NONE)
        self.none.setWordWrap(True)
        set_role(self.none, "muted")
        self.query = QLabel()
        self.query.setTextFormat(Qt.TextFormat.PlainText)
        self.query.setWordWrap(True)
        set_role(self.query, "small")
        self.search, self.rename, self.delete = QPushButton("Search"), QPushButton("Rename"), QPushButton("Delete")
        close = QPushButton("Close")
        set_role(self.search, "primary")
        foot = QHBoxLayout()
        for button in (self.rename, self.delete):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self.search)
        self.search.setDefault(True)
        for button in (self.rename, self.delete, close):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.addWidget(self.none)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.query)
        layout.addLayout(foot)
        self.list.currentItemChanged.connect(lambda *_: self._explain())
        self.list.itemChanged.connect(self._name)
        self.list.itemDoubleClicked.connect(lambda _: self._choose())
        self.search.clicked.connect(self._choose)
        self.rename.clicked.connect(self._edit)
        self.delete.clicked.connect(lambda: self._tell(self.deleted.emit))
        close.clicked.connect(self.reject)
        self.resize(QSize(520, 380).boundedTo(geometry.room(self)))

    def show_searches(self, searches: Sequence[SavedSearch]) -> None:
        """Show these searches; keeps the current row."""
        at = max(0, self.list.currentRow())
        self.list.blockSignals(True)
        self.list.clear()
        for search in searches:
            item = QListWidgetItem(search.name, self.list)
            item.setData(_SEARCH, search)
            item.setToolTip(visible_note(search.query))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(at, len(searches) - 1))
        self.none.setVisible(not searches)
        self.list.setVisible(bool(searches))
        self._explain()

    def current(self) -> SavedSearch | None:
        """Return the current search, which the buttons act on."""
        item = self.list.currentItem()
        found = item.data(_SEARCH) if item is not None else None
        return found if isinstance(found, SavedSearch) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self._tell(self.deleted.emit)
        else:
            super().keyPressEvent(event)

    def _explain(self) -> None:
        search = self.current()
        self.query.setText("" if search is None else visible_note(search.query))
        for button in (self.search, self.rename, self.delete):
            button.setEnabled(search is not None)

    def _choose(self) -> None:
        if (search := self.current()) is not None:
            self.accept()
            self.chosen.emit(search)

    def _edit(self) -> None:
        if (item := self.list.currentItem()) is not None:
            self.list.setFocus()
            self.list.editItem(item)

    def _name(self, item: QListWidgetItem) -> None:
        search = item.data(_SEARCH)
        if isinstance(search, SavedSearch) and item.text() != search.name:
            self.renamed.emit(search, item.text())

    def _tell(self, emit: Callable[[SavedSearch], object]) -> None:
        if (search := self.current()) is not None:
            emit(search)


class SavedSearchActions(QObject):
    """Saves the search in the field, and loads saved searches into it."""

    def __init__(self, services: Services, view: HistoryView) -> None:
        super().__init__(view)
        self._services, self._view = services, view
        self._bookmarks = Bookmarks(services.backend.store, utc_now, new_uid)
        self._list: SavedSearchesDialog | None = None
        self.searches: list[SavedSearch] = []
        """The list read last."""
        menu = QMenu(view.bar.saved)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        view.bar.saved.setMenu(menu)
        services.events.subscribe(HistoryChanged, lambda _: self.read())
        self.read()

    def read(self) -> None:
        """Reload the list."""
        self._services.tasks.run(self._bookmarks.all, self._show)

    def save(self) -> None:
        """Ask for a name and save the current search under it."""
        query = self._view.bar.field.text().strip()
        if not query:
            return
        known = next((one.name for one in self.searches if one.query == query), "")
        names = [one.name for one in self.searches]
        dialog = SearchNameDialog(
            dialog_parent(self._services.dialogs.widget()), query, known or opening_words(query, _SHORT), names
        )
        dialog.accepted.connect(lambda: self._write(lambda: self._bookmarks.save(dialog.field.text(), query)))
        dialog.open()

    def show_all(self) -> None:
        """Open the list of all saved searches."""
        dialog = self._list = SavedSearchesDialog(self._services.dialogs.widget())
        dialog.chosen.connect(lambda search: self._view.search(search.query))
        dialog.renamed.connect(
            lambda search, name: self._write(lambda: self._bookmarks.rename(search, name), failed=self.read)
        )
        dialog.deleted.connect(self._delete)
        dialog.finished.connect(self._closed)
        dialog.show_searches(self.searches)
        dialog.open()

    def _delete(self, search: SavedSearch) -> None:
        def undo() -> None:
            self._write(lambda: self._bookmarks.bring_back(search))

        def offer() -> None:
            self._services.notices.offer(f"The search “{search.name}” is deleted.", "Undo", undo)

        self._write(lambda: self._bookmarks.delete(search), offer)

    def _write(
        self,
        write: Callable[[], Future[None]],
        then: Callable[[], object] = lambda: None,
        failed: Callable[[], object] = lambda: None,
    ) -> None:
        def done(_: None) -> None:
            self.read()
            then()

        def refused(error: Exception) -> None:
            self._services.tasks.report(error)
            failed()

        try:
            future = write()
        except RefusedError as error:
            refused(error)
            return
        self._services.tasks.watch(future, done, refused)

    def _show(self, searches: list[SavedSearch]) -> None:
        self.searches = searches
        if self._list is not None:
            self._list.show_searches(searches)

    def _closed(self) -> None:
        self._list = None

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        action = self._services.navigator.action
        menu.addAction(action("save_search"))
        menu.addSeparator()
        for search in self.searches[:_IN_MENU]:
            entry = menu.addAction(opening_words(search.name, _SHORT).replace("&", "&&"))
            entry.setToolTip(visible_note(search.query))
            entry.triggered.connect(lambda _=False, query=search.query: self._view.search(query))
        if not self.searches:
            menu.addAction("No saved searches yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction(action("saved_searches"))
