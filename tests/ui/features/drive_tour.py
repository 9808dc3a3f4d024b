"""Shows the tour of a sample, with stand-ins for the services, and ends it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from tests.bench.histories import add_iterations, echo_history
from tests.ui.features.standins import StandInNotices, StandInSession, standins, window_modules
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.tour import FEATURE
from workbench.ui.features.tour.controller import TourController
from workbench.ui.shell.check_events import DifferencesShown
from workbench.ui.shell.events import WindowCompleted
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.rooms import SIDE_FOOT
from workbench.ui.widgets.theme import Theme
from workbench.usecases.prompts import SAMPLE


@dataclass
class _Foot:
    shown: list[bool] = field(default_factory=list)

    def show_foot(self, foot: QWidget | None) -> None:
        self.shown.append(foot is not None)


def main(folder: Path) -> None:
    """Print the shown lines before and after the differences, and after the tour was ended and begun again."""
    app = QApplication([])
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 1)
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    session = StandInSession()
    services = standins(store, Theme(app, "light"), None, session)
    session.uid = store.prompts()[0].uid
    store.set_meta(SAMPLE, session.uid).result()
    feet = _Foot()
    host = FeatureHost((FEATURE,), services)
    host.part(SIDE_FOOT, feet)
    services.events.publish(WindowCompleted())
    controller = host.controller("tour")
    assert isinstance(controller, TourController)
    shown = []
    assert controller.panel is not None
    shown.append(controller.panel.texts())
    services.events.publish(DifferencesShown())
    shown.append(controller.panel.texts())
    controller.panel.close_.click()
    ended = controller.panel is None
    services.events.publish(WindowCompleted())
    host.actions()["tour"]()
    if controller.panel is not None:
        shown.append(controller.panel.texts())
    notices = services.notices
    assert isinstance(notices, StandInNotices)
    host.stop()
    store.close()
    told = {
        "commands": sorted(host.actions()),
        "shown": shown,
        "ended": ended,
        "feet": feet.shown,
        "said": notices.said,
        "windows": window_modules(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
