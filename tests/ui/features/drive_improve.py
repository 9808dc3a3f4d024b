"""Requests an improved prompt and accepts a part of it, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInNotices,
    StandInSession,
    standins,
    window_modules,
)
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO
from workbench.core.runs import Result
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.improve import FEATURE
from workbench.ui.features.improve.controller import ImproveController
from workbench.ui.shell.events import AnswersGrew, PromptOpened
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.widgets.theme import Theme
from workbench.usecases.lane_calls import LaneQuestion
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.transcript import Transcript

BETTER = '<message role="system">\nBe brief.\n</message>\n<message role="user">\nHello\n</message>'


class ScriptedRunner:
    """Answers at once and stores nothing."""

    def __init__(self) -> None:
        self.asked: list[LaneQuestion] = []
        self.stopped: list[str] = []

    def start_aside(self, prompt_uid: str, asked: Sequence[LaneQuestion], start: Callable[..., Any]) -> RunHandle:
        self.asked.extend(asked)
        transcript = Transcript(f"answer{len(self.asked)}", "run", 0, lambda: 0)
        if len(self.asked) == 1:
            transcript.end(Result("finished", BETTER))
        return RunHandle("run", prompt_uid, (transcript,))

    def stop(self, output_uid: str) -> None:
        self.stopped.append(output_uid)


def main(folder: Path) -> None:
    """Print the calls, the shown proposals, the notices and the accepted changes."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    store.create_prompt("prompt", "Prompt", utc_now()).result(60)
    session, runner = StandInSession("prompt"), ScriptedRunner()
    services = standins(store, Theme(app, "light"), session=session)
    services = replace(services, backend=replace(services.backend, runner=runner))
    events, navigator, notices = services.events, services.navigator, services.notices
    assert isinstance(events, StandInEvents)
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(notices, StandInNotices)
    navigator.model = (ECHO, "echo")
    session.shown = Draft(Content((Message("system", "Be nice."), Message("user", "Hi"))))
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["improve"]()
    controller = host.controller("improve")
    assert isinstance(controller, ImproveController)
    dialog = controller.dialog
    assert dialog is not None
    dialog.question.model.click()
    dialog.question.ask.click()
    events.publish(AnswersGrew({"answer1"}))
    offered = dialog.proposal.accept.text()
    dialog.proposal.accepted.emit(frozenset({0}))
    closed_by_accepting = controller.dialog is None
    accepted = [message.text for message in session.shown.content.messages]
    actions["improve"]()
    assert controller.dialog is not None
    controller.dialog.question.ask.click()
    events.publish(PromptOpened("other"))
    told = {
        "commands": sorted(actions),
        "lane": [runner.asked[0].lane.endpoint, runner.asked[0].lane.model],
        "offered": offered,
        "accepted": accepted,
        "said": notices.said,
        "closed_by_accepting": closed_by_accepting,
        "closed_by_another_prompt": controller.dialog is None,
        "stopped": runner.stopped,
        "sent": [type(event).__name__ for event in events.published].count("CallSent"),
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
