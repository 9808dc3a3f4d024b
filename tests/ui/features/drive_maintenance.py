"""Backs the history up, checks it, and requests a repair, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.bench.histories import echo_history
from tests.ui.features.standins import StandInEvents, StandInNotices, standins, wait_for, window_modules
from workbench.app.maintenance import tasks
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.store.maintenance import backups
from workbench.ui.features.maintenance import FEATURE
from workbench.ui.features.maintenance.controller import MaintenanceController
from workbench.ui.shell.events import (
    HistoryChangeRequested,
    SettingsClosed,
    SettingsCloseRequested,
    SettingsOpening,
    SettingsPart,
    SettingsRequested,
    WindowCompleted,
)
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.controls import ConfirmBar
from workbench.ui.widgets.theme import Theme


class IdleRunner:
    """A runner without runs."""

    def running(self) -> tuple[str, ...]:
        return ()


class PlainSettings:
    """A settings dialog with one page, provided by another feature."""

    def __init__(self, events: StandInEvents) -> None:
        self._events = events
        self.parts: list[SettingsPart] = []
        self.confirm = ConfirmBar()
        events.subscribe(SettingsRequested, lambda _: self.show())
        events.subscribe(SettingsCloseRequested, self.close)

    def show(self) -> None:
        """Make the page unless it exists."""
        if not self.parts:
            self._events.publish(SettingsOpening(self.parts.append))
            self.page = self.parts[0].make(self.confirm)

    def close(self, wanted: SettingsCloseRequested) -> None:
        """Close the page without asking."""
        self.parts.pop().close()
        self._events.publish(SettingsClosed())
        wanted.then()


def main(folder: Path) -> None:
    """Print notices, shown values, copied text and requests."""
    tasks.FIRST_LOOK_MS = 1
    app = QApplication([])
    db = folder / "history.db"
    echo_history(db)
    store = open_store(db, now=utc_now(), uid=new_uid)
    services = standins(store, Theme(app, "light"))
    services = replace(services, backend=replace(services.backend, runner=IdleRunner()))  # type: ignore[type-var]
    events, notices = services.events, services.notices
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    settings = PlainSettings(events)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    events.publish(WindowCompleted())
    wait_for(lambda: any(not one.by_hand for one in backups.listed(db, backups.folder_of(db))))
    controller = host.controller("maintenance")
    assert isinstance(controller, MaintenanceController)
    wait_for(lambda: controller.desk.job is None)
    actions["history_backup"]()
    wait_for(lambda: len(notices.said) > 1)
    said = [sentence.split(" of ")[0] for sentence in notices.said]
    made = sorted(one.by_hand for one in backups.listed(db, backups.folder_of(db)))
    actions["history_check"]()
    panel = controller.panel
    assert panel is not None
    wait_for(panel.progress.status.text)
    checked = panel.progress.status.text()
    panel.ask_repair()
    settings.confirm._yes.click()
    is_page_closed = controller.panel is None
    controller.desk.daily_failed.emit("It is full.", "")
    notices.offered()
    told = {
        "commands": sorted(actions),
        "said": said,
        "by_hand": made,
        "checked": checked,
        "said_in_the_window": notices.said[2:],
        "changes": [type(e.change).__name__ for e in events.published if isinstance(e, HistoryChangeRequested)],
        "is_page_closed": is_page_closed,
        "is_shown_again": controller.panel is not None,
        "windows": window_modules(),
    }
    settings.parts.pop().close()
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
