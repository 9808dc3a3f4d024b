"""Drives Checks: add, edit, try, suggest, remove, paste, a case's checks and the lanes, with stand-ins."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.store.making import NOW, opened, text
from tests.ui.features.standins import StandInEvents, StandInNotices, StandInSession, standins, wait_for, window_modules
from tests.usecases.test_check_trial import InThisProcess
from workbench.app.lanes.shown_answers import LaneAnswer, ShownAnswers
from workbench.core.cases import SET, Case, Check
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.drafts import Draft
from workbench.store import Store
from workbench.ui.features.checks import FEATURE
from workbench.ui.features.checks.controller import ChecksController
from workbench.ui.features.checks.dialog import ChecksDialog
from workbench.ui.shell.check_events import (
    AnswersChecked,
    CaseChecksRequested,
    ChecksRequested,
    ShownAnswersChanged,
    ShownAnswersRequested,
)
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme
from workbench.usecases.check_trial import CheckTrial

SHOWN = ShownAnswers(
    "case-1",
    (
        LaneAnswer("a", "fast", "out-a", CheckedAnswer("Order 77AB is late.", {"order": "77AB"}), is_winner=True),
        LaneAnswer("b", "slow", "out-b", CheckedAnswer("It was sent.", {"order": "77AB"})),
    ),
)
CASE = Case("case-1", "Late", (("order", "77AB"),), (Check("contains", value='"late"'),))


def main(folder: Path) -> None:
    """Print what the dialog shows, what is stored and what the lanes are told."""
    app = QApplication([])
    with closing(opened(folder / "history.db")) as store:
        told = _drive(store, Theme(app, "light"))
    told["windows"] = window_modules()
    print(json.dumps(told))


def _dialog(controller: ChecksController) -> ChecksDialog:
    dialog = controller.dialog
    assert dialog is not None
    return dialog


def _drive(store: Store, theme: Theme) -> dict[str, object]:
    for name in ("p", "other"):
        store.create_prompt(name, f"Prompt {name}", NOW).result()
    store.packs.save_cases("p", (CASE,)).result()
    services = standins(store, theme, session=StandInSession("p", Draft(text("Where is {{order}}?"))))
    events, notices = services.events, services.notices
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    events.subscribe(ShownAnswersRequested, lambda event: event.use(SHOWN))
    host = FeatureHost((FEATURE,), services)
    controller = host.controller("checks")
    assert isinstance(controller, ChecksController)
    controller.make_trial = lambda: CheckTrial({}, InThisProcess)
    actions = host.actions()

    events.publish(ShownAnswersChanged())
    of_case = _lanes(events)
    actions["checks"]()
    dialog = _dialog(controller)
    events.publish(ChecksRequested())
    assert _dialog(controller) is dialog
    title, suggested = dialog.windowTitle(), dialog.suggested.sentences()
    dialog.add_check(Check("contains"))
    wrong = dialog.form.problem.text()
    dialog.form.value.setPlainText("{{order}}")
    dialog.save()
    wait_for(lambda: dialog.trial.title.text() == "Passes 1 of 2 shown answers")
    tried = [dialog.trial.title.text(), *dialog.tree.words(), *dialog.trial.results.told()]
    dialog.add_check(Check(SET))
    dialog.add_check(Check("is-json"))
    nested = dialog.tree.words()
    dialog.remove.click()
    dialog.undo.click()
    undone = dialog.tree.words() == nested
    QApplication.clipboard().setText("- type: not-contains\n  value: sorry\n")
    dialog.paste.click()
    said = dialog.told.text()
    dialog.close()
    stored = [check.type for check in controller._checks.of("p")]
    of_all = _lanes(events)

    saved: list[Case] = []
    events.publish(CaseChecksRequested(CASE, saved.append))
    dialog = _dialog(controller)
    of_a_case = [dialog.windowTitle(), *dialog.tree.words()]
    dialog.form.negated.setChecked(True)
    services.navigator.open_prompt("other")
    host.stop()
    return {
        "commands": sorted(actions),
        "title": title,
        "suggested": suggested,
        "wrong": wrong,
        "tried": tried,
        "nested": nested,
        "undone": undone,
        "pasted": said,
        "stored": stored,
        "changed": DataChanged(Changed.CASES) in events.published,
        "of_case": of_case,
        "of_all": of_all,
        "of_a_case": of_a_case,
        "saved": [case.checks[0].negated for case in saved],
        "is_open": controller.dialog is not None,
        "said": notices.said,
    }


def _lanes(events: StandInEvents) -> dict[str, list[str]]:
    """Return the states that the lanes were told last, by output."""
    results = next(event.results for event in reversed(events.published) if isinstance(event, AnswersChecked))
    return {uid: [result.state for result in found.results] for uid, found in results.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
