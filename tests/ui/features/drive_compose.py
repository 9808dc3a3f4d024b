"""Drives the real Compose view: typing, running, judging, undo, past iterations, value sets. The other services are
stand-ins, and a scripted engine gives the answers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tests.fakes import played
from tests.ui.features.standins import StandInEvents, StandInNotices, StandInSession, standins, wait_for, window_modules
from workbench.app.bridge import RunEventBridge
from workbench.app.commands import WindowState
from workbench.app.compose.session import ComposeSession
from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.frame_clock import FrameClock
from workbench.app.lanes.lane_state import LaneHead
from workbench.app.tasks import Tasks
from workbench.app.verdict_keys import VerdictKey
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.run_limits import LIMITS, Limits
from workbench.host.dirs import places
from workbench.host.settings import Settings
from workbench.ui.draft_page.view import ComposeView
from workbench.ui.features.compose import FEATURE
from workbench.ui.features.compose.controller import ComposeController
from workbench.ui.features.compose.large_value import LargeValue
from workbench.ui.features.compose.paste_rows import PasteRowsDialog
from workbench.ui.shell.bars import StatusBar, WindowHeader
from workbench.ui.shell.compose_room import COMPOSE, ComposeOwner
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.notice_bar import NoticeBar
from workbench.ui.shell.rooms import LanesWidget
from workbench.ui.widgets.theme import Theme
from workbench.usecases.draft_recovery import OpenedDraft
from workbench.usecases.problems import MissingInput, Problem
from workbench.usecases.workbench import Workbench

SCRIPT = {"default": [{"text": "Hello."}, {"usage": {"input": 3, "output": 2}}, {"finish": "stop"}]}
QUESTION = Content((Message("user", "{{question}}"),))


class StandInLanes(LanesWidget):
    """Records the heads of lanes; the first lane has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: tuple[LaneHead, ...] = ()

    def name_keys(self, name: object) -> None:
        pass

    def set_heads(self, heads: Sequence[LaneHead]) -> None:
        self.heads = tuple(heads)

    def count_hidden(self, hidden: int) -> None:
        pass

    def explain_emptiness(self, heading: str = "", text: str = "") -> None:
        pass

    def set_all_running(self, running: bool) -> None:
        pass

    def slots(self) -> tuple[str, ...]:
        return tuple(head.slot for head in self.heads)

    def column(self, slot: str) -> QWidget | None:
        return None

    def focused_slot(self) -> str:
        return self.heads[0].slot if self.heads else ""

    def focus_lane(self, index: int) -> None:
        pass

    def show_keys_act(self, keys_act: bool) -> None:
        pass


class Remembered:
    """Default settings."""

    settings = Settings()


