"""Drives the address confirmation of a lane's endpoint, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from PySide6.QtWidgets import QApplication

from tests.ui.features.standins import StandInEvents, StandInNotices, StandInSession, standins, wait_for, window_modules
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.address import FEATURE
from workbench.ui.features.address.controller import AddressConfirmation
from workbench.ui.shell.events import AddressConfirmationRequested, LaneRetryRequested
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme
from workbench.usecases.credentials import AddressQuestion

QUESTION = AddressQuestion(
    "Gateway", "key", ("https://mine.example",), "https://theirs.example", "https://theirs.example", (), "the endpoint"
)


class StandInEndpoints:
    """One endpoint that needs confirmation until it has been answered."""

    def __init__(self) -> None:
        self.question_left: AddressQuestion | None = QUESTION

    def find(self, uid: str) -> object:
        return object()

    def question(self, endpoint: object, model: str) -> AddressQuestion | None:
        return self.question_left

    def confirm(self, question: AddressQuestion) -> None:
        self.question_left = None


def main(folder: Path) -> None:
    """Print the questions and the retried lanes."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    session = StandInSession(shown=Draft(lanes=(Lane("a", "e-1", "acme"),)))
    services = standins(store, Theme(app, "light"), session=session)
    models = SimpleNamespace(endpoints=StandInEndpoints())
    services = replace(services, backend=replace(services.backend, models=models))  # type: ignore[type-var]
    events, notices = services.events, services.notices
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    host = FeatureHost((FEATURE,), services)
    controller = host.controller("address")
    assert isinstance(controller, AddressConfirmation)

    def retried() -> list[str]:
        return [event.slot for event in events.published if isinstance(event, LaneRetryRequested)]

    events.publish(AddressConfirmationRequested("gone"))
    events.publish(AddressConfirmationRequested("a"))
    wait_for(lambda: controller.open is not None)
    assert controller.open is not None
    title = controller.open.windowTitle()
    controller.open.accept()
    wait_for(lambda: len(retried()) == 1)
    events.publish(AddressConfirmationRequested("a"))
    wait_for(lambda: len(retried()) == 2)
    told = {
        "title": title,
        "retried": retried(),
        "said": notices.said,
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
