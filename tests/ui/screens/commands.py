"""What each command changes on the screen, says and opens, or why it is disabled, in the views of the window."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMenu

from tests.app.decide.standin_decisions import StandInDecisions
from tests.app.testing.standin_source import StandInSuites
from tests.ui.decide_support import over as decisions
from tests.ui.decide_support import shown as decided
from tests.ui.desk import HELLO, Desk
from tests.ui.history_support import chosen, entered
from tests.ui.rank_support import fill, view
from tests.ui.screens.approval import Screens
from tests.ui.screens.collector import described
from tests.ui.screens.sitting import SIZE, Sitting
from tests.ui.screens.views import over, shown
from tests.ui.screens.window import ASK, MODELS, TWO
from tests.usecases.judged_history import runs
from workbench.app.commands import Command, View
from workbench.core.content import Content, Message
from workbench.core.drafts import ValueSet
from workbench.ui.composition import FEATURES

LEFT_OUT = {
    *("quit", "menu", "context_menu", "stop", "template"),
    *("zoom_in", "zoom_out", "zoom_reset", "theme_system", "theme_light", "theme_dark"),
    *("history_backup", "history_restore", "history_check", "history_smaller"),
}
"""Commands that end the window, only change its look, need a second one, or work on a closed history."""
LAST = ("new_prompt", "duplicate_prompt", "archive_prompt", "delete_prompt")
"""Commands that open another prompt."""
EDITED = Content((Message("system", "Be brief."), Message("user", "{{question}}")))


def compose(desk: Desk, screens: Screens) -> None:
    """The commands of Compose, after two runs of two lanes over two cases."""
    at = Sitting(desk, screens)
    window = desk.open({**HELLO, "models": MODELS}, SIZE)
    at.show(ASK, *TWO)
    desk.run()
    at.show(EDITED, *(replace(lane, samples=2) for lane in TWO), question="Where is it?")
    for name in ("early", "late"):
        window.value_sets.use(ValueSet(name, name, (("question", f"Is it {name}?"),), ticked=True))
    desk.run()
    before = window.draft()

    def reset() -> None:
        window.views.show("compose")
        if window.viewing is not None or window.find_bar.isVisible():
            window.command("escape")
        if window.draft() != before:
            window.session.put_back(before)
        window.focus_lane(0)

    _run(at, desk, screens, "compose", _of("compose"), reset)


def testing(desk: Desk, screens: Screens) -> None:
    """The commands of Test, over a whole run."""
    at = Sitting(desk, screens)
    with over(StandInSuites(12, samples=1)):
        page = shown(desk)
        desk.until(lambda: page.suites.figures.report is not None)

        def reset() -> None:
            if desk.window.views.shown != "test":
                desk.window.views.show("test")
            page.grid.answers.setFocus()

        _run(at, desk, screens, "test", _of("test"), reset)


def history(desk: Desk, screens: Screens) -> None:
    """The commands of History, with a run selected."""
    at = Sitting(desk, screens)
    page = entered(desk, size=SIZE)

    def reset() -> None:
        if desk.window.views.shown != "history":
            desk.window.views.show("history")
            at.rest()
        chosen(desk, page, next(one for one in ("order-3", "order-2", "order-1") if page.model.position(one) >= 0))

    _run(at, desk, screens, "history", _of("history"), reset)


def rank(desk: Desk, screens: Screens) -> None:
    """The commands of Rank."""
    at = Sitting(desk, screens)
    fill(desk.db, lambda store, prompt: runs(store, prompt, 12))
    desk.open(size=SIZE)
    page = view(desk)

    def reset() -> None:
        if desk.window.views.shown != "rank":
            desk.window.views.show("rank")
        page.switch.buttons["verdicts"].click()

    # Which pair is judged depends on ids.
    commands = [one for one in _of("rank") if not one.id.startswith("judge")]

    def is_ready() -> bool:
        return not (page.instead.isVisible() and page.instead.text().startswith("Counting"))

    _run(at, desk, screens, "rank", commands, reset, is_ready)


def decide(desk: Desk, screens: Screens) -> None:
    """The commands of Decide, over a stand-in's decision."""
    at = Sitting(desk, screens)
    with decisions(StandInDecisions()):
        decided(desk, SIZE)

        def reset() -> None:
            if desk.window.views.shown != "decide":
                desk.window.views.show("decide")

        # Saved reports have names that depend on the folder.
        saves = ("decision_html", "decision_markdown", "decision_json")
        _run(at, desk, screens, "decide", [one for one in _of("decide") if one.id not in saves], reset)


def _of(view: View) -> list[Command]:
    """Return the commands of a view in the order of the menus; those of all views belong to Compose."""
    found = [
        one
        for one in FEATURES.commands()
        if one.id not in LEFT_OUT and one.is_in(view) and (view == "compose" or not one.is_in("compose"))
    ]
    return sorted(found, key=lambda one: LAST.index(one.id) if one.id in LAST else -1)


def _run(
    at: Sitting,
    desk: Desk,
    screens: Screens,
    name: str,
    commands: Sequence[Command],
    reset: Callable[[], None],
    is_ready: Callable[[], bool] = lambda: True,
) -> None:
    """Trigger each command after `reset`, and record its effect once the window `is_ready`."""
    window = desk.window
    for command in commands:
        reset()
        if window.notice.key:
            window.notice.clear(window.notice.key)
        window.update_commands()
        desk.until(is_ready)
        at.rest()
        if not window.actions[command.id].isEnabled():
            screens.add(f"{name}#{command.id}", partial(_reason, at, command))
            continue
        before = at.described()
        window.actions[command.id].trigger()
        desk.until(lambda: not window.is_running() and is_ready())
        at.rest()
        screens.add(f"{name}#{command.id}", lambda before=before: _effect(at, before))  # type: ignore[misc] # it is bound
        for other in at.others():
            other.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        window.frame.activateWindow()


def _reason(at: Sitting, command: Command) -> str:
    """Return why a command is disabled, as the palette says."""
    (source,) = (one for one in at.desk.window.palette_sources() if one.name == "commands")
    return f"disabled: {next(one.unavailable for one in source.read() if one.id == command.id)}"


def _effect(at: Sitting, before: list[str]) -> str:
    """Return what is open beside the window, and the changed lines of the window."""
    opened = [described(one) if isinstance(one, QMenu) else described(one).splitlines()[0] for one in at.others()]
    changes = difflib.unified_diff(before, described(at.desk.window.frame).splitlines(), n=0, lineterm="")
    lines = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
    return "\n".join([*(f"opens {one}" for one in opened), *lines] or ["changes nothing on the screen"])
