"""Inserts techniques and saves one of the user's own, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tests.ui.features.standins import StandInEditor, StandInNotices, StandInSession, standins, window_modules
from workbench.core.blocks import OutputFormat
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.techniques import FEATURE
from workbench.ui.features.techniques.controller import TechniquesController
from workbench.ui.shell.events import TechniqueChosen
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme
from workbench.usecases.techniques import Techniques


def main(folder: Path) -> None:
    """Print the list, the notices and the insertions."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    session = StandInSession()
    services = standins(store, Theme(app, "light"), session=session)
    editor, notices = services.editor, services.notices
    assert isinstance(editor, StandInEditor)
    assert isinstance(notices, StandInNotices)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["save_technique"]()
    session.shown = Draft(Content((Message("user", "Hi"),), output=OutputFormat("json")))
    editor.selection = "Answer in $0."
    actions["save_technique"]()
    controller = host.controller("techniques")
    assert isinstance(controller, TechniquesController)
    assert controller.form is not None
    controller.form.name.setText("Mine")
    _press(controller.form, "Save")
    actions["techniques"]()
    dialog = controller.dialog
    assert dialog is not None
    dialog.search.setText("Mine")
    assert dialog.current is not None
    mine = dialog.current
    _press(dialog, "Remove")
    removed = [one.own for one in Techniques(services.backend.places).all().techniques].count(True)
    notices.offered()
    dialog.search.setText("Mine")
    _press(dialog, "Insert")
    shipped = {one.place: one for one in Techniques(services.backend.places).all().techniques if not one.own}
    for place in ("examples", "output"):
        services.events.publish(TechniqueChosen(shipped[place]))
    told = {
        "commands": sorted(actions),
        "said": notices.said,
        "snippet": mine.snippet,
        "own_after_removal": removed,
        "inserted": [(found.text, mark is not None) for found, mark in editor.inserted],
        "examples": len(session.shown.content.examples),
        "open": controller.dialog is not None,
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


def _press(dialog: QWidget, text: str) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == text).click()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
