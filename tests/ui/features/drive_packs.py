"""Exports a pack, imports it into another history and undoes that, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.store.making import opened
from tests.ui.features.standins import StandInEvents, StandInNotices, StandInSession, standins, window_modules
from tests.usecases.packs.making import add_prompt
from workbench.store import Store
from workbench.ui.features.packs import FEATURE
from workbench.ui.features.packs.controller import PacksController
from workbench.ui.shell.events import Changed, DataChanged, PackChosen, PackExportRequested
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print the notices, the published events and the stored rows."""
    app = QApplication([])
    theme = Theme(app, "light")
    with closing(opened(folder / "mine.db")) as store:
        for name in ("Order bot", "Mail bot"):
            add_prompt(store, name)
        exported = _export(app, store, theme, folder / "bot.promptpack")
    with closing(opened(folder / "theirs.db")) as store:
        imported = _import(app, store, theme, folder / "bot.promptpack")
    windows = window_modules()
    print(json.dumps({**exported, **imported, "windows": windows}))


def _export(app: QApplication, store: Store, theme: Theme, path: Path) -> dict[str, object]:
    session = StandInSession("p-mail")
    services = standins(store, theme, session=session)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["export_pack"]()
    dialog = _controller(host).exports.dialog
    assert dialog is not None
    # An open dialog is not changed by another request.
    services.events.publish(PackExportRequested("p-order"))
    ticked = dialog.choice.table.names
    dialog.choice.take_place(path)
    for _ in range(2):
        dialog.go.click()
        app.processEvents()
    said = dialog.written.said.text()
    dialog.close()
    host.stop()
    return {
        "commands": sorted(actions),
        "ticked": ticked,
        "exported": said,
        "is_written": path.is_file(),
        "saved": session.saved,
    }


def _import(app: QApplication, store: Store, theme: Theme, path: Path) -> dict[str, object]:
    session = StandInSession()
    services = standins(store, theme, session=session)
    host = FeatureHost((FEATURE,), services)
    services.events.publish(PackChosen(path))
    dialog = _controller(host).imports.dialog
    assert dialog is not None
    planned = dialog.one.text()
    dialog.go.click()
    app.processEvents()
    opened_uid, came = session.uid, [row.name for row in store.prompts()]
    add_prompt(store, "Shop bot")
    host.actions()["undo_import"]()
    app.processEvents()
    host.stop()
    events, notices = services.events, services.notices
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    return {
        "planned": planned,
        "opened": opened_uid,
        "came": came,
        "left": [row.name for row in store.prompts()],
        "open_at_last": session.uid,
        "said": notices.said,
        "changes": sum(isinstance(event, DataChanged) and Changed.PROMPTS in event.what for event in events.published),
    }


def _controller(host: FeatureHost) -> PacksController:
    controller = host.controller("packs")
    assert isinstance(controller, PacksController)
    return controller


if __name__ == "__main__":
    main(Path(sys.argv[1]))
