"""Model servers running on this computer, with buttons to add them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import EndpointSaved, SettingsSource
from workbench.core.lanes import Endpoint
from workbench.ui.widgets.controls import StatusLabel, button, label
from workbench.ui.widgets.layout_widgets import delete_widgets
from workbench.usecases.endpoint_form import EndpointForm, free_name

if TYPE_CHECKING:
    from workbench.usecases.server_discovery import FoundServer


class FoundServers(QWidget):
    """Searches on request; `added(EndpointInfo)` is emitted for each server that the user adds."""

    added = Signal(object)

    def __init__(self, source: SettingsSource) -> None:
        super().__init__()
        self._source = source
        self._later = FutureResults(self)
        self._others: tuple[Endpoint, ...] = ()
        self._found: tuple[FoundServer, ...] = ()
        self._status = StatusLabel()
        self._rows = QVBoxLayout()
        self._again = button("Look again", self.look)
        foot = QHBoxLayout()
        foot.addWidget(self._again)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label("Model servers on this computer", "heading"))
        layout.addWidget(self._status)
        layout.addLayout(self._rows)
        layout.addLayout(foot)
        layout.addStretch(1)

    def set_others(self, others: Sequence[Endpoint]) -> None:
        """Set the existing endpoints."""
        self._others = tuple(others)
        self._show_rows()

    def look(self) -> None:
        """Query the ports of Ollama and LM Studio."""
        self._found = ()
        self._show_rows()
        self._again.setEnabled(False)
        self._status.say("Checking the ports of Ollama and LM Studio…")
        self._later.watch(self._source.look_for_servers(), self._show, self._failed)

    def close_work(self) -> None:
        """Ignore pending results."""
        self._later.close()

    def _show(self, found: tuple[FoundServer, ...]) -> None:
        self._again.setEnabled(True)
        running = any(one.running for one in found)
        self._status.say("" if running else "No servers found.")
        self._found = found
        self._show_rows()

    def _failed(self, error: BaseException) -> None:
        self._again.setEnabled(True)
        self._status.say(sentence_of(error, "The search failed. Try again."), "error")

    def _show_rows(self) -> None:
        delete_widgets(self._rows)
        for found in self._found:
            self._rows.addWidget(self._row(found))

    def _row(self, found: FoundServer) -> QWidget:
        name, address = found.candidate.name, found.candidate.base_url
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(found.sentence))
        words.addWidget(label(address, "small"))
        layout.addLayout(words, 1)
        if any(other.base_url == address for other in self._others):
            layout.addWidget(label("already added", "muted", wrap=False))
        elif found.running:
            layout.addWidget(button("Add", lambda: self._add(found), "primary", f"Add {name}"))
        return row

    def _add(self, found: FoundServer) -> None:
        name = free_name(found.candidate.name, self._others)
        self._status.say(f"Adding {name}…")

        def done(saved: EndpointSaved) -> None:
            self._status.say(f"Added as {name}.", "good")
            self.added.emit(saved.info)

        future = self._source.save_endpoint(EndpointForm(name, found.candidate.base_url), session=False)
        self._later.watch(future, done, self._failed)
