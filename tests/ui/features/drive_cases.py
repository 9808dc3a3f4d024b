"""Drives Cases: keep, list, edit, use and delete, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.store.making import NOW, opened, text
from tests.ui.features.standins import StandInNotices, StandInSession, standins, window_modules
from workbench.core.drafts import Draft, ValueSet
from workbench.store import Store
from workbench.ui.features.cases import FEATURE
from workbench.ui.features.cases.controller import CasesController
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print notices, shown values and stored rows."""
    app = QApplication([])
    with closing(opened(folder / "history.db")) as store:
        told = _drive(store, Theme(app, "light"))
    told["windows"] = window_modules()
    print(json.dumps(told))


def _drive(store: Store, theme: Theme) -> dict[str, object]:
    for name in ("p", "other"):
        store.create_prompt(name, f"Prompt {name}", NOW).result()
    session = StandInSession("p", Draft(text("Where is {{order}}?")))
    services = standins(store, theme, session=session)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["keep_case"]()
    late = ValueSet("set-1", "Late", (("order", "7"),))
    session.shown = Draft(text("Where is {{order}}?"), late.values, sets=(late,), active="set-1")
    actions["keep_case"]()
    actions["cases"]()
    controller = host.controller("cases")
    assert isinstance(controller, CasesController)
    dialog = controller.dialog
    assert dialog is not None
    title, variables = dialog.windowTitle(), dialog.detail.values.variables()
    session.shown = Draft(session.shown.content)
    dialog.use.click()
    used = session.shown.values
    dialog.undo.click()
    put_back = session.shown.values
    dialog.delete.click()
    deleted = store.packs.cases("p")
    dialog.undo.click()
    dialog.detail.name.setText("Very late")
    dialog.detail.name.textEdited.emit("Very late")
    services.navigator.open_prompt("other")
    host.stop()
    notices = services.notices
    assert isinstance(notices, StandInNotices)
    return {
        "commands": sorted(actions),
        "title": title,
        "variables": variables,
        "used": used,
        "put_back": put_back,
        "deleted": len(deleted),
        "stored": [(case.uid, case.name, case.values) for case in store.packs.cases("p")],
        "is_open": controller.dialog is not None,
        "said": notices.said,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
