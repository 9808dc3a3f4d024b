"""Chooses models in the picker, one of them with a new endpoint and a price, without the window."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.features.standins import StandInEvents, standin_models, standins, wait_for, window_modules
from workbench.app.models.model_index import ModelChoice
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Endpoint, Lane
from workbench.core.money import Rates
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.models import FEATURE
from workbench.ui.features.models.controller import ModelsController
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.shell.events import EndpointFormRequested, EndpointsChanged, KeysChanged, ModelRequested
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme

OWN = Endpoint("e-own", "openai", "Mine", "http://127.0.0.1:9/v1")
LANE = Lane("a", BUILTIN, BUILTIN_MODEL)


def main(folder: Path) -> None:
    """Print the choices, the stored endpoints and prices, and the requests."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    services = standins(store, Theme(app, "light"))
    models = standin_models(store, folder)
    services = replace(services, backend=replace(services.backend, models=models))  # type: ignore[type-var]
    events = services.events
    assert isinstance(events, StandInEvents)
    known: list[list[str]] = []

    def read_endpoints(event: EndpointsChanged) -> None:
        known.append([endpoint.name for endpoint in models.endpoints.custom()])
        event.then()

    events.subscribe(EndpointsChanged, read_endpoints)
    host = FeatureHost((FEATURE,), services)
    used: list[list[str]] = []

    def opened() -> ModelPicker:
        events.publish(ModelRequested(LANE, lambda *model: used.append(list(model))))
        controller = host.controller("models")
        assert isinstance(controller, ModelsController)
        picker = controller.picker
        assert picker is not None
        wait_for(lambda: picker._model.offer.index)
        return picker

    def typed(picker: ModelPicker, text: str) -> None:
        search = next(one for one in picker.findChildren(QLineEdit) if one.accessibleName() == "Search models")
        QTest.keyClicks(search, text)
        QTest.keyClick(search, Qt.Key.Key_Return)

    typed(opened(), "echo")
    controller = host.controller("models")
    assert isinstance(controller, ModelsController)
    is_open = controller.picker is not None
    opened().chosen.emit(ModelChoice(OWN.uid, "acme", Rates(1e-6, 2e-6), OWN))
    wait_for(models.pricing.own_prices)
    picker = opened()
    events.publish(KeysChanged())
    typed(picker, "http://127.0.0.1:8/v1")
    told = {
        "used": used,
        "is_open": is_open,
        "known": known,
        "prices": [list(key) for key in models.pricing.own_prices()],
        "asked": [event.address for event in events.published if isinstance(event, EndpointFormRequested)],
        "stays_open": controller.picker is picker,
        "windows": window_modules(),
    }
    picker.reject()
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
