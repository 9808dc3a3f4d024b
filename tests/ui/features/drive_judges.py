"""Chooses a judge, labels answers, imports labels and improves the judge, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.store.making import NOW, opened
from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInNotices,
    StandInSession,
    standins,
    window_modules,
)
from tests.ui.judged_support import HASH, judged_test
from workbench.app.commands import View
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.store import Store
from workbench.ui.features.judges import FEATURE
from workbench.ui.features.judges.controller import JudgesController
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.testing_events import LabellingChanged, ShownSuite, ShownSuiteRequested
from workbench.ui.shell.views import ViewPlace
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print what is shown, stored and said."""
    app = QApplication([])
    with closing(opened(folder / "history.db")) as store:
        told = _drive(store, Theme(app, "light"), folder)
    told["windows"] = window_modules()
    print(json.dumps(told))


def _open(controller: JudgesController) -> LabelDialog:
    dialog = controller.labelling.dialog
    assert dialog is not None
    return dialog


def _press(dialog: LabelDialog, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(dialog.answer, key, modifier)


def _labels(store: Store) -> list[list[str]]:
    return [[one.output_uid, one.label, one.picked] for one in store.judges.labels("t1", HASH)]


def _drive(store: Store, theme: Theme, folder: Path) -> dict[str, object]:
    for name in ("p", "other"):
        store.create_prompt(name, f"Prompt {name}", NOW).result()
    session = StandInSession("p", Draft(lanes=(Lane("a", "e", "m"),)))
    services = standins(store, theme, session=session)
    navigator, events, notices = services.navigator, services.events, services.notices
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    views: tuple[tuple[View, str], ...] = (("compose", "Compose"), ("test", "Test"))
    navigator.places = {view: ViewPlace(title, lambda: (_ for _ in ()), lambda: None) for view, title in views}
    navigator.pages = {"compose": services.dialogs.widget()}
    host = FeatureHost((FEATURE,), services)
    actions, controller = host.actions(), host.controller("judges")
    assert isinstance(controller, JudgesController)
    told: dict[str, object] = {"commands": sorted(actions)}
    services.dialogs.widget().show()
    for action in ("label_answers", "improve_judge", "edit_judge_prompt"):
        actions[action]()

    # A judge is chosen, a tested one with a warning, and taken back.
    navigator.model = ("echo", "acme-judge")
    actions["choose_judge"]()
    outputs = judged_test(store)
    navigator.model = ("echo", "acme-mini")
    actions["choose_judge"]()
    told["chosen"] = store.tests.settings("p").judge.to_json()["lane"]["model"]
    notices.offered()
    told["undone"] = store.tests.settings("p").judge.to_json()["lane"]["model"]
    told["outdated"] = sum(event == DataChanged(Changed.CASES) for event in events.published)

    # Labels: keys, skip, undo, and what they say at the end.
    events.subscribe(ShownSuiteRequested, lambda event: event.use(ShownSuite("p", store.tests.runs("p")[0])))
    actions["label_answers"]()
    dialog = _open(controller)
    told["progress"] = dialog.progress.text()
    told["shown"] = [dialog.question.text(), dialog.criterion.text(), dialog.values.text().splitlines()[0][:6]]
    told["blind"] = [name in _texts(dialog) for name in ("acme-judge", "The judge says", "column")]
    _press(dialog, Qt.Key.Key_1)
    _press(dialog, Qt.Key.Key_2)
    _press(dialog, Qt.Key.Key_0)
    told["three"] = sorted(label for _, label, _ in _labels(store))
    _press(dialog, Qt.Key.Key_Backspace)
    _press(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    _press(dialog, Qt.Key.Key_Backspace)
    told["taken back"] = _labels(store)
    before = dialog.answer.toPlainText()
    _press(dialog, Qt.Key.Key_S)
    told["skipped"] = dialog.answer.toPlainText() != before
    told["stage"] = dialog.stage.text()
    for _ in range(40):
        _press(dialog, Qt.Key.Key_1 if "Hello!" in dialog.answer.toPlainText() else Qt.Key.Key_2)
    told["labelled"] = [len(_labels(store)), {picked for _, _, picked in _labels(store)} == {"random"}]
    told["measured"] = [dialog.progress.text(), dialog.told.text(), dialog.to_result.text(), dialog.improve.isVisible()]
    asked, shown = dialog.answer.toPlainText(), dialog.found_head.text()
    dialog.to_result.click()
    told["result"] = [shown, dialog.found_head.text(), dialog.to_result.text(), dialog.improve.isVisible()]
    _press(dialog, Qt.Key.Key_1)
    dialog.to_result.click()
    told["went on"] = [dialog.answer.toPlainText() == asked, dialog.pages.currentIndex(), len(_labels(store))]
    while dialog.pages.currentIndex() == 0:
        _press(dialog, Qt.Key.Key_1 if "Hello!" in dialog.answer.toPlainText() else Qt.Key.Key_2)
    told["found"] = [dialog.stage.text(), dialog.found_head.text(), *dialog.found.text().split("\n\n")]
    told["improvable"] = not dialog.improve.isHidden()
    dialog.close_.click()
    told["published"] = DataChanged(Changed.RUNS) in events.published
    told["labelling"] = [one.is_open for one in events.published if isinstance(one, LabellingChanged)]

    # A file, while the hold-out is shown: nobody may see its answers, so that it is about the cases one tunes on.
    held_out = replace(store.tests.runs("p")[0], uid="hidden", set_name="holdout")
    events.subscribe(ShownSuiteRequested, lambda event: event.use(ShownSuite("p", held_out)))
    actions["import_labels"]()
    dialog = _open(controller)
    told["files"] = controller.labelling.files is not None
    controller.labelling.write_sheet(folder / "sheet.csv")
    told["sheet"] = [dialog.told.text(), len((folder / "sheet.csv").read_text().splitlines()) > 40]
    rows = [("case", "column", "label"), ("Order 1", "acme-mini", "bad"), ("Order 2", "acme-large", "fail")]
    rows += [("Nowhere", "acme-mini", "pass"), ("Order 3", "", "pass")]
    (folder / "labels.csv").write_text("".join(f"{','.join(row)}\n" for row in rows))
    controller.labelling.read_file(folder / "labels.csv")
    told["planned"] = [dialog.confirm._question.text(), dialog.told.detail.toPlainText().splitlines()]
    dialog.confirm._yes.click()
    told["imported"] = dialog.told.text()
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    controller.labelling.read_file(folder / "notes.csv")
    told["unusable"] = dialog.told.text()
    dialog.close_.click()

    # The judge prompt with the answers that both see differently.
    actions["improve_judge"]()
    told["improving"] = [session.uid, navigator.view]
    cases = store.packs.cases("p.judge")
    told["cases"] = [len(cases), cases[0].notes, json.loads(cases[0].checks[0].value)["properties"]]
    told["values"] = [name for name, _ in cases[0].values]
    actions["edit_judge_prompt"]()
    notices.offered()
    told["back"] = session.uid
    actions["improve_judge"]()
    told["again"] = len(store.packs.cases("p.judge")) == len(cases)
    told["outputs"] = len(outputs)
    host.stop()
    told["said"] = notices.said
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return told


def _texts(dialog: LabelDialog) -> str:
    parts = (dialog.question, dialog.criterion, dialog.values, dialog.expectation, dialog.stage, dialog.told.sentence)
    return " ".join([dialog.answer.toPlainText(), *(part.text() for part in parts)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
