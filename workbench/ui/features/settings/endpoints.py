"""The page of endpoints: addresses and model files.

Invariant: each endpoint keeps its own form once shown, so switching to another one loses no edits.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import EndpointInfo, SettingsSource
from workbench.core.lanes import Endpoint
from workbench.ui.features.settings.endpoint_form import EndpointFormView
from workbench.ui.features.settings.file_form import FileFormView
from workbench.ui.features.settings.found_servers import FoundServers
from workbench.ui.widgets.controls import StatusLabel, button, label, scrolled
from workbench.ui.widgets.row_delegate import Index, RowDelegate, RowText
from workbench.ui.widgets.theme import Theme

Form = EndpointFormView | FileFormView
_INFO = int(Qt.ItemDataRole.UserRole) + 1
_FORM = _INFO + 1
_PAGE = _FORM + 1
_INTRO = (
    "An endpoint is a server at your own address: Ollama, LM Studio, vLLM, llama.cpp, an Azure OpenAI resource, or a "
    "company gateway, with the protocol it speaks. Add one, or look for servers on this computer.\n\n"
    "Model files chosen for a lane are listed here, too."
)


class EndpointsPanel(QWidget):
    """A list with buttons, and the form of the selected endpoint.

    Emits `changed` after every write, then `created(Endpoint)` if a form added an endpoint.
    """

    changed = Signal()
    created = Signal(object)

    def __init__(self, theme: Theme, source: SettingsSource) -> None:
        super().__init__()
        self._source = source
        self._later = FutureResults(self)
        self._keyring = True
        self._wanted = ""
        self._loaded = False
        self._list = QListWidget()
        self._list.setAccessibleName("Endpoints")
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setItemDelegate(RowDelegate(theme, self._list, _row_text))
        self._status = StatusLabel()
        self._pages = QStackedWidget()
        self._found = FoundServers(source)
        self._found.added.connect(self._added)
        self._found_page = scrolled(self._found)
        self._pages.addWidget(scrolled(_intro()))
        self._pages.addWidget(self._found_page)
        self._lay_out()
        self._list.currentItemChanged.connect(self._show_current)
        self._list.itemClicked.connect(self._show_current)
        theme.changed.connect(self._list.scheduleDelayedItemsLayout)
        self._list.model().rowsInserted.connect(self._take_stops)
        self._list.model().rowsRemoved.connect(self._take_stops)
        self._take_stops()

    def load(self) -> None:
        """Load the endpoints once."""
        if not self._loaded:
            self._status.say("Reading the endpoints…")
            self._later.watch(self._source.endpoints(), self._show, self._failed)

    def set_keyring(self, available: bool) -> None:
        """Set whether a keyring is available; without one keys last for this session only."""
        self._keyring = available
        for form in self._forms():
            form.set_keyring(available)

    def show_item(self, uid: str) -> None:
        """Select an endpoint, now or once the list is loaded."""
        self._wanted = uid
        for row in range(self._list.count()):
            if _uid(self._list.item(row)) == uid:
                self._wanted = ""
                self._list.setCurrentRow(row)

    def add(self, address: str) -> None:
        """Start a new endpoint with an address, "" if unknown."""
        self._add_new()
        form = self._form(self._list.currentItem())
        if address and isinstance(form, EndpointFormView):
            form.propose(address)

    def unsaved(self) -> str:
        """Return a phrase for an endpoint with unsaved edits, "" for none."""
        form = next((form for form in self._forms() if form.is_dirty()), None)
        return f"what you typed for {form.title}" if form else ""

    def close_work(self) -> None:
        """Ignore pending results."""
        self._later.close()
        self._found.close_work()
        for form in self._forms():
            form.close_work()

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._list, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 10, 14, 14)
        foot.setSpacing(8)
        foot.addWidget(self._status)
        foot.addWidget(button("Add endpoint", self._add_new))
        foot.addWidget(button("Look for Ollama\nand LM Studio", self._look, name="Look for Ollama and LM Studio"))
        column.addLayout(foot)
        split = QSplitter()
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(self._pages)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _show(self, infos: tuple[EndpointInfo, ...]) -> None:
        self._loaded = True
        self._status.say("")
        for info in infos:
            self._append(info)
        self._tell_others()
        if self._wanted:
            self.show_item(self._wanted)
        elif infos and self._list.currentRow() < 0:
            self._list.setCurrentRow(0)

    def _failed(self, error: BaseException) -> None:
        otherwise = "The endpoints could not be read. Close this window and try again."
        self._status.say(sentence_of(error, otherwise), "error")

    def _take_stops(self) -> None:
        """Remove an empty list from the tab order, because it would show no focus."""
        wanted = Qt.FocusPolicy.StrongFocus if self._list.count() else Qt.FocusPolicy.NoFocus
        self._list.setFocusPolicy(wanted)

    def _append(self, info: EndpointInfo | None) -> QListWidgetItem:
        item = QListWidgetItem()
        item.setData(_INFO, info)
        self._list.addItem(item)
        self._name_item(item)
        return item

    def _form(self, item: QListWidgetItem) -> Form:
        """Return the form of an endpoint, created lazily."""
        known: Form | None = item.data(_FORM)
        if known is not None:
            return known
        info: EndpointInfo | None = item.data(_INFO)
        form: Form
        if info is not None and info.endpoint.kind == "gguf":
            form = FileFormView(self._source, info, self._endpoints())
        else:
            form = EndpointFormView(self._source, info, self._endpoints())
        form.set_keyring(self._keyring)
        page = scrolled(form)
        item.setData(_FORM, form)
        item.setData(_PAGE, page)
        form.edited.connect(lambda: self._name_item(item))
        form.saved.connect(lambda info: self._saved(item, info))
        form.removed.connect(lambda _: self._removed(item))
        self._pages.addWidget(page)
        return form

    def _add_new(self) -> None:
        for row in range(self._list.count()):
            if not _uid(self._list.item(row)):
                self._list.setCurrentRow(row)
                break
        else:
            self._list.setCurrentItem(self._append(None))
        self._form(self._list.currentItem()).focus_first()

    def _added(self, info: EndpointInfo) -> None:
        self._append(info)
        self._written()

    def _look(self) -> None:
        self._pages.setCurrentWidget(self._found_page)
        self._list.clearSelection()
        self._found.look()

    def _saved(self, item: QListWidgetItem, info: EndpointInfo) -> None:
        is_new = not _uid(item)
        item.setData(_INFO, info)
        self._name_item(item)
        self._written()
        if is_new:
            self.created.emit(info.endpoint)

    def _written(self) -> None:
        self._tell_others()
        self.changed.emit()

    def _removed(self, item: QListWidgetItem) -> None:
        page: QWidget = item.data(_PAGE)
        self._form(item).close_work()
        self._list.takeItem(self._list.row(item))
        self._pages.removeWidget(page)
        page.deleteLater()
        if self._list.currentItem() is None:
            self._pages.setCurrentIndex(0)
        self._written()

    def _show_current(self) -> None:
        if (item := self._list.currentItem()) is not None:
            self._form(item)
            self._pages.setCurrentWidget(item.data(_PAGE))

    def _name_item(self, item: QListWidgetItem) -> None:
        text = _row_text_of(item.data(_INFO), item.data(_FORM))
        item.setText(text.title)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text.title}, {text.note}")

    def _tell_others(self) -> None:
        others = self._endpoints()
        self._found.set_others(others)
        for form in self._forms():
            form.set_others(others)

    def _endpoints(self) -> list[Endpoint]:
        infos: list[EndpointInfo | None] = [self._list.item(row).data(_INFO) for row in range(self._list.count())]
        return [info.endpoint for info in infos if info is not None]

    def _forms(self) -> list[Form]:
        forms = (self._list.item(row).data(_FORM) for row in range(self._list.count()))
        return [form for form in forms if form is not None]


def _uid(item: QListWidgetItem) -> str:
    info: EndpointInfo | None = item.data(_INFO)
    return info.endpoint.uid if info is not None else ""


def _row_text(index: Index) -> RowText:
    return _row_text_of(index.data(_INFO), index.data(_FORM))


def _row_text_of(info: EndpointInfo | None, form: Form | None) -> RowText:
    """Return the text of a row: the form's current data if there is a form, else the saved data."""
    missing = "file not usable" if info is not None and info.troubles else ""
    if form is not None:
        note = "not saved" if form.is_dirty() or not form.uid else ""
        return RowText(form.title, " · ".join(part for part in (missing, note, form.place) if part))
    if info is not None:
        place = info.endpoint.base_url or info.endpoint.path
        return RowText(info.endpoint.name, " · ".join(part for part in (missing, place) if part))
    return RowText("New endpoint", "not saved")


def _intro() -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(20, 16, 20, 16)
    layout.addWidget(label(_INTRO, "muted"))
    layout.addStretch(1)
    return page
