"""Searches, curates, saves and deletes runs, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from tests.bench.histories import add_iterations, echo_history
from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInNotices,
    StandInSession,
    standins,
    window_modules,
)
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.history import FEATURE
from workbench.ui.features.history.controller import HistoryController
from workbench.ui.features.history.saved_searches import SavedSearchesDialog, SearchNameDialog
from workbench.ui.features.history.view import HistoryView
from workbench.ui.shell.events import (
    CommandStateChanged,
    DataChanged,
    HistoryChanged,
    PromptDeletionRequested,
    RunChosen,
    RunsBroughtBack,
    RunsDeleted,
    SearchChosen,
)
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.views import DividedPage, KeyNamesPage, RunsPage, ViewPage
from workbench.ui.widgets.theme import Theme

KINDS = (RunChosen, RunsDeleted, RunsBroughtBack, DataChanged)


def main(folder: Path) -> None:
    """Print results, notices, stored rows, and published events."""
    app = QApplication([])
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 3)
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    prompt = store.prompts()[0].uid
    services = standins(store, Theme(app, "light"), session=StandInSession(prompt))
    navigator, events, notices = services.navigator, services.events, services.notices
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    host = FeatureHost((FEATURE,), services)
    actions, navigator.places = host.actions(), host.places()
    told: dict[str, object] = {
        "commands": sorted(actions),
        "tabs": {key: place.title for key, place in navigator.places.items()},
    }
    actions["star_run"]()
    actions["view_history"]()
    view, controller = navigator.pages["history"], host.controller("history")
    assert isinstance(view, HistoryView)
    assert isinstance(controller, HistoryController)
    told["page"] = all(isinstance(view, kind) for kind in (ViewPage, RunsPage, DividedPage, KeyNamesPage))

    def shown() -> int:
        app.processEvents()
        return view.model.rowCount()

    told["found"] = shown()
    told["selected"] = len(view.selected())
    told["enabled"] = any(isinstance(event, CommandStateChanged) for event in events.published)
    actions["open_run"]()
    view.detail.branch_wanted.emit(view.selected()[0])
    actions["star_run"]()
    told["starred"] = view.selected()[0].starred
    actions["copy_run_prompt"]()
    told["copied"] = bool(QGuiApplication.clipboard().text())
    events.publish(SearchChosen("is:starred"))
    told["searched"] = [view.query(), view.has_query(), shown()]
    actions["save_search"]()
    dialog = next(one for one in app.topLevelWidgets() if isinstance(one, SearchNameDialog))
    dialog.field.setText("Good ones")
    dialog.save.click()
    actions["saved_searches"]()
    listed = next(one for one in app.topLevelWidgets() if isinstance(one, SavedSearchesDialog))
    told["saved"] = [listed.list.item(at).text() for at in range(listed.list.count())]
    listed.close()
    told["menu"] = _menu(controller)
    view.search("")
    shown()
    actions["delete_run"]()
    told["left"] = shown()
    notices.offered()
    told["back"] = shown()
    events.publish(HistoryChanged())
    events.publish(PromptDeletionRequested(prompt))
    told["prompts"] = [row.uid for row in store.prompts()].count(prompt)
    notices.offered()
    actions["delete_run"]()
    actions["deleted"]()
    box = controller.erasing.question
    assert isinstance(box, QMessageBox)
    told["asked"] = box.text()
    next(button for button in box.buttons() if button.text() == "Delete for good").click()
    told["gone"] = shown()
    host.stop()
    told |= {
        "wishes": [f"{event.wish}" for event in events.published if isinstance(event, RunChosen)],
        "events": sorted({type(event).__name__ for event in events.published if isinstance(event, KINDS)}),
        "said": notices.said,
        "windows": window_modules(),
    }
    store.close()
    print(json.dumps(told))


def _menu(controller: HistoryController) -> list[str]:
    """Return the names in the menu of saved searches."""
    assert controller.view is not None
    menu = controller.view.bar.saved.menu()
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions() if not action.isSeparator()]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
