"""Imports a log and exports it again, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.ui.features.standins import StandInEvents, StandInNotices, StandInSelection, standins, window_modules
from tests.usecases.exchange.llm_making import new_log
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.exchange import FEATURE
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme
from workbench.usecases.exchange.exporter import ExportSelection


def main(folder: Path) -> None:
    """Print the notices, the published events and the written files."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    selection = StandInSelection()
    services = standins(store, Theme(app, "light"), selection)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["export_runs"]()
    controller = FEATURE.make(services)
    controller.preview(new_log(folder / "logs.db"))
    assert controller.dialog is not None
    previewed = controller.dialog.said.text()
    controller.dialog.go.click()
    imported = controller.dialog.said.text()
    controller.dialog.close()
    controller.write(ExportSelection(query=""), "jsonl", folder / "runs.jsonl")
    events, notices = services.events, services.notices
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    (event,) = events.published
    host.stop()
    store.close()
    told = {
        "commands": sorted(actions),
        "previewed": previewed,
        "imported": imported,
        "said": notices.said,
        "changed": isinstance(event, DataChanged) and Changed.RUNS in event.what,
        "rows": len((folder / "runs.jsonl").read_text().splitlines()),
        "windows": window_modules(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
