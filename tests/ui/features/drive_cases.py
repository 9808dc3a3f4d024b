"""Drives Cases: keep, list, edit, use and delete, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from tests.store.making import NOW, done, opened, run, text
from tests.ui.features.standins import StandInNotices, StandInSession, standins, window_modules
from workbench.core.cases import Case
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.runs import Result
from workbench.store import Store
from workbench.ui.features.cases import FEATURE
from workbench.ui.features.cases.controller import CasesController
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.services import ShownAnswer
from workbench.ui.widgets.theme import Theme
from workbench.usecases.lane_calls import LaneQuestion
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.transcript import Transcript

PROPOSED = {"name": "empty", "tag": "edge", "values": {"order": ""}, "expectation": "Asks."}


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
    answers = {"": ShownAnswer("r", "r.0.0", "A")}
    session = StandInSession("p", Draft(text("Where is {{order}}?")), answers=answers)
    services = standins(store, theme, session=session)
    runner = ScriptedRunner()
    services = replace(services, backend=replace(services.backend, runner=runner))
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["keep_case"]()
    late = ValueSet("set-1", "Late", (("order", "7"),))
    session.shown = Draft(text("Where is {{order}}?"), late.values)
    actions["keep_case"]()
    store.packs.save_cases("p", [Case("set-1", "Late", late.values)]).result()
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
    imported = _import(controller, store)
    proposed = _propose(controller, store, runner)
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
        "imported": imported,
        "proposed": proposed,
        "is_open": controller.dialog is not None,
        "said": notices.said,
    }


def _import(controller: CasesController, store: Store) -> dict[str, object]:
    """Import pasted rows, undo that, and make a case of an answer."""
    controller.imports.open()
    dialog = controller.imports.dialog
    assert dialog is not None
    dialog.text_pasted.emit("order\texpected\tregion\n7\tlate\t\n8\there\tEU\n\t\t\n")
    told = dialog.told.text()
    dialog.go.click()
    added = [case.values for case in store.packs.cases("p")[1:]]
    assert controller.dialog is not None
    controller.dialog.undo.click()
    left = len(store.packs.cases("p"))
    store.begin_run(run("r", text("Where is {{order}}?"), values=(("order", "9"),))).result()
    store.finish_output("r.0.0", done("Here."), NOW).result()
    controller.keep_answer()
    kept = store.packs.cases("p")[-1]
    controller.dialog.undo.click()
    return {"told": told, "added": added, "left": left, "kept": (kept.values, kept.expectation)}


def _propose(controller: CasesController, store: Store, runner: ScriptedRunner) -> dict[str, object]:
    """Ask a model for cases, accept one, and undo that."""
    before = len(store.packs.cases("p"))
    controller.proposals.open()
    dialog = controller.proposals.dialog
    assert dialog is not None
    dialog.request.set_lane(Lane("propose", "e", "m"))
    dialog.request.ask.click()
    runner.answer(json.dumps({"cases": [PROPOSED, {**PROPOSED, "values": {"order": "8"}}]}))
    controller.proposals._show_more({"answer"})
    titles = [dialog.review.proposals.title(row) for row in range(2)]
    dialog.review.accept.click()
    added = store.packs.cases("p")[before:]
    dialog.review.undo.click()
    left = len(store.packs.cases("p")) - before
    return {"titles": titles, "added": [(case.name, case.values) for case in added], "left": left}


class ScriptedRunner:
    """Records the requests and stores nothing."""

    def __init__(self) -> None:
        self._transcript = Transcript("answer", "run", 0, lambda: 0)

    def start_aside(self, prompt_uid: str, asked: Sequence[LaneQuestion], start: Callable[..., Any]) -> RunHandle:
        return RunHandle("run", prompt_uid, (self._transcript,))

    def answer(self, text: str) -> None:
        self._transcript.end(Result("finished", text))

    def stop(self, output_uid: str) -> None:
        """Do nothing: the answer has ended."""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
