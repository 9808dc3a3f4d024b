"""Reads a decision and takes its steps, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.app.decide.standin_decisions import StandInDecisions
from tests.core.decide import scenarios
from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInNotices,
    StandInSession,
    standins,
    window_modules,
)
from tests.usecases.judged_history import history
from workbench.core.content import Content, Message
from workbench.core.decide.decision import Action
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.ui.features.decide import feature
from workbench.ui.features.decide.controller import DecideController
from workbench.ui.features.decide.goals_dialog import GoalsDialog
from workbench.ui.features.decide.rules_dialog import RulesDialog
from workbench.ui.features.decide.view import DecideView
from workbench.ui.shell.events import Changed, DataChanged, PromptOpened, RunChosen, TechniqueChosen, ViewStatus
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.testing_events import CasesRequested, SuiteRunChosen, TestStepRequested
from workbench.ui.shell.training_events import HandOverRequested
from workbench.ui.shell.views import StopsPage, ViewPage, ViewPlace, at_once
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print what the view shows, what its source was told, and what was published."""
    app = QApplication([])
    store, prompt = history(folder / "history.db")
    content = Content((Message("system", "Be brief."), Message("user", "{{order}}")))
    session = StandInSession("", Draft(content, lanes=(Lane("a", "e", "m"),)))
    services = standins(store, Theme(app, "light"), session=session)
    navigator, events, notices = services.navigator, services.events, services.notices
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    source = StandInDecisions()
    host = FeatureHost((feature(lambda _: source),), services)
    actions, others = host.actions(), ("compose", "test", "rank")
    pages = {name: ViewPlace(name, at_once(QWidget), lambda: None) for name in others}
    navigator.places = {**host.places(), **pages}
    told: dict[str, object] = {
        "commands": sorted(actions),
        "tabs": {key: place.title for key, place in host.places().items()},
    }
    actions["view_decide"]()
    view, controller = navigator.pages["decide"], host.controller("decide")
    assert isinstance(view, DecideView)
    assert isinstance(view, ViewPage)
    assert isinstance(view, StopsPage)
    assert isinstance(controller, DecideController)
    told["empty"] = [view.instead.text(), list(source.reads)]
    session.uid = prompt
    events.publish(PromptOpened(prompt))
    told["headline"] = view.head.headline.text()
    told["words"] = [row.word.text() for row in view.rows]
    told["status"] = [event.words for event in events.published if isinstance(event, ViewStatus)]
    reads = len(source.reads)
    events.publish(DataChanged(Changed.VERDICTS))
    told["read again"] = len(source.reads) - reads
    view.rows[3].head.setChecked(True)
    told["opened"] = view.rows[3].words()
    told["escaped"] = [view.escape(), view.escape()]
    view.rows[3].runs.click()
    told["runs"] = [event.run_uid for event in events.published if isinstance(event, SuiteRunChosen | RunChosen)]
    told["steps"] = _steps(controller, navigator, events, notices, session)
    navigator.show("decide")
    reads = len(source.reads)
    navigator.show("compose")
    events.publish(DataChanged(Changed.RUNS))
    told["hidden"] = len(source.reads) - reads
    navigator.show("decide")
    told["shown again"] = len(source.reads) - reads
    told["figures"] = _figures(controller, source)
    told["changed"] = view.figures.text()
    actions["decide_rules"]()
    rules = controller.dialog
    assert isinstance(rules, RulesDialog)
    told["rules"] = "this is the headline" in rules.text.toPlainText()
    rules.accept()
    source.made = scenarios.almost_empty
    events.publish(DataChanged(Changed.RUNS))
    told["few"] = [
        view.head.headline.text(),
        [one.accessibleName() for one in view.head.steps],
        view.rate_card.isHidden(),
    ]
    source.is_broken = True
    try:
        events.publish(DataChanged(Changed.RUNS))
    except Exception as error:
        told["reported"] = type(error).__name__
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    host.stop()
    told |= {"said": notices.said, "windows": window_modules()}
    store.close()
    print(json.dumps(told))


def _steps(
    controller: DecideController,
    navigator: StandInNavigator,
    events: StandInEvents,
    notices: StandInNotices,
    session: StandInSession,
) -> dict[str, list[object]]:
    """Take a step of every kind; return the view that is shown then, what was published, triggered and said."""
    before, found = session.shown, {}
    triggered: list[str] = []
    for name in (
        "add_output",
        "add_lane",
        "lane_model",
        "improve",
        "judge",
        "add_example",
        "techniques",
        "retiring_models",
    ):
        navigator.action(name).triggered.connect(lambda _=False, name=name: triggered.append(name))
    arguments = {"technique": "numbered-steps", "goal": "volume", "successor": "gone"}
    for kind in sorted(controller.steps.kinds()):
        events.published.clear()
        notices.said.clear()
        triggered.clear()
        session.shown = before
        controller.steps.take(Action(kind, "Go", arguments.get(kind, ""), "holdout", count=5))
        if controller.dialog is not None:
            assert isinstance(controller.dialog, GoalsDialog)
            triggered.append(f"form at {controller.dialog.focusWidget().accessibleName()}")
            controller.dialog.reject()
        published = [_named(one) for one in events.published]
        changed = ["draft"] if session.shown != replace(before) else []
        found[kind] = [navigator.view, *filter(None, published), *triggered, *changed, *notices.said]
    session.shown = before
    return found


def _named(event: object) -> str:
    if isinstance(event, TestStepRequested):
        return f"{event.step} {event.count}"
    if isinstance(event, CasesRequested):
        return f"cases of {event.set_name} {event.count}"
    kinds = (HandOverRequested, TechniqueChosen)
    return type(event).__name__ if isinstance(event, kinds) else ""


def _figures(controller: DecideController, source: StandInDecisions) -> list[object]:
    """Enter a figure that cannot be used, then one that can."""
    controller.edit_figures("target")
    dialog = controller.dialog
    assert isinstance(dialog, GoalsDialog)
    dialog.fields["target"].setText("a lot")
    dialog.save.click()
    refused = dialog.told.text()
    dialog.fields["target"].setText("75")
    dialog.people["can_train"].setCurrentText("No")
    dialog.save.click()
    assert source.goals is not None
    return [refused, source.goals.target, source.goals.can_train, source.goals.volume]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
