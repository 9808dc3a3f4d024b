"""Opens the dialogs of the Help menu, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from tests.ui.features.standins import standins, window_modules
from workbench.host.clock import utc_now
from workbench.host.faults import FaultLog
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.help import FEATURE
from workbench.ui.features.help.controller import HelpController
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print the beginning of each text, and the copied report."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    services = standins(store, Theme(app, "light"))
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    controller = host.controller("help")
    assert isinstance(controller, HelpController)
    FaultLog(services.backend.places.state, "window", "0").write("ValueError at somewhere")
    shown = {}
    for name in ("guide", "news", "licences", "about", "report_problem"):
        actions[name]()
        assert controller.dialog is not None
        shown[name] = controller.dialog.page.toPlainText()
    controller.dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    controller.dialog.close()
    host.stop()
    store.close()
    told = {"commands": sorted(actions), "shown": shown, "copied": copied, "windows": window_modules()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
