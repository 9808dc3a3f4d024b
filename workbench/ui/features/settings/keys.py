"""The page of provider keys.

Invariant: a key is only passed to the source; of a stored key nothing but the last four characters is ever shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import KeyInfo, KeysPage, SettingsSource
from workbench.app.settings.key_list import ROW, KeyListModel
from workbench.ui.features.settings.provider_form import ProviderForm
from workbench.ui.widgets.controls import ConfirmBar, SecretField, StatusLabel, button, label, scrolled
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.row_delegate import Index, RowDelegate, RowText
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.provider_access import ProviderState

_NOT_READ = "The settings of this provider could not be read. Close this window and try again."


class KeyDetail(QWidget):
    """Sets, tests and removes the key of one provider."""

    changed = Signal(object)

    def __init__(self, source: SettingsSource, later: FutureResults) -> None:
        super().__init__()
        self._source = source
        self._later = later
        self._info: KeyInfo | None = None
        self._keyring = True
        self._typed: dict[str, tuple[str, str]] = {}
        self._typed_settings: dict[str, dict[str, str]] = {}
        self._name = label(role="heading")
        self._state = label(role="muted")
        self._secret = SecretField("API key")
        self._secret.field.setPlaceholderText("Paste the key here")
        self._secret.field.textChanged.connect(self._refresh)
        self._secret.field.returnPressed.connect(self._save)
        self._session = QCheckBox("Only for this session")
        self._session.setToolTip("The key stays in memory until you close the workbench")
        self._session.toggled.connect(self._refresh)
        self._keep = button("Save key", self._save, "primary")
        self._test = button("Test", self._run_test, name="Test the key")
        self._remove = button("Remove…", self._ask_remove, name="Remove the key")
        self._confirm, self._question = ConfirmBar(), ConfirmBar()
        self._status = StatusLabel()
        self._form = ProviderForm()
        self._form.save_requested.connect(self._save_settings)
        self._key_label = label("API key", "small")
        self._key_label.setBuddy(self._secret.field)
        buttons = FlowLayout(10)
        for made in (self._keep, self._test, self._remove):
            buttons.addWidget(made)
        self._body = QWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._body)
        layout = QVBoxLayout(self._body)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        for widget in (self._name, self._state, self._question, self._key_label, self._secret, self._session):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        for below in (self._confirm, self._status, self._form):
            layout.addWidget(below)
        layout.addStretch(1)

    def set_keyring(self, available: bool) -> None:
        """Set whether a keyring is available; without one keys last for this session only."""
        self._keyring = available
        self._session.setVisible(available)
        self._refresh()

    def show_info(self, info: KeyInfo | None) -> None:
        """Show a provider; edits for the previous one are kept until the dialog closes."""
        if self._info is not None and (info is None or info.provider != self._info.provider):
            self._typed[self._info.provider] = (self._info.name, self._secret.text())
            if self._form.provider == self._info.provider:
                self._typed_settings[self._info.provider] = self._form.typed()
            self._confirm.setVisible(False)
            self._question.setVisible(False)
            self._form.show_state(None)
            self._status.say("")
        moved = info is not None and (self._info is None or info.provider != self._info.provider)
        self._info = info
        if info is not None and moved:
            self._secret.clear()
            self._secret.field.setText(self._typed.pop(info.provider, ("", ""))[1])
            self._read_state(info)
        self._refresh()

    def unsaved(self) -> str:
        """Return the name of a provider with unsaved edits, "" for none."""
        if self._info is not None and (self._secret.text() or self._form.is_dirty()):
            return self._info.name
        typed = self._typed.items()
        return next((name for provider, (name, text) in typed if text or self._typed_settings.get(provider)), "")

    def shown(self) -> KeyInfo | None:
        """Return the provider shown."""
        return self._info

    def focus_key(self) -> None:
        """Focus the key field."""
        self._secret.field.setFocus()

    def _refresh(self) -> None:
        info = self._info
        self._body.setVisible(info is not None)
        session = self._session.isChecked() or not self._keyring
        self._keep.setText("Keep for this session" if session else "Save key")
        self._keep.setAccessibleName(self._keep.text())
        self._keep.setEnabled(bool(self._secret.text()))
        self._name.setText(info.name if info else "")
        self._state.setText(_explain(info) if info else "")
        takes_key = info is None or info.takes_key
        for widget in (self._key_label, self._secret, self._keep):
            widget.setVisible(takes_key)
        self._session.setVisible(takes_key and self._keyring)
        self._test.setEnabled(bool(info and (info.source or not takes_key)))
        self._remove.setEnabled(bool(info and (info.source in ("keyring", "session") or self._form.keeps_secrets())))

    def _save(self) -> None:
        info, value = self._info, self._secret.text()
        if info is None or not value:
            return
        session = self._session.isChecked() or not self._keyring
        self._status.say("Saving the key…")

        def done(new: KeyInfo) -> None:
            self._typed.pop(new.provider, None)
            if self._shows(new) and self._secret.text() == value:
                self._secret.clear()
                self._read_state(new)
            self._changed(new, f"{new.name}: key saved {new.state}.")

        future = self._source.set_key(info.provider, value, session=session)
        self._later.watch(future, done, self._failed(info, "The key could not be saved. Try again."))

    def _run_test(self) -> None:
        info = self._info
        if info is None:
            return
        self._status.say(f"Testing the key with {info.name}…")

        def done(sentence: str) -> None:
            if self._shows(info):
                self._status.say(sentence, "good")

        failed = self._failed(info, f"The key of {info.name} could not be tested. Try again.")
        self._later.watch(self._source.test_key(info.provider), done, failed)

    def _ask_remove(self) -> None:
        info = self._info
        if info is None:
            return
        where = "from the keyring" if info.source == "keyring" else "of this session"
        self._confirm.ask(f"Remove the key of {info.name} {where}?", "Remove key", lambda: self._run_remove(info))

    def _run_remove(self, info: KeyInfo) -> None:
        self._status.say("Removing the key…")

        def done(new: KeyInfo) -> None:
            self._read_state(new)
            self._changed(new, f"{new.name}: removed. Now {new.state}.")

        failed = self._failed(info, "The key could not be removed. Try again.")
        self._later.watch(self._source.remove_key(info.provider), done, failed)

    def _read_state(self, info: KeyInfo, *, saved: bool = False) -> None:
        """Load address and settings, and ask about an address that the key was not entered for.

        Edits in the fields are kept, unless they were just `saved`.
        """

        def done(state: ProviderState) -> None:
            if not self._shows(info):
                return
            typed = self._typed_settings.pop(info.provider, {})
            if self._form.provider == info.provider:
                typed = self._form.typed()
            self._form.show_state(state, {} if saved else typed)
            self._refresh()
            if (asked := state.question) is not None:
                yes = f"Send the {asked.what} there"
                self._question.tell(asked.sentence, yes, lambda: self._confirm_address(info, asked), "Not now")
            else:
                self._question.setVisible(False)

        self._later.watch(self._source.provider(info.provider), done, self._failed(info, _NOT_READ))

    def _confirm_address(self, info: KeyInfo, asked: AddressQuestion) -> None:
        def done(_: None) -> None:
            self._read_state(info)
            self._changed(replace(info, waits=False), f"{info.name}: the {asked.what} may be sent to {asked.address}.")

        failed = self._failed(info, "The address could not be confirmed. Try again.")
        self._later.watch(self._source.confirm_address(asked), done, failed)

    def _save_settings(self) -> None:
        info = self._info
        if info is None:
            return
        session = self._session.isChecked() or not self._keyring
        address, settings = self._form.values()
        self._status.say("Saving the settings…")

        def done(new: KeyInfo) -> None:
            self._read_state(new, saved=True)
            self._changed(new, f"{new.name}: the settings are saved.")

        saved = self._source.save_provider(info.provider, address, settings, session=session)
        self._later.watch(saved, done, self._failed(info, "The settings could not be saved. Try again."))

    def _changed(self, info: KeyInfo, sentence: str) -> None:
        if self._shows(info):
            self._info = info
            self._refresh()
            self._status.say(sentence, "good")
        self.changed.emit(info)

    def _failed(self, info: KeyInfo, otherwise: str) -> Callable[[BaseException], None]:
        def failed(error: BaseException) -> None:
            if self._shows(info):
                self._status.say(sentence_of(error, otherwise), "error")

        return failed

    def _shows(self, info: KeyInfo) -> bool:
        return self._info is not None and self._info.provider == info.provider


def _explain(info: KeyInfo) -> str:
    if not info.takes_key:
        return "This provider does not use a single key. Enter its credentials below."
    variables = " or ".join(info.variables)
    if info.source == "environment":
        return f"Read from {info.variable} ({info.tail}). A key saved here replaces it."
    if info.source:
        kept = f"Kept {'in the keyring' if info.source == 'keyring' else 'for this session'} ({info.tail})."
        return f"{kept} It replaces the one in {info.variable}." if info.variable else kept
    return f"No key yet. Paste one below{f', or set {variables}, then restart the app' if variables else ''}."


def _row_text(index: Index) -> RowText:
    info: KeyInfo = index.data(ROW)
    return RowText(info.name, info.state, bool(info.source) and not info.waits)


class KeysPanel(QWidget):
    """Search and list at the left, the selected provider at the right, a warning on top if there is no keyring.

    `changed(KeyInfo)` is emitted after a key was set or removed, `page_read(KeysPage)` when the list was loaded.
    """

    changed = Signal(object)
    page_read = Signal(object)

    def __init__(self, theme: Theme, source: SettingsSource) -> None:
        super().__init__()
        self._theme = theme
        self._source = source
        self._later = FutureResults(self)
        self._wanted = ""
        self._banner = QFrame()
        self._sentence = label()
        banner = QHBoxLayout(self._banner)
        banner.setContentsMargins(20, 10, 20, 10)
        banner.addWidget(self._sentence)
        set_role(self._banner, "banner-warn")
        self._banner.setVisible(False)
        self._search = QLineEdit()
        self._search.setPlaceholderText("Search providers")
        self._search.setAccessibleName("Search providers")
        clearable(self._search)
        self._model = KeyListModel(self)
        self._list = QListView()
        self._list.setAccessibleName("Providers")
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setModel(self._model)
        self._list.setItemDelegate(RowDelegate(theme, self._list, _row_text))
        self._empty = StatusLabel()
        self._detail = KeyDetail(source, self._later)
        self._detail.show_info(None)
        self._build()
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._detail.focus_key)
        self._list.selectionModel().currentChanged.connect(self._current_changed)
        for chosen in (self._list.activated, self._list.clicked):
            chosen.connect(lambda _: self._detail.focus_key())
        self._model.modelReset.connect(self._keep_current)
        self._detail.changed.connect(self._model.update_key)
        self._detail.changed.connect(self.changed)
        theme.changed.connect(self._list.scheduleDelayedItemsLayout)

    def load(self) -> None:
        """Load the keys."""
        if not self._model.rowCount():
            self._empty.say("Reading the keys…")
        self._later.watch(self._source.keys(), self._show, self._failed)

    def show_item(self, provider: str) -> None:
        """Select a provider and focus its key field, now or once the list is loaded."""
        self._search.clear()
        self._wanted = provider
        self._keep_current()

    def unsaved(self) -> str:
        """Return a phrase for unsaved edits, "" for none."""
        name = self._detail.unsaved()
        return f"what you typed for {name}" if name else ""

    def close_work(self) -> None:
        """Ignore pending results."""
        self._later.close()

    def _build(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(14, 14, 14, 10)
        top.addWidget(self._search)
        top.addWidget(self._empty)
        column.addLayout(top)
        column.addWidget(self._list, 1)
        split = QSplitter()
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(scrolled(self._detail))
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        # The detail pane is empty until the list is loaded, and would get no width.
        split.setSizes([200, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._banner)
        layout.addWidget(split, 1)

    def _show(self, page: KeysPage) -> None:
        self._banner.setVisible(not page.keyring)
        self._sentence.setText(page.sentence)
        self._detail.set_keyring(page.keyring)
        self._empty.say("")
        self._model.set_keys(page.keys)
        self.page_read.emit(page)

    def _failed(self, error: BaseException) -> None:
        self._empty.say(sentence_of(error, "The keys could not be read. Close this window and try again."), "error")

    def _filter(self, text: str) -> None:
        self._model.set_query(text)
        self._empty.say("No provider matches. Try fewer letters." if text and not self._model.rowCount() else "")

    def _keep_current(self) -> None:
        shown = self._detail.shown()
        position = self._model.position(self._wanted or (shown.provider if shown else ""))
        if self._wanted and position >= 0:
            self._wanted = ""
            self._detail.focus_key()
        index = self._model.index(position if position >= 0 else 0)
        if index.isValid():
            self._list.setCurrentIndex(index)
            self._list.scrollTo(index)

    def _current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self._detail.show_info(self._model.info(index.row()))
