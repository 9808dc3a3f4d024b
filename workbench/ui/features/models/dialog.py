"""The model picker dialog.

Invariant: typing always goes to the search field and filters the list; closing the dialog never has side effects.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QItemSelectionModel, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.models.endpoint_models import EndpointModels
from workbench.app.models.list_model import ModelListModel, pickable_near
from workbench.app.models.model_index import UNCHANGED, ModelChoice, ModelOffer, PickerSource
from workbench.app.models.picker_row import PickerRow, is_address
from workbench.core.lanes import Lane
from workbench.engine.calls import CallTask
from workbench.ui.features.models.delegate import PickerDelegate
from workbench.ui.features.models.details import ModelDetails
from workbench.ui.features.models.files import FileFields
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.paths import ChooseFile, choose_file
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme, set_role

_PAGE = 1_000
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
_USE = "Use model"
_TITLES: dict[CallTask, str] = {
    "chat": "Choose a model",
    "embed": "Choose an embedding model",
    "decide": "Choose a decision model",
}
_ACTIONS = {"retry": "Load again", "endpoint": "Add endpoint…"}
"""Button labels for rows that are not models."""
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ModelPicker(Dialog):
    """Search, inspect, pick. `chosen(Choice)` is emitted once, then the dialog is accepted.

    `keys_requested(id)` asks for the key settings of a provider or endpoint; the picker stays open, and `refresh` shows
    the new key. `endpoint_requested(address)` asks for the form of a new endpoint, "" unless an
    address was typed. `run_requested` follows `chosen` if a model was chosen with Ctrl+Enter. A picker is used once and
    deletes itself when finished.
    """

    chosen = Signal(object)
    keys_requested = Signal(str)
    endpoint_requested = Signal(str)
    run_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        source: PickerSource,
        current: Lane | None = None,
        parent: QWidget | None = None,
        *,
        task: CallTask = "chat",
        choose: ChooseFile = choose_file,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_TITLES[task])
        self._theme = theme
        self._source = source
        self._wanted = (current.endpoint, current.model) if current else None
        self._row: PickerRow | None = None
        self._is_chosen = False
        """Whether the user moved to the current row."""
        self._new_endpoint = ""
        """The endpoint whose first model becomes current once it is listed."""
        self._later = FutureResults(self)
        self._models = EndpointModels(source, self)
        self._model = ModelListModel(self._models, self, current=self._wanted, task=task)
        self._build(choose)
        self._connect()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._restyle()
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.setMinimumSize(QSize(int(500 * scale), int(440 * scale)).boundedTo(room))
        self.resize(QSize(int(720 * scale), int(640 * scale)).boundedTo(room))
        self._select(self._start_row())
        self.refresh()

    def refresh(self) -> None:
        """Reload the offer after keys or endpoints have changed."""
        self._later.watch(self._source.offer(), self._show_offer, self._offer_failed)

    def go_on_with(self, endpoint: str) -> None:
        """Select the first model of an endpoint once it is listed, unless the user types or moves before."""
        self._new_endpoint = endpoint
        self._keep_current()

    def search(self, text: str) -> None:
        """Set the text of the search field."""
        self._search.setText(text)

    def done(self, result: int) -> None:
        self._later.close()
        self._models.close()
        super().done(result)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = held == Qt.KeyboardModifier.NoModifier
        if plain and event.key() in _ENTER:
            self._enter()
            return True
        if event.key() in _ENTER and held == Qt.KeyboardModifier.ControlModifier:
            self._use_and_run()
            return True
        if plain and event.key() in _STEPS:
            self._move(_STEPS[Qt.Key(event.key())])
            return True
        typed = (event.text() and event.text().isprintable()) or event.key() == Qt.Key.Key_Backspace
        if watched is self._list and typed:
            self._search.setFocus()
            QCoreApplication.sendEvent(self._search, event)
            return True
        return super().eventFilter(watched, event)

    def _build(self, choose: ChooseFile) -> None:
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search models and providers, or type any model id")
        self._search.setAccessibleName("Search models")
        clearable(self._search)
        self._list = QListView()
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName("Models")
        self._list.setModel(self._model)
        self._delegate = PickerDelegate(self._theme, self._list)
        self._list.setItemDelegate(self._delegate)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMouseTracking(True)
        self._details = ModelDetails()
        self._files = FileFields(choose)
        self._pages = QStackedWidget()
        self._remark = QLabel()
        self._remark.setWordWrap(True)
        self._remark.setTextFormat(Qt.TextFormat.PlainText)
        self._remark.setAlignment(Qt.AlignmentFlag.AlignTop)
        for page in (self._remark, self._details, self._files):
            self._pages.addWidget(page)
        self._cancel = QPushButton("Cancel")
        self._cancel.setAutoDefault(False)
        self._pick = QPushButton(_USE)
        self._pick.setDefault(True)
        set_role(self._pick, "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._pick)
        top = QVBoxLayout()
        top.setContentsMargins(14, 14, 14, 10)
        top.addWidget(self._search)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(14, 12, 14, 14)
        bottom.setSpacing(12)
        bottom.addWidget(self._pages)
        bottom.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(_line())
        layout.addWidget(self._list, 1)
        layout.addWidget(_line())
        layout.addLayout(bottom)
        self._search.setFocus()

    def _connect(self) -> None:
        self._search.installEventFilter(self)
        self._list.installEventFilter(self)
        self._search.textChanged.connect(self._filter)
        self._list.selectionModel().currentChanged.connect(self._current_changed)
        self._list.doubleClicked.connect(self._double_clicked)
        self._list.clicked.connect(self._clicked)
        self._model.modelReset.connect(self._keep_current)
        self._details.keys_requested.connect(self.keys_requested)
        self._cancel.clicked.connect(self.reject)
        self._pick.clicked.connect(self._use)
        self._theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._delegate.refresh()
        self._list.scheduleDelayedItemsLayout()
        self._list.viewport().update()

    def _show_offer(self, offer: ModelOffer) -> None:
        for endpoint in offer.endpoints:
            if endpoint.has_address and endpoint not in self._model.offer.endpoints:
                self._models.load(endpoint, offer.known.get(endpoint.uid, ()))
        self._model.set_offer(offer)
        self._files.set_builtin(offer.builtin_path)

    def _offer_failed(self, error: BaseException) -> None:
        sentence = sentence_of(error, "The catalogue could not be read. Close this window and try again.")
        self._model.set_offer(ModelOffer(), trouble=sentence)

    def _filter(self, text: str) -> None:
        self._wanted, self._new_endpoint = None, ""
        self._row, self._is_chosen = None, False
        self._model.set_query(text)
        self._list.scrollToTop()
        self._select(self._model.best_position())

    def _start_row(self) -> int:
        position = self._model.position(*self._wanted) if self._wanted else -1
        return position if position >= 0 else self._model.best_position()

    def _keep_current(self) -> None:
        """When lists arrive, keep the row that the user moved to, else select the new best match."""
        row, scrolled = self._row, self._list.verticalScrollBar().value()
        if self._new_endpoint and (position := self._model.first_position(self._new_endpoint)) >= 0:
            self._wanted, self._new_endpoint, self._is_chosen = None, "", True
            self._select(position)
            return
        if self._wanted and (position := self._model.position(*self._wanted)) >= 0:
            self._select(position, QAbstractItemView.ScrollHint.PositionAtCenter)
            return
        if row is None or (self._search.text().strip() and not self._is_chosen):
            self._select(self._model.best_position())
            self._list.verticalScrollBar().setValue(scrolled)
            return
        self._list.verticalScrollBar().setValue(scrolled)
        self._select(self._model.position_of(row))

    def _select(
        self, position: int, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        index = self._model.index(position)
        self._list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if index.isValid():
            if position and not self._model.is_pickable(position - 1):
                self._list.scrollTo(self._model.index(position - 1))
            self._list.scrollTo(index, hint)
        else:
            self._current_changed(index)

    def _move(self, step: int) -> None:
        """Move to the next selectable row, or by a page; stay if there is none."""
        start = self._list.currentIndex().row()
        if abs(step) == _PAGE:
            height = max(1, self._delegate.row_height)
            step = max(1, self._list.viewport().height() // height - 1) * (1 if step > 0 else -1)
        position = pickable_near(self._model, start, step)
        if position >= 0:
            self._new_endpoint, self._is_chosen = "", True
            self._select(position)

    def _current_changed(self, index: QModelIndex) -> None:
        row = self._model.row(index.row()) if index.isValid() else None
        if self._row is not None and row is not None and row != self._row:
            self._wanted = None
        self._row = row
        if row is not None and row.entry is not None:
            self._details.show_row(row, row.entry, self._model.offer)
            self._pages.setCurrentWidget(self._details)
        elif row is not None and row.kind in ("gguf", "adapter"):
            self._pages.setCurrentWidget(self._files)
        else:
            set_role(self._remark, "")
            self._remark.setText(row.note if row is not None else self._model.advice())
            self._pages.setCurrentWidget(self._remark)
        self._pick.setEnabled(row is not None)
        self._pick.setText(_ACTIONS.get(row.kind, _USE) if row is not None else _USE)

    def _clicked(self, index: QModelIndex) -> None:
        """Run actions on a single click; models need a double click, so that their details can be read first."""
        self._is_chosen = True
        if self._model.row(index.row()).entry is None:
            self._act()

    def _double_clicked(self, index: QModelIndex) -> None:
        if self._model.row(index.row()).entry is not None:
            self._use()

    def _enter(self) -> None:
        if self._row is None:
            # Enter never picks a merely similar model; highlight the remark that already says so.
            set_role(self._remark, "error")
        elif self._row.entry is None:
            self._act()
        else:
            self._use()

    def _act(self) -> None:
        row = self._row
        if row is None:
            return
        if row.kind == "retry":
            self._models.load(next(e for e in self._model.offer.endpoints if e.uid == row.endpoint))
        elif row.kind == "endpoint":
            typed = self._search.text().strip()
            self._search.clear()  # an address would filter out the models of its new endpoint
            self.endpoint_requested.emit(typed if is_address(typed) else "")
        elif self._files.ask("model" if row.kind == "gguf" else "adapter"):
            self._pick.setFocus()

    def _use(self) -> None:
        row = self._row
        if row is None:
            return
        if row.entry is None:
            if row.kind in _ACTIONS:
                self._act()
            else:
                self._use_files()
            return
        try:
            rates = self._details.prices.rates()
        except ValueError as error:
            self._details.prices.complain(str(error))
            return
        self._finish(ModelChoice(row.entry.endpoint, row.entry.model, rates))

    def _use_and_run(self) -> None:
        """Use the model, then ask for a run; rows that are no models do nothing."""
        if self._row is not None and self._row.entry is not None:
            self._use()
            if self.result() == QDialog.DialogCode.Accepted:
                self.run_requested.emit()

    def _use_files(self) -> None:
        offer = self._model.offer
        if found := self._files.endpoint(offer.builtin_path, offer.endpoints):
            endpoint, is_new = found
            self._finish(ModelChoice(endpoint.uid, endpoint.name, UNCHANGED, endpoint if is_new else None))

    def _finish(self, choice: ModelChoice) -> None:
        self.chosen.emit(choice)
        self.accept()


def _line() -> QFrame:
    line = QFrame()
    set_role(line, "hline")
    return line
