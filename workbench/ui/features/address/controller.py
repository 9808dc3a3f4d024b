"""Confirmation of an address before a key is sent to it.

Invariant: the keyring is never read on the UI thread; the lane runs again only after confirmation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.future_results import FutureResults, sentence_of, start
from workbench.core.lanes import Endpoint
from workbench.ui.features.address.dialog import AddressDialog
from workbench.ui.shell.events import LaneRetryRequested
from workbench.ui.widgets.dialog import dialog_parent
from workbench.usecases.credentials import AddressQuestion

if TYPE_CHECKING:
    from workbench.ui.shell.services import Services


class AddressConfirmation(QObject):
    """Asks about the addresses of one window's lanes."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.dialogs.widget())
        self._services = services
        self._later = FutureResults(self)
        self.open: AddressDialog | None = None
        """The open dialog, or None."""

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def ask(self, slot: str) -> None:
        """Ask about the address of a lane, and retry the lane once it is confirmed."""
        lane = next((lane for lane in self._services.session.draft().lanes if lane.slot == slot), None)
        if lane is None or self.open is not None:
            return
        endpoints, model = self._services.backend.models.endpoints, lane.model
        uid = lane.endpoint

        def read() -> AddressQuestion | None:
            endpoint: Endpoint | None = endpoints.find(uid)
            return None if endpoint is None else endpoints.question(endpoint, model)

        def show(question: AddressQuestion | None) -> None:
            if question is None:
                # The address was confirmed or changed in the meantime.
                self._retry(slot)
            else:
                self._show(slot, question)

        self._later.watch(start(read), show, self._failed)

    def _show(self, slot: str, question: AddressQuestion) -> None:
        dialog = AddressDialog(self._services.theme, question, dialog_parent(self._services.dialogs.widget()))
        self.open = dialog
        dialog.finished.connect(self._closed)
        dialog.accepted.connect(lambda: self._confirm(slot, question))
        dialog.open()

    def _closed(self) -> None:
        self.open = None

    def _confirm(self, slot: str, question: AddressQuestion) -> None:
        endpoints = self._services.backend.models.endpoints
        confirmed = start(lambda: endpoints.confirm(question))
        self._later.watch(confirmed, lambda _: self._retry(slot), self._failed)

    def _retry(self, slot: str) -> None:
        self._services.events.publish(LaneRetryRequested(slot))

    def _failed(self, error: BaseException) -> None:
        otherwise = "The address could not be confirmed. Try again in the settings."
        self._services.notices.problem(sentence_of(error, otherwise))
