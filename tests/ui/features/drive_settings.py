"""Opens the settings, saves an endpoint and a limit, and changes the theme, without the window."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.ui.features.standins import StandInEvents, standin_models, standins, wait_for, window_modules
from workbench.core.run_limits import LIMITS, Limits
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.settings import FEATURE
from workbench.ui.features.settings.controller import SettingsController
from workbench.ui.shell.events import (
    EndpointFormRequested,
    EndpointsChanged,
    SettingsClosed,
    SettingsCloseRequested,
    SettingsOpening,
    SettingsPart,
    SettingsRequested,
)
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.controls import ConfirmBar
from workbench.ui.widgets.theme import Theme


def field(inside: QWidget, name: str) -> QLineEdit:
    """Return the line edit with this accessible name."""
    return next(one for one in inside.findChildren(QLineEdit) if one.accessibleName() == name)


def main(folder: Path) -> None:
    """Print what the settings showed, stored and published."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    services = standins(store, Theme(app, "light"))
    models = standin_models(store, folder)
    services = replace(services, backend=replace(services.backend, models=models))
    events = services.events
    assert isinstance(events, StandInEvents)
    made: list[str] = []

    def page_of_another(_: ConfirmBar) -> QWidget:
        made.append("made")
        return QWidget()

    part = SettingsPart("history", "History", page_of_another, lambda: made.append("closed"))
    events.subscribe(SettingsOpening, lambda opening: opening.add(part))
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["theme_dark"]()
    actions["zoom_in"]()
    theme = [services.theme.mode, services.theme.scale]
    controller = host.controller("settings")
    assert isinstance(controller, SettingsController)
    imported_for_theme = "workbench.ui.features.settings.dialog" in sys.modules
    actions["settings"]()
    dialog = controller.dialog
    assert dialog is not None
    events.publish(EndpointFormRequested("http://127.0.0.1:9/v1"))
    address = field(dialog, "Base URL").text()
    field(dialog, "Name").setText("Mine")
    events.publish(SettingsCloseRequested(lambda: made.append("left too early")))
    field(dialog, "Name").returnPressed.emit()
    wait_for(lambda: models.endpoints.custom())
    wait_for(lambda: any(isinstance(event, EndpointsChanged) for event in events.published))
    events.publish(SettingsRequested("limits"))
    limit = field(dialog, "Calls, limit per run")
    limit.setText("7")
    limit.returnPressed.emit()
    wait_for(lambda: store.get_meta(LIMITS))
    events.publish(SettingsRequested("history"))
    same = controller.dialog is dialog
    wait_for(lambda: not dialog._unsaved())
    events.publish(SettingsCloseRequested(lambda: made.append("left")))
    told = {
        "commands": sorted(actions),
        "theme": theme,
        "imported_for_theme": imported_for_theme,
        "address": address,
        "endpoints": [endpoint.name for endpoint in models.endpoints.custom()],
        "calls": Limits.from_text(store.get_meta(LIMITS) or "").calls,
        "same": same,
        "is_open": controller.dialog is not None,
        "page": made,
        "closed": [type(event) for event in events.published].count(SettingsClosed),
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
