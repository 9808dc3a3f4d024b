"""Copies and saves the answers of a stored iteration, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from tests.bench.histories import add_iterations, echo_history
from tests.ui.features.standins import StandInNotices, StandInSelection, StandInSession, standins, window_modules
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.sharing import FEATURE
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.services import ShownTimeline
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print the notices, what is on the clipboard and the saved file."""
    app = QApplication([])
    QStandardPaths.setTestModeEnabled(True)
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 2)
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    selection, session = StandInSelection(), StandInSession()
    services = standins(store, Theme(app, "light"), selection, session)
    notices = services.notices
    assert isinstance(notices, StandInNotices)
    session.uid = store.prompts()[0].uid
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["share_table"]()
    selection.rows = ShownTimeline(tuple(services.backend.history.timeline(session.uid, None, 2).rows))
    clipboard = QGuiApplication.clipboard()
    actions["share_table"]()
    copied = clipboard.mimeData()
    text, html = copied.text(), copied.html()
    actions["share_picture"]()
    width = clipboard.image().width()
    actions["share_page"]()
    host.stop()
    store.close()
    told = {
        "commands": sorted(actions),
        "said": notices.said,
        "text": text,
        "html": html,
        "width": width,
        "windows": window_modules(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
