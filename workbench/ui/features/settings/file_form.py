"""The form of a model file with an optional LoRA adapter.

Invariant: a missing file is reported below its path at once, not only when a lane fails. Removing the endpoint never
touches the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import EndpointInfo, EndpointSaved, FileForm, SettingsSource
from workbench.core.lanes import Endpoint
from workbench.ui.widgets.controls import ConfirmBar, StatusLabel, button, label
from workbench.ui.widgets.paths import ChooseFile, choose_file
from workbench.usecases.endpoint_form import FieldMistake, check_name


class FileFormView(QWidget):
    """Name and paths, Save and Remove. `saved(EndpointInfo)`, `removed(uid)` and `edited` notify the list."""

    saved = Signal(object)
    removed = Signal(str)
    edited = Signal()

    def __init__(
        self,
        source: SettingsSource,
        info: EndpointInfo,
        others: Sequence[Endpoint],
        *,
        choose: ChooseFile = choose_file,
    ) -> None:
        super().__init__()
        self._source, self._info, self._others, self._choose = source, info, tuple(others), choose
        self._later = FutureResults(self)
        self._fields: dict[str, QLineEdit] = {}
        self._troubles: dict[str, StatusLabel] = {}
        self._status, self._confirm = StatusLabel(), ConfirmBar()
        self._save_button = button("Save", self._save, "primary", "Save the model file")
        self._remove_button = button("Remove…", self._ask_remove, name="Remove the model file from the list")
        self._lay_out()
        self._fill()
        for field in self._fields.values():
            field.textChanged.connect(self._changed)
            field.returnPressed.connect(self._save)

    @property
    def title(self) -> str:
        """The current name in the form."""
        return self._fields["name"].text().strip() or "Model file"

    @property
    def place(self) -> str:
        """The path of the model file."""
        return self._fields["path"].text().strip()

    @property
    def uid(self) -> str:
        """The endpoint's uid."""
        return self._info.endpoint.uid

    def set_others(self, others: Sequence[Endpoint]) -> None:
        """Set the existing endpoints, whose names are taken."""
        self._others = tuple(others)

    def set_keyring(self, available: bool) -> None:
        """Do nothing: a file needs no key."""

    def is_dirty(self) -> bool:
        """Return whether there are unsaved edits."""
        return self.form() != _form_of(self._info.endpoint)

    def form(self) -> FileForm:
        """Return the form's data."""
        name, path, adapter = (self._fields[field].text().strip() for field in ("name", "path", "adapter"))
        return FileForm(self.uid, name, path, adapter)

    def focus_first(self) -> None:
        """Focus the first field."""
        self._fields["name"].setFocus()

    def close_work(self) -> None:
        """Ignore pending results."""
        self._later.close()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(6)
        for name, text in (("name", "Name"), ("path", "Model file (GGUF)"), ("adapter", "LoRA adapter")):
            field, trouble, title = QLineEdit(), StatusLabel(), label(text, "muted")
            field.setAccessibleName(text)
            title.setBuddy(field)
            self._fields[name], self._troubles[name] = field, trouble
            row = QHBoxLayout()
            row.addWidget(field, 1)
            if name != "name":
                row.addWidget(button("Choose…", partial(self._ask_file, name), name=f"Choose the {text}"))
            layout.addWidget(title)
            layout.addLayout(row)
            layout.addWidget(trouble)
            layout.addSpacing(8)
        self._fields["adapter"].setPlaceholderText("none")
        buttons = QHBoxLayout()
        buttons.addWidget(self._save_button)
        buttons.addWidget(self._remove_button)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        layout.addWidget(self._confirm)
        layout.addWidget(self._status)
        layout.addStretch(1)

    def _fill(self) -> None:
        endpoint = self._info.endpoint
        for name, text in (("name", endpoint.name), ("path", endpoint.path), ("adapter", endpoint.adapter)):
            self._fields[name].setText(text)
        self._changed()
        for trouble in self._info.troubles:
            self._troubles[trouble.where].say(trouble.sentence, "error")

    def _changed(self) -> None:
        for trouble in self._troubles.values():
            trouble.say("")
        self._status.say("")
        self._save_button.setEnabled(self.is_dirty())
        self.edited.emit()

    def _ask_file(self, name: str) -> None:
        title = "Choose a model file" if name == "path" else "Choose a LoRA adapter"
        if path := self._choose(self, title):
            self._fields[name].setText(path)

    def _save(self) -> None:
        form = self.form()
        wrongs = list(check_name(form.name, self.uid, self._others))
        if not form.path:
            wrongs.append(FieldMistake("path", "Choose the model file."))
        self._show_wrongs(wrongs)
        if wrongs or not self.is_dirty():
            return
        self._status.say("Saving…")
        self._save_button.setEnabled(False)
        self._later.watch(self._source.save_file(form), self._done_saving, self._not_saved)

    def _show_wrongs(self, wrongs: Sequence[FieldMistake]) -> None:
        for trouble in self._troubles.values():
            trouble.say("")
        for wrong in reversed(wrongs):
            self._troubles[wrong.where].say(wrong.sentence, "error")
            self._fields[wrong.where].setFocus()

    def _done_saving(self, saved: EndpointSaved) -> None:
        self._info = saved.info
        self._fill()
        self._status.say(f"Saved {saved.info.endpoint.name}.", "good")
        self.saved.emit(saved.info)

    def _not_saved(self, error: BaseException) -> None:
        self._save_button.setEnabled(True)
        self._status.say("")
        if wrongs := getattr(error, "wrongs", ()):
            self._show_wrongs(wrongs)
        else:
            self._status.say(sentence_of(error, "The model file could not be saved. Try again."), "error")

    def _ask_remove(self) -> None:
        name, file = self._info.endpoint.name, Path(self._info.endpoint.path).name
        question = f"Remove {name} from the list? The file {file} is kept, and past runs keep their answers."
        self._confirm.ask(question, "Remove from list", self._remove)

    def _remove(self) -> None:
        uid = self.uid
        self._status.say("Removing…")

        def failed(error: BaseException) -> None:
            self._status.say(sentence_of(error, "The model file could not be removed. Try again."), "error")

        self._later.watch(self._source.remove_endpoint(uid), lambda _: self.removed.emit(uid), failed)


def _form_of(endpoint: Endpoint) -> FileForm:
    return FileForm(endpoint.uid, endpoint.name, endpoint.path, endpoint.adapter)
