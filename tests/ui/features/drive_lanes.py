"""Shows two lanes in the room of Compose and triggers their commands, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QPushButton

from tests.bench.histories import add_iterations, add_lane, echo_history
from tests.ui.features.standins import (
    NoCatalogue,
    StandInBackend,
    StandInEvents,
    StandInNotices,
    StandInSession,
    standin_models,
    standins,
    window_modules,
)
from workbench.app.lanes.attempts import ColumnSource, since, stored_snapshot
from workbench.app.lanes.lane_list import LaneList, heads
from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.core.blocks import Tool
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.parameter_support import ParameterSupport
from workbench.core.runs import Result, RunSet, Verdict
from workbench.core.value_kinds import Kinds
from workbench.host.clock import monotonic_ms, utc_now
from workbench.host.ids import new_uid
from workbench.host.settings import Settings
from workbench.store import Store, open_store
from workbench.ui.features.lanes import FEATURE
from workbench.ui.features.lanes.code import CodeDialog
from workbench.ui.features.lanes.controller import LanesController
from workbench.ui.shell.check_events import ContinuationRequested
from workbench.ui.shell.events import (
    AddressConfirmationRequested,
    BuiltinModelRequested,
    LaneModelChosen,
    ModelRequested,
    PromptOpened,
    SettingsRequested,
    StartNotice,
    WindowCompleted,
)
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.rooms import LANES, LanesOwner
from workbench.ui.widgets.theme import Theme
from workbench.ui.widgets.wire_dialog import WireDialog
from workbench.usecases.history import History


class StandInAnswers:
    """Answers of a finished run; records the requests."""

    def __init__(self, results: list[Result]) -> None:
        self._results = results
        self.asked: list[str] = []
        self.is_blind = False

    def stop(self, slot: str) -> None:
        self.asked.append(f"stop {slot}")

    def show_sample(self, slot: str, sample: int) -> None:
        self.asked.append(f"sample {sample} of {slot}")

    def run_of(self, slot: str) -> str:
        return "run"

    def results(self, slot: str) -> list[Result] | None:
        return None if self.is_blind else self._results

    def shown_set(self) -> RunSet:
        return RunSet("", "", ())

    def value_kinds(self) -> Kinds:
        return ()

    def tools(self, slot: str) -> tuple[Tool, ...]:
        return ()

    def pinned(self, slot: str) -> int | None:
        return None

    def tested(self, output_uid: str) -> OutputChecks | None:
        return None


class StandInModels:
    """Sets the models of lanes, and returns a line of code for each lane."""

    def __init__(self, lanes: LaneList) -> None:
        self.set_model = lanes.set_model

    def show_support(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        pass

    def show_listed(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        pass

    def snippets(self, prompt_uid: str, draft: Draft, lane: Lane, *, filled: bool) -> dict[str, tuple[str, bool]]:
        return {"python": (f"ask({lane.model!r})", True)}


class Retiring(NoCatalogue):
    """A catalogue in which every model is retired."""

    def retires(self, endpoint: Endpoint, model: str) -> date | None:
        return date(2025, 9, 1)


class Remembered:
    """Default settings."""

    settings = Settings()


def main(folder: Path) -> None:
    """Print the state of the lanes, the notices and the published events."""
    app = QApplication([])
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 1)
    add_lane(folder / "history.db", "litellm", "gpt-gone")
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    told = driven(app, store, folder)
    store.close()
    print(json.dumps(told))


def driven(app: QApplication, store: Store, folder: Path) -> dict[str, Any]:
    """Trigger the commands of lanes, and return the results."""
    session = StandInSession(store.prompts()[0].uid, Draft(Content((Message("user", "Hi"),))))
    services = standins(store, Theme(app, "light"), session=session)
    assert isinstance(services.backend, StandInBackend)
    models = replace(standin_models(store, folder), catalogue=Retiring())
    services = replace(services, backend=replace(services.backend, models=models))
    notices, events = services.notices, services.events
    assert isinstance(notices, StandInNotices)
    assert isinstance(events, StandInEvents)
    run = History(store, new_uid, utc_now).timeline(session.uid, None, 1).rows[0].uid
    output = store.iteration_detail(run).outputs[0]
    snapshot = replace(stored_snapshot(run, output), wire={"model": "echo"})
    board = LanePresenter(lambda _, text, reasoning: since(snapshot, text, reasoning), monotonic_ms)
    lanes, answers = LaneList(lambda: f"new{len(lanes.lanes)}"), StandInAnswers([output.result] * 2)
    lanes.load((Lane("a", "echo", "echo"), Lane("b", "echo", "echo", label="second")))
    remembered = Remembered()
    host = FeatureHost((FEATURE,), services)
    view = host.part(LANES, LanesOwner(lanes, board, answers, StandInModels(lanes), remembered, QPushButton()))
    lanes.changed.connect(lambda: view.set_heads(heads(lanes.shown, {}, ())))
    view.set_heads(heads(lanes.shown, {}, ()))
    board.show(run, [ColumnSource("a", 0, 1, True, (output.uid,))], Verdict("none"))
    controller = host.controller("lanes")
    assert isinstance(controller, LanesController)
    actions = host.actions()
    events.publish(PromptOpened(session.uid))
    events.publish(WindowCompleted())
    view.focus_lane(0)
    for id_ in ("stop_lane", "next_sample", "more_samples", "baseline", "spread", "star_answer", "lanes_together"):
        actions[id_]()
    answers.is_blind = True
    for id_ in ("spread", "read_raw", "copy_answer"):
        actions[id_]()
    copied = QApplication.clipboard().text()
    actions["next_lane"]()
    focused = view.focused_slot()
    actions["star_answer"]()
    actions["hide_lane"]()
    hidden = [lane.hidden for lane in lanes.lanes]
    notices.offered()
    view.focus_lane(0)
    actions["duplicate_lane"]()
    actions["lane_code"]()
    controller.dialogs.wire("a")
    dialogs = [one for one in QApplication.topLevelWidgets() if isinstance(one, (CodeDialog, WireDialog))]
    controller.view.continue_requested.emit("a")
    events.publish(LaneModelChosen("echo", "other", in_focused=True))
    actions["add_lane"]()
    for step in ("address", "install_model", "keys", "endpoint"):
        controller.view.action_requested.emit("a", step)
    asked = (ModelRequested, ContinuationRequested, AddressConfirmationRequested, BuiltinModelRequested)
    wanted = [event for event in events.published if isinstance(event, (*asked, SettingsRequested))]
    told = {
        "commands": len(actions),
        "answer": controller.view.text("a") == output.result.text == copied,
        "asked": answers.asked,
        "focused": focused,
        "hidden": hidden,
        "lanes": [[lane.slot, lane.model, lane.samples, lane.baseline] for lane in lanes.lanes],
        "starred": [uid for _, uid in store.judgements.starred(session.uid)] == [output.uid],
        "reading": [remembered.settings.lanes_together, dict(remembered.settings.reading)],
        "dialogs": sorted(dialog.windowTitle() for dialog in dialogs),
        "wanted": [type(event).__name__ for event in wanted],
        "at_start": [event.sentence for event in events.published if isinstance(event, StartNotice)],
        "said": notices.said,
        "windows": window_modules(),
    }
    host.stop()
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]))
