"""The form of an endpoint at an address.

Invariant: invalid input never reaches the source; every error is shown below its field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import EndpointInfo, EndpointSaved, SettingsSource
from workbench.core.lanes import Endpoint
from workbench.core.text import counted
from workbench.ui.features.settings.headers import HeaderFields
from workbench.ui.features.settings.protocol_fields import ProtocolFields
from workbench.ui.widgets.controls import ConfirmBar, SecretField, StatusLabel, button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.endpoint_form import (
    EndpointForm,
    FieldMistake,
    check_form,
    clean_url,
    free_name,
    name_of,
    versioned_url,
    warnings,
)
from workbench.usecases.endpoints import AnsweringForm

_FIELDS = ("name", "settings", "base_url", "key", "headers")


class EndpointFormView(QWidget):
    """Fields, Load models, Save and Remove. `saved(EndpointInfo)`, `removed(uid)` and `edited` notify the list."""

    saved = Signal(object)
    removed = Signal(str)
    edited = Signal()

    def __init__(self, source: SettingsSource, info: EndpointInfo | None, others: Sequence[Endpoint]) -> None:
        super().__init__()
        self._source = source
        self._later = FutureResults(self)
        self._info = info
        self._others = tuple(others)
        self._keyring = True
        self._loading = False
        self._proposed = ""
        """The name that was filled in for the address."""
        self._name = QLineEdit()
        self._name.setAccessibleName("Name")
        self._url = QLineEdit()
        self._url.setAccessibleName("Base URL")
        self._url.setPlaceholderText("http://localhost:8000")
        self._protocol = ProtocolFields()
        self._needs_key = QCheckBox("Needs a key")
        self._secret = SecretField("API key")
        self._session = QCheckBox("Keep key and secret headers only for this session")
        self._session.setToolTip("Keys stay in memory until you close the workbench")
        self._headers = HeaderFields()
        self._troubles = {field: StatusLabel() for field in _FIELDS}
        self._status, self._models, self._confirm = StatusLabel(), StatusLabel(), ConfirmBar()
        self._save_button = button("Save", self._save, "primary", "Save the endpoint")
        self._load_button = button("Load models", self._load)
        self._remove_button = button("Remove…", self._ask_remove, name="Remove the endpoint")
        self._lay_out()
        self._fill()
        self._url.textChanged.connect(self._propose_name)
        for field in (self._name, self._url, self._secret.field):
            field.textChanged.connect(self._changed)
            field.returnPressed.connect(self._save)
        self._needs_key.toggled.connect(self._changed)
        self._headers.edited.connect(self._changed)
        self._protocol.edited.connect(self._changed)
        self._changed()

    @property
    def title(self) -> str:
        """The current name in the form."""
        return self._name.text().strip() or "New endpoint"

    @property
    def place(self) -> str:
        """The current address in the form."""
        return self._url.text().strip()

    @property
    def uid(self) -> str:
        """The endpoint's uid, "" if it is new."""
        return self._info.endpoint.uid if self._info else ""

    @property
    def endpoint(self) -> Endpoint | None:
        """The saved endpoint, None if it is new."""
        return self._info.endpoint if self._info else None

    def set_others(self, others: Sequence[Endpoint]) -> None:
        """Set the existing endpoints, whose names are taken."""
        self._others = tuple(others)

    def set_keyring(self, available: bool) -> None:
        """Set whether a keyring is available; without one keys last for this session only."""
        self._keyring = available
        self._changed()

    def is_dirty(self) -> bool:
        """Return whether there are unsaved edits."""
        return self.form() != _form_of(self._info)

    def form(self) -> EndpointForm:
        """Return the form's data; a key of None leaves the stored one unchanged."""
        return EndpointForm(
            name=self._name.text().strip(),
            base_url=self._url.text().strip(),
            uid=self.uid,
            needs_key=self._needs_key.isChecked(),
            key=(self._secret.text() or None) if self._needs_key.isChecked() else None,
            headers=self._headers.headers(),
            provider=self._protocol.provider,
            settings=self._protocol.settings(),
        )

    def propose(self, address: str) -> None:
        """Fill in the address, and a name for it, unless there is one already."""
        if not self._url.text():
            self._url.setText(address if address.lower().startswith("http") else f"http://{address}")
            self._name.selectAll()

    def focus_first(self) -> None:
        """Focus the first field."""
        self._name.setFocus()

    def close_work(self) -> None:
        """Ignore pending results."""
        self._later.close()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(6)
        # Labels are above their fields to leave room in a narrow window or with a large font.
        groups: tuple[tuple[str, tuple[QWidget, ...], QWidget], ...] = (
            ("Name", (self._name, self._troubles["name"]), self._name),
            ("Protocol", (self._protocol, self._troubles["settings"]), self._protocol),
            ("Base URL", (self._url, self._troubles["base_url"]), self._url),
            ("", (self._needs_key, self._secret, self._troubles["key"]), self._secret.field),
            ("Extra headers", (self._headers, self._troubles["headers"], self._session), self._headers),
        )
        for text, widgets, buddy in groups:
            if text:
                title = label(text, "muted")
                title.setBuddy(buddy)
                layout.addWidget(title)
            for widget in widgets:
                layout.addWidget(widget)
            layout.addSpacing(8)
        buttons = FlowLayout()
        for made in (self._save_button, self._load_button, self._remove_button):
            buttons.addWidget(made)
        layout.addLayout(buttons)
        for below in (self._confirm, self._status, self._models):
            layout.addWidget(below)
        layout.addStretch(1)

    def _fill(self) -> None:
        form = _form_of(self._info)
        self._name.setText(form.name)
        self._name.setCursorPosition(0)
        self._url.setText(form.base_url)
        self._url.setCursorPosition(0)
        self._needs_key.setChecked(form.needs_key)
        self._secret.clear()
        tail = self._info.key_tail if self._info else ""
        self._secret.field.setPlaceholderText(
            f"{'kept' if self._keyring else 'kept for this session'} ({tail}); paste a new one to replace it"
            if tail
            else "Paste the key"
        )
        self._headers.set_headers(form.headers)
        self._protocol.show_choice(form.provider, form.settings)

    def _propose_name(self, address: str) -> None:
        """Name a new endpoint after its host, until a name is typed."""
        if self._info is None and self._name.text() == self._proposed:
            name = name_of(address)
            self._proposed = free_name(name, self._others) if name else ""
            self._name.setText(self._proposed)

    def _changed(self) -> None:
        needs = self._needs_key.isChecked()
        self._secret.setVisible(needs)
        typed = (needs and bool(self._secret.text())) or self._headers.has_secrets()
        self._session.setVisible(typed and self._keyring)
        self._url.setPlaceholderText(self._protocol.address_hint)
        for trouble in self._troubles.values():
            trouble.say("")
        self._remove_button.setVisible(self._info is not None)
        self._save_button.setEnabled(self.is_dirty())
        self.edited.emit()

    def _check(self) -> bool:
        form = self.form()
        wrongs = list(check_form(form, self._others))
        if form.needs_key and not form.key and not (self._info and self._info.key_tail):
            wrongs.append(FieldMistake("key", "Paste the key, or untick “Needs a key”."))
        empty = next((name for name, value in form.headers if value == ""), None)
        if empty is not None and not any(wrong.where == "headers" for wrong in wrongs):
            wrongs.append(FieldMistake("headers", f"The header {empty} has no value. Type one, or remove the header."))
        self._show_wrongs(wrongs)
        return not wrongs

    def _show_wrongs(self, wrongs: Sequence[FieldMistake]) -> None:
        self._status.say("")
        places: dict[str, QWidget] = {
            "name": self._name,
            "settings": self._protocol,
            "base_url": self._url,
            "key": self._secret.field,
        }
        for trouble in self._troubles.values():
            trouble.say("")
        for wrong in reversed(wrongs):
            if wrong.where in self._troubles:
                self._troubles[wrong.where].say(wrong.sentence, "error")
                places.get(wrong.where, self._headers).setFocus()
            else:
                self._status.say(wrong.sentence, "error")

    def _save(self) -> None:
        if not self._check():
            return
        if self._info is not None and self.place != self._info.endpoint.base_url:
            self._with_address(self._save_now)
        else:
            self._save_now()

    def _save_now(self) -> None:
        form = self.form()
        self._status.say(f"Looking for models at {form.base_url}…" if versioned_url(form) else "Saving…")
        self._save_button.setEnabled(False)
        session = self._session.isChecked() or not self._keyring
        self._later.watch(self._source.save_endpoint(form, session=session), self._done_saving, self._not_saved)

    def _done_saving(self, saved: EndpointSaved) -> None:
        self._info = saved.info
        self._fill()
        self._changed()
        self._status.say(" ".join((f"Saved {saved.info.endpoint.name}.", *saved.warnings)), "good")
        self.saved.emit(saved.info)

    def _not_saved(self, error: BaseException) -> None:
        self._loading = False
        self._save_button.setEnabled(True)
        wrongs = getattr(error, "wrongs", ())
        if wrongs:
            self._show_wrongs(wrongs)
        else:
            self._status.say(sentence_of(error, "The endpoint could not be saved. Try again."), "error")

    def _load(self) -> None:
        # Keep the button enabled: disabling it would move the focus to the button that closes the dialog.
        if self._loading or not self._check():
            return
        self._loading = True
        self._with_address(self._load_now)

    def _with_address(self, then: Callable[[], None]) -> None:
        """Call `then`, first asking if a stored key was not entered for the address in the form."""
        if not self.uid:
            then()
            return

        def asked(question: AddressQuestion | None) -> None:
            if question is None:
                then()
                return
            self._loading = False
            yes = f"Send the {question.what} there"
            self._confirm.ask(question.sentence, yes, lambda: self._confirm_address(question, then), "Cancel")

        self._later.watch(self._source.question_of(self.form()), asked, self._not_saved)

    def _confirm_address(self, question: AddressQuestion, then: Callable[[], None]) -> None:
        self._later.watch(self._source.confirm_address(question), lambda _: then(), self._not_saved)

    def _load_now(self) -> None:
        form = self.form()
        self._loading = True
        self._models.say(" ".join((f"Loading models from {form.base_url}…", *warnings(form.base_url))))
        self._later.watch(self._source.load_models(form), self._show_models, self._no_models)

    def _show_models(self, found: AnsweringForm) -> None:
        self._loading = False
        models, address = found.models, found.form.base_url
        completed = address != self.place and clean_url(self.place) == clean_url(address.removesuffix("/v1"))
        if completed:
            self._url.setText(address)
        if not models:
            self._models.say("The server has no models. Load one there.", "error")
            return
        count = counted(len(models), "model")
        some = ", ".join(models[:5])
        said = f"Works: {count}. {some}{' …' if len(models) > 5 else ''}"
        remarks = (said, models.remark, "The address needed /v1." if completed else "")
        self._models.say(" ".join(remark for remark in remarks if remark), "good")

    def _no_models(self, error: BaseException) -> None:
        self._loading = False
        otherwise = "The models could not be read. Check the address and try again."
        self._models.say(sentence_of(error, otherwise), "error")

    def _ask_remove(self) -> None:
        question = f"Remove {self.title} and its keys? Past runs keep their answers."
        self._confirm.ask(question, "Remove endpoint", self._remove)

    def _remove(self) -> None:
        uid = self.uid
        self._status.say("Removing…")

        def failed(error: BaseException) -> None:
            self._status.say(sentence_of(error, "The endpoint could not be removed. Try again."), "error")

        self._later.watch(self._source.remove_endpoint(uid), lambda _: self.removed.emit(uid), failed)


def _form_of(info: EndpointInfo | None) -> EndpointForm:
    """Return the initial data of an endpoint's form."""
    if info is None:
        return EndpointForm("", "")
    endpoint = info.endpoint
    headers = (*endpoint.headers, *((name, None) for name in endpoint.secret_headers))
    return EndpointForm(
        endpoint.name,
        endpoint.base_url,
        endpoint.uid,
        endpoint.needs_key,
        None,
        headers,
        endpoint.provider,
        tuple(sorted((name, text) for name, text in endpoint.settings if text.strip())),
    )