class Room:
    """Compose with its own page and bars, without a window."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        factory = played.factory(SCRIPT, folder)
        self.workbench = workbench = Workbench.open(
            folder / "history.db", places({"HOME": str(folder)}).make(), dict(os.environ), client_factory=factory
        )
        workbench.start_engine()
        theme, self.root = Theme(app, "light"), QObject()
        self.tasks = tasks = Tasks(self.root)
        self.view, self.lanes = ComposeView(theme), StandInLanes()
        self.timeline = TimelineModel(tasks, workbench.history.timeline, self.root)
        self.compose = ComposeSession(workbench, tasks, self.timeline, self.text, self.root)
        self.bar, self.bridge, self.pulse = (
            NoticeBar(),
            RunEventBridge(self.root),
            FrameClock(workbench, tasks, self.root),
        )
        self.session = session = StandInSession()
        self.services = replace(standins(workbench.store, theme, session=session), backend=workbench, tasks=tasks)
        self.queued: list[bool] = [False]
        self.host = FeatureHost((FEATURE,), self.services)
        self.owner = ComposeOwner(
            page=self.view,
            compose=self.compose,
            timeline=self.timeline,
            workbench=workbench,
            tasks=tasks,
            bridge=self.bridge,
            pulse=self.pulse,
            bar=self.bar,
            header=WindowHeader(),
            status=StatusBar(theme),
            remembered=Remembered(),
            queue_run=lambda: self.queued[-1],
            focus_timeline=lambda: None,
            point_at_iteration=lambda uid, menu: None,
        )
        self.part = self.host.part(COMPOSE, self.owner)
        controller = self.host.controller("compose")
        assert isinstance(controller, ComposeController)
        self.controller = controller
        self.part.lanes()
        self.view.add_lanes(self.lanes)
        self.part.begin()
        self.part.name_keys(lambda command: "F5" if command == "run" else "")
        workbench.add_listener(self.bridge.listener())
        self.actions = self.host.actions()

    def text(self) -> tuple[Content, tuple[tuple[str, str], ...]]:
        return self.view.editor.content(), tuple(self.view.values.all_values().items())

    def said(self) -> list[str]:
        notices = self.services.notices
        assert isinstance(notices, StandInNotices)
        return notices.said

    def offered(self) -> None:
        notices = self.services.notices
        assert isinstance(notices, StandInNotices)
        notices.offered()

    def open(self, draft: Draft) -> str:
        uid, stored = self.workbench.prompts.create("Order bot", draft)
        stored.result()
        self.session.uid = uid
        self.compose.open_now(uid, OpenedDraft(draft), tuple(self.workbench.endpoints.all()), is_shown=False)
        wait_for(lambda: self.compose.ready)
        return uid

    def run(self) -> str:
        before = self.timeline.rowCount()
        self.actions["run"]()
        wait_for(lambda: not self.workbench.runner.running() and self.timeline.rowCount() == before + 1)
        wait_for(lambda: self.compose.stage.number() is not None and not self.compose.board.is_running())
        return self.compose.board.run_uid

    def state(self) -> WindowState:
        return self.part.fill(WindowState())

    def close(self) -> None:
        self.compose.saver.flush()
        self.host.stop()
        self.pulse.stop()
        self.tasks.close()
        self.workbench.close()


def main(folder: Path) -> None:
    """Print the results of the commands, the notices and the stored rows."""
    app = QApplication([])
    room = Room(app, folder)
    lanes = (Lane("a", "echo", "one"), Lane("b", "echo", "two"))
    room.open(Draft(QUESTION, (("question", "Where?"),), lanes))
    told = {"commands": sorted(room.actions), "runs": runs(room), "past": past(room), "sets": sets(room)}
    told["said"] = room.said()
    told["published"] = sorted({type(one).__name__ for one in events(room)})
    told["windows"] = window_modules()
    room.close()
    print(json.dumps(told))


def events(room: Room) -> list[object]:
    found = room.services.events
    assert isinstance(found, StandInEvents)
    return found.published


def runs(room: Room) -> dict[str, object]:
    """Run, judge, undo, confirm a run over a limit, and retry."""
    room.queued.append(True)
    room.actions["run"]()
    told: dict[str, object] = {"queued": room.timeline.rowCount()}
    room.queued.append(False)
    first = room.run()
    told["heads"] = [head.title for head in room.lanes.heads]
    answer = room.compose.board.shown("a")
    told["answer"] = answer.text if answer is not None else None
    told["can_mark"] = [room.state().can_mark, room.state().can_undo, room.controller.can_undo]
    told["key"] = [room.controller.verdict_key(VerdictKey(lane=7)), room.controller.verdict_key(VerdictKey(lane=2))]
    told["verdict"] = [room.compose.board.verdict.kind, room.bar.text()]
    told["claims"] = room.part.claims("undo")
    room.controller.undo()
    told["undone"] = [room.compose.board.verdict.kind, room.bar.text()]
    room.actions["tie"]()
    told["tie"] = room.compose.board.verdict.kind
    room.actions["blind"]()
    told["blind"] = room.compose.blind
    room.actions["blind"]()
    room.workbench.store.set_meta(LIMITS, Limits(calls=1).to_text()).result()
    room.part.read_limits()
    wait_for(lambda: room.part.limits().any)
    room.actions["run"]()
    wait_for(lambda: room.controller.gate.asks)
    told["asked"] = [room.state().detail_open, room.part.close_open(), room.part.close_open()]
    room.workbench.store.set_meta(LIMITS, Limits().to_text()).result()
    room.part.read_limits()
    wait_for(lambda: not room.part.limits().any)
    room.actions["retry_lane"]()
    wait_for(lambda: len(room.workbench.history.detail(first).outputs) == 3 and not room.workbench.runner.running())
    told["runs"] = len(room.workbench.history.timeline(room.compose.prompt_uid, None, 9).rows)
    return told


def past(room: Room) -> dict[str, object]:
    """Change the text, run it, open the first iteration, branch from it, and undo that."""
    view = room.view
    view.editor.focus_first()
    view.editor.blocks[0].field.replace(0, 0, "Say: ", quiet=False)
    wait_for(lambda: room.controller.can_undo)
    room.run()
    wait_for(lambda: room.compose.board.state("a") == "finished")
    told: dict[str, object] = {"shown": room.compose.stage.number()}
    room.actions["older"]()
    wait_for(lambda: room.compose.viewing is not None)
    told["past"] = [room.compose.stage.number(), room.state().viewing, view.viewing.text().split(" · ")[0]]
    room.actions["branch"]()
    told["branched"] = [room.compose.draft().content.messages[0].text, room.compose.viewing is None]
    newest = room.timeline.row(0)
    assert newest is not None
    room.part.show_iteration(newest.uid)
    wait_for(lambda: room.compose.viewing is not None)
    room.part.escape()
    told["escaped"] = room.compose.viewing is None
    return told


def sets(room: Room) -> dict[str, object]:
    """Add, copy, untick, delete and paste value sets, and page through those of a run."""
    shown = room.compose

    def names() -> list[list[object]]:
        return [[one.name, one.uid == shown.sets.active, one.ticked] for one in shown.sets.sets]

    room.view.set_draft(QUESTION, (("question", "Where?"),))
    steps = {}
    for command in ("add_set", "duplicate_set", "tick_set", "previous_set", "remove_set"):
        room.actions[command]()
        steps[command] = names()
    room.offered()
    steps["undone"] = names()
    room.actions["large_value"]()
    (large,) = room.services.dialogs.widget().findChildren(LargeValue)
    large.field.replace(0, 0, "So: ", quiet=False)
    large.reject()
    value = room.view.values.values()
    room.actions["paste_sets"]()
    (rows,) = room.services.dialogs.widget().findChildren(PasteRowsDialog)
    rows.begin("name\tquestion\nthird\tWhy?\n")
    take = next(button for button in rows.findChildren(QPushButton) if button.text().startswith("Create"))
    wait_for(take.isEnabled)
    take.click()
    texts = [action.text() for action in room.controller.sets.menu(shown.sets.active).actions() if action.text()]
    shown.sets.tick_all(ticked=False)
    first, second = shown.sets.sets[:2]
    for one in (first, second):
        shown.sets.show(one.uid)
        room.view.values.set_values({"question": one.name})
        shown.sets.tick(one.uid, ticked=True)
    room.run()
    pages = [shown.stage.shown.at]
    room.actions["previous_set"]()
    pages.append(shown.stage.shown.at)
    lack = Problem("Give question a value.", lack=MissingInput(("question",)))
    room.bar.show_notice("refusal", lack.sentence)
    room.session.shown = Draft(QUESTION)
    room.controller.sets.show_lack(lack)
    room.controller.sets.end_lack()
    stood = room.bar.standing_text
    room.session.shown = Draft(QUESTION, values=(("question", "Where?"),))
    room.controller.sets.end_lack()
    return {
        "steps": steps,
        "value": value,
        "names": [one.name for one in shown.sets.sets],
        "menu": texts,
        "pages": [len(shown.stage.shown.sets), pages],
        "lack": [stood, room.bar.standing_text],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
