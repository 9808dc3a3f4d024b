"""Compares rows of the timeline, versions and runs, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.bench.histories import add_iterations, echo_history
from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInSelection,
    StandInSession,
    standins,
    window_modules,
)
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.compare import FEATURE
from workbench.ui.features.compare.controller import CompareController
from workbench.ui.features.compare.dialog import CompareDialog
from workbench.ui.shell.events import (
    ComparedRun,
    MarkedRowsCompared,
    RowsComparison,
    RunsComparison,
    VersionsComparison,
)
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.services import ShownTimeline
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print the sides of each dialog, and the number of differences."""
    app = QApplication([])
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 3)
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    selection, session = StandInSelection(), StandInSession()
    services = standins(store, Theme(app, "light"), selection, session)
    navigator, events = services.navigator, services.events
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(events, StandInEvents)
    session.uid = store.prompts()[0].uid
    session.shown = Draft(Content((Message("user", "Something else"),)))
    rows = tuple(services.backend.history.timeline(session.uid, None, 3).rows)
    newest, before, first = (row.uid for row in rows)
    selection.rows = ShownTimeline(rows, newest)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    controller = host.controller("compare")
    assert isinstance(controller, CompareController)
    sides: dict[str, list[str]] = {}

    def note(what: str) -> None:
        dialog = controller.dialog
        assert isinstance(dialog, CompareDialog)
        sides[what] = [dialog.old.currentText(), dialog.new.currentText(), dialog.count.text()]
        dialog.close()

    actions["compare"]()
    note("with the draft")
    selection.rows = ShownTimeline(rows, newest, (first, newest))
    actions["compare"]()
    note("marked")
    events.publish(RowsComparison(first, before))
    note("rows")
    navigator.view = "history"
    selection.compared = VersionsComparison(session.uid, 1, 1)
    actions["compare"]()
    note("versions")
    selection.compared = None
    actions["compare"]()
    nothing = controller.dialog is None
    older, newer = (store.iteration_detail(uid) for uid in (first, newest))
    events.publish(RunsComparison(ComparedRun("A", older), ComparedRun("B", newer)))
    note("runs")
    told = {
        "commands": sorted(actions),
        "sides": sides,
        "nothing": nothing,
        "unmarked": [type(event) for event in events.published].count(MarkedRowsCompared),
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
