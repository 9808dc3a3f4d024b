"""Tests a prompt, goes through its failures, overrules a check and opens a case, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.app.testing.standin_source import StandInSuites
from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInNotices,
    StandInSession,
    standins,
    wait_for,
    window_modules,
)
from tests.usecases.judged_history import history
from workbench.app.testing.source import SuiteOverview
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.run_limits import Limits
from workbench.ui.features.testing import feature
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.events import Changed, DataChanged, FocusPlaced, PromptOpened
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.testing_events import CasesRequested
from workbench.ui.shell.views import DividedPage, KeyNamesPage, StopsPage, ViewPage
from workbench.ui.widgets.theme import Theme


class AskedSession(StandInSession):
    """Writes into `order` that it was asked whether the draft is stored."""

    def __init__(self, order: list[str], draft: Draft) -> None:
        super().__init__("", draft)
        self._order = order

    def save(self) -> Future[None] | None:
        self._order.append("is the draft stored?")
        return super().save()


class ReadSuites(StandInSuites):
    """Writes into `order` that the tests of a prompt were read."""

    def __init__(self, order: list[str]) -> None:
        super().__init__(24, answered=0, has_run=False)
        self._order = order

    def overview(self, prompt_uid: str) -> SuiteOverview:
        self._order.append("tests are read")
        return super().overview(prompt_uid)


def choose(app: QApplication, title: str) -> list[str]:
    """Trigger an entry of the open menu, and return the titles of all."""
    menu = next(menu for menu in app.topLevelWidgets() if isinstance(menu, QMenu) and menu.isVisible())
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    next(action for action in menu.actions() if action.text().startswith(title)).trigger()
    menu.close()
    return titles


def main(folder: Path) -> None:
    """Print what the view shows, what its source was told, and what was published."""
    app = QApplication([])
    store, prompt = history(folder / "history.db")
    order: list[str] = []
    session = AskedSession(order, Draft(lanes=(Lane("a", "e", "m"),)))
    services = standins(store, Theme(app, "light"), session=session)
    navigator, events, notices = services.navigator, services.events, services.notices
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    source = ReadSuites(order)
    host = FeatureHost((feature(lambda _: source),), services)
    actions, navigator.places = host.actions(), host.places()
    told: dict[str, object] = {
        "commands": sorted(actions),
        "tabs": {key: place.title for key, place in navigator.places.items()},
    }
    services.dialogs.widget().show()
    actions["view_test"]()
    view = navigator.pages["test"]
    assert isinstance(view, TestView)
    view.resize(1200, 800)
    view.show()
    told["pages"] = [isinstance(view, kind) for kind in (ViewPage, StopsPage, KeyNamesPage, DividedPage)]
    told["without"] = view.empty.words()
    events.publish(PromptOpened(prompt))
    session.uid = prompt
    events.publish(PromptOpened(prompt))
    told["before"] = [view.head.heading.text(), view.empty.words(), view.head.run.text()]
    view.head.cases.click()
    told["cases"] = CasesRequested() in events.published

    # A run above the limits asks first.
    session.limit = Limits(calls=10)
    actions["run_cases"]()
    told["asked"] = [view.confirm.isVisible(), list(source.told), session.saved > 0]
    told["escaped"] = [view.escape(), view.confirm.isVisible()]
    session.limit = Limits()
    actions["run_cases"]()
    told["running"] = [view.head.run.text(), source.told[-1]]
    actions["pause_cases"]()
    told["paused"] = view.head.run.text()
    actions["pause_cases"]()
    source.advance(72)
    view.suites.refresh()
    told["done"] = [view.head.progress.full(), view.head.run.text(), view.suites.model.rowCount()]
    told["sentence"] = view.card.words()
    chips = [made.text() for made in view.filters.filters.values() if not made.isHidden()]
    told["chips"] = [*chips, *(action.text() for action in view.filters.overflow.actions())]

    # Keys go from failure to failure.
    found = []
    for action in ("next_failure", "next_failure", "previous_failure", "next_difference"):
        actions[action]()
        found.append(view.grid.current())
    told["found"] = found
    told["statuses"] = [source._cell(row, column).status for row, column in found if row is not None][:3]
    told["placed"] = sum(isinstance(event, FocusPlaced) for event in events.published)
    actions["previous_failure"]()
    QTest.keyClick(view.grid.answers, Qt.Key.Key_Return)
    told["pane"] = [view.is_pane_open, view.pane.title.text(), view.pane.column.text()]
    view.set_against(2)
    told["against"] = [view.pane.against.text(), view.pane.kind, view.pane.changes.count > 0]

    # A check is overruled, and that is taken back.
    actions["overrule"]()
    told["menu"] = choose(app, "It is a pass")
    told["overruled"] = [source.told[-1][-1], view.suites.figures.counts.rows["overruled"], notices.said[-1]]
    notices.offered()
    told["taken back"] = [source.told[-1][-1], view.suites.figures.counts.rows["overruled"]]

    # The case is opened in Compose.
    navigator.places = {**navigator.places, "compose": navigator.places["test"]}
    navigator.pages["compose"] = view
    actions["case_to_compose"]()
    draft = session.shown
    told["composed"] = [
        draft.content.messages[0].text,
        [lane.model for lane in draft.lanes],
        [name for name, _ in draft.values],
        navigator.view,
        notices.said[-1],
    ]
    order.clear()
    navigator.show("test")
    told["order"] = list(order)

    # Changed checks are applied to the stored answers.
    events.publish(DataChanged(Changed.CASES))
    told["outdated"] = view.head.others[0].text()
    view.head.others[0].click()
    told["rescored"] = [source.told[-1], view.head.others[0].isVisible()]
    actions["copy_table_csv"]()
    told["copied"] = len(QGuiApplication.clipboard().text().splitlines())
    actions["test_results"]()
    told["results"] = view.filters.results.isChecked()
    view.filters.filters["failed"].click()
    told["failed"] = [view.suites.query.rows, view.suites.model.rowCount() == view.suites.figures.counts.rows["failed"]]
    told["back"] = [view.escape(), view.escape(), view.suites.query.rows, view.escape()]

    navigator.model = ("e2", "openai/o9")
    view.head.column.click()
    told["columns"] = choose(app, "The current text with a model")
    told["added"] = [view.head.heading.text(), view.suites.heads()[-1].verdict, view.head.run.text()]
    view.head._sets["holdout"].click()
    told["holdout"] = [view.empty.words(), view.filters.isVisible()]
    view.empty.buttons[0].click()
    wait_for(lambda: "%" in view.suites.heads()[0].rate_words)
    told["totals"] = [
        source.told[-1],
        view.note.isVisible(),
        view.suites.model.rowCount(),
        view.suites.heads()[0].rate_words,
    ]
    source.broken = "page"
    view.head._sets["tuning"].click()
    told["unread"] = [view.empty.words(), view.empty.buttons[0].text(), view.empty.isVisible()]
    said = notices.said[-1]
    source.broken = ""
    view.empty.buttons[0].click()
    told["read again"] = [view.empty.isVisible(), view.suites.model.rowCount()]
    host.stop()
    told |= {"said": said, "windows": window_modules()}
    QGuiApplication.clipboard().clear()
    view.close()
    view.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
