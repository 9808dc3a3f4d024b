"""Notices of the window: problems, recovery, saving, the engine, the hint about the built-in model.

Invariant: no notice is modal. A problem replaces a hint; a hint never replaces a problem. Other notices disappear after
a time, or when their view is left; their Undo remains available in that view as long as it works. What comes of work
that began in a view which was left meanwhile is said when that view is shown again. While a blind run is shown, texts
that name a model, and any technical detail, are held back until the names are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from workbench.app.compose.hidden_names import gives_away, names_of
from workbench.core.faults import is_report
from workbench.core.lanes import BUILTIN
from workbench.host.clock import stamp
from workbench.ui.shell.builtin_hint import BUILTIN_HINT, BuiltinHint
from workbench.ui.shell.events import CommandStateChanged, SettingsRequested, StartNotice
from workbench.usecases.problems import about_this_program
from workbench.usecases.recorder import END_UNSAVED, PIECES_UNSAVED

if TYPE_CHECKING:
    from workbench.app.commands import View
    from workbench.app.compose.session import ComposeSession
    from workbench.app.tasks import Tasks
    from workbench.core.drafts import Draft
    from workbench.ui.shell.bars import StatusBar
    from workbench.ui.shell.notice_bar import NoticeBar
    from workbench.ui.shell.services import Editor, Events
    from workbench.usecases.problems import Problem
    from workbench.usecases.workbench import Workbench

COPY = "copy_details"
KEPT_BACK = "Something went wrong. To see what, mark an answer or reveal the names."
_ENGINE_TONES = {"ready": "green", "runtime": "green", "starting": "muted", "restarting": "warn", "dead": "red"}


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a notice offered, usually to undo something: the label of its button, its action, and the view.

    `is_undone` returns after an edit whether the action was undone by an edit already.
    """

    label: str
    act: Callable[[], object]
    is_undone: Callable[[], bool] | None
    view: View
    at: int


class _HeldNotices:
    """What to say in views that are not shown: the last notice of each, by view."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks, self._held = tasks, dict[str, tuple[str, Callable[[], object]]]()
        self.view: View = "compose"
        tasks.show_view(self.view)

    def say(self, key: str, say: Callable[[], object]) -> None:
        """Call `say` now, or, in the result of work that began in another view, when that is shown again."""
        began = self._tasks.began_in
        if began == self.view:
            say()
        else:
            self._held[began] = (key, say)

    def show_view(self, view: View) -> None:
        """Say what is held for a view, which is shown from now on."""
        self.view = view
        self._tasks.show_view(view)
        if (held := self._held.pop(view, None)) is not None:
            held[1]()

    def withdraw(self, key: str) -> None:
        """Forget the notices with this key."""
        self._held = {view: held for view, held in self._held.items() if held[0] != key}

    def clear(self) -> None:
        """Forget all notices."""
        self._held.clear()


class WindowNotices(QObject):
    """Shows messages in the notice bar and the status bar."""

    def __init__(
        self,
        workbench: Workbench,
        tasks: Tasks,
        events: Events,
        compose: ComposeSession,
        bar: NoticeBar,
        status: StatusBar,
    ) -> None:
        super().__init__(compose)
        self._workbench, self._tasks, self._events = workbench, tasks, events
        self._compose, self._bar, self._status = compose, bar, status
        self.editor: Editor
        """Set once the editor exists, before anything can be offered."""
        self._engine = ("", "")
        self._said: tuple[str, str, str] | None = None
        self._told, self._said_blind = "", False
        self._offered: _Offer | None = None
        self._held = _HeldNotices(tasks)
        self._quiet_acts: dict[str, Callable[[], object]] = {}
        """Actions of the buttons of quiet notices, by action name."""
        self._was_blind = False
        self.builtin = BuiltinHint(workbench, tasks, events, bar, self)
        self._at_start = ("", "", "", "")
        """Key, action, label and detail of the start-up notice."""
        self._brief_acts: dict[str, Callable[[], object]] = {}
        """The action of each brief notice, by its key."""
        self._start_notices: dict[str, StartNotice] = {}
        """Start-up notices of features, by key."""
        bar.action_clicked.connect(self._act)
        bar.dismissed.connect(self._dismissed)
        for shown in (compose.prompt_changed, compose.lanes.changed):
            shown.connect(lambda *_: self._follow_lanes())
        compose.prompt_changed.connect(lambda _: self._prompt_changed())

    def first(self, problem: Problem | None, keys_notice: str) -> None:
        """Show the messages due after the first paint: about the opened draft and the stored keys."""
        if self._workbench.notice:
            self._bar.show_notice("database", self._workbench.notice, error=True)
        elif problem is not None:
            self.problem(problem.sentence, problem.detail)
        if keys_notice:
            self.quiet("keys", keys_notice, lasting=True)
        self.builtin.begin()

    def _follow_lanes(self) -> None:
        self.builtin.follow(uses_builtin=any(lane.endpoint == BUILTIN for lane in self._compose.lanes.lanes))

    def _prompt_changed(self) -> None:
        self._held.clear()
        self._bar.leave_prompt()

    def problem(self, sentence: str, detail: str = "") -> None:
        """Report an error."""
        self._say("problem", sentence, detail)

    def refused(self, sentence: str, detail: str = "") -> None:
        """Report why something cannot be done with the open prompt."""
        self._held.say("refusal", lambda: self._say("refusal", sentence, detail))

    def _say(self, key: str, sentence: str, detail: str) -> None:
        compose = self._compose
        self._said, self._told, shown = (key, sentence, detail), sentence, detail
        if compose.stage.shown.is_blind:
            names = names_of((lane.asked.lane for lane in compose.stage.shown.lanes), compose.endpoints)
            self._told, shown = KEPT_BACK if gives_away(sentence, names) else sentence, ""
        self._said_blind = compose.stage.shown.is_blind
        action, label = (COPY, "Copy details") if is_report(shown) else ("", "")
        leaves = key == "refusal"
        self._bar.show_notice(key, self._told, error=True, detail=shown, action=action, label=label, leaves=leaves)

    def follow_blindness(self) -> None:
        """Update everything that depends on hidden names: the engine's state, the hint, and held-back problems."""
        hidden = self._compose.stage.shown.is_blind
        if hidden != self._was_blind:
            self._was_blind = hidden
            self.tell_engine()
            self.builtin.hide(is_blind=hidden)
        if self._said is not None and self._said_blind != hidden:
            key, sentence, detail = self._said
            if self._bar.standing_key == key or self._told != sentence:
                self._say(key, sentence, detail)

    def saved_late(self, unsaved: int) -> None:
        """Report that answers which could not be saved at first are saved, in place of the earlier problem."""
        if unsaved == 0 and self._said is not None and self._said[1].startswith((END_UNSAVED, PIECES_UNSAVED)):
            self._said = None
            self._bar.clear("problem")
            self.quiet("saved", "Everything unsaved is now in the history.")

    def over(self) -> None:
        """Remove notices about the previous run, because a new run began."""
        self._said = None
        for key in ("problem", "refusal", "offer", "recovered", "install", "spread", "saved", *self._start_notices):
            self._bar.clear(key)

    def quiet(
        self,
        key: str,
        sentence: str,
        *,
        action: str = "",
        label: str = "",
        act: Callable[[], object] | None = None,
        detail: str = "",
        lasting: bool = False,
    ) -> None:
        """Show a message with low priority, unless a problem is shown; the button `label` triggers `act` or `action`.
        It leaves by itself unless it is `lasting`."""
        if act is not None:
            action = f"act {key}"
            self._quiet_acts[action] = act

        def say() -> None:
            if self._bar.standing_key not in ("problem", "refusal", "database"):
                self._bar.show_notice(key, sentence, action=action, label=label, detail=detail, leaves=not lasting)

        # The end of work whose progress is shown is said where that is.
        if lasting or key in (self._bar.key, self._bar.standing_key):
            say()
        else:
            self._held.say(key, say)

    def at_start(self, key: str, sentence: str, *, action: str = "", label: str = "", detail: str = "") -> None:
        """Show a start-up message; a start-up message already shown is kept in front of it, because it is not
        repeated."""
        offered = (key, action, label, detail)
        if self._bar.key in ("settings", "recovered", *self._start_notices):
            sentence = f"{self._bar.text()} {sentence}"
            if self._bar.key in self._start_notices:
                offered = self._at_start
        self._at_start = offered
        key, action, label, detail = offered
        self.quiet(key, sentence, action=action, label=label, detail=detail, lasting=True)

    def offer_at_start(self, said: StartNotice) -> None:
        """Show a start-up message with a button, and call `dismissed` when the user closes it."""
        self._quiet_acts[said.key] = said.act
        self.at_start(said.key, said.sentence, action=said.key, label=said.label, detail=said.detail)
        self._start_notices[said.key] = said

    def moved_on(self) -> None:
        """Remove mere confirmations, because the user has continued working."""
        for key in ("revealed", "sets", "technique"):
            self._bar.clear(key)

    def offer(
        self, sentence: str, label: str, act: Callable[[], object], is_undone: Callable[[], bool] | None = None
    ) -> None:
        """Report an action and offer to undo it.

        `is_undone` is called after an edit and returns whether the user has undone the action already: the offer would
        then undo something else.
        """
        self._offered = _Offer(label, act, is_undone, self._tasks.began_in, stamp())
        self._held.withdraw("offer")
        self._held.say(
            "offer", lambda: self._bar.show_notice("offer", sentence, action="offer", label=label, leaves=True)
        )
        self._events.publish(CommandStateChanged())

    def offer_draft(self, sentence: str, before: Draft) -> None:
        """Report what replaced the draft, and offer to restore the previous draft."""
        compose, editor = self._compose, self.editor
        after = editor.content()
        self.offer(
            sentence,
            "Undo",
            lambda: compose.put_back(before, compose.draft()),
            lambda: editor.content() == before.content != after,
        )

    @property
    def offers_undo(self) -> bool:
        """Whether the last offer was to undo something in the shown view, and nothing has undone it."""
        offered = self._offered
        return offered is not None and offered.label == "Undo" and offered.view == self._held.view

    @property
    def offered_at(self) -> int:
        """The stamp of the offer to undo what no edit can undo, 0 if there is none in the shown view."""
        offered = self._offered
        return offered.at if offered is not None and self.offers_undo and offered.is_undone is None else 0

    def show_view(self, view: View) -> None:
        """Remove what was said in another view; a notice of the change itself belongs to the new one."""
        if self._offered is not None and self._bar.is_new and self._bar.key == "offer":
            self._offered = replace(self._offered, view=view)
        self._bar.leave_view()
        self._held.show_view(view)

    def undo(self) -> None:
        """Undo what was offered, whether or not its notice has left."""
        if self.offers_undo:
            self._act("offer")

    def withdraw_offer(self) -> None:
        """Withdraw the offer: the action was undone otherwise, or its prompt was left."""
        self._offered = None
        self._held.withdraw("offer")
        self._bar.clear("offer")
        self._events.publish(CommandStateChanged())

    def brief(self, key: str, sentence: str, label: str = "", act: Callable[[], object] | None = None) -> None:
        """Report an action for some seconds, with a button that triggers `act` if there is one."""
        self._brief_acts[key] = act or (lambda: None)
        action = "" if act is None else key
        self._held.say(key, lambda: self._bar.show_brief(key, sentence, action=action, label=label))

    def withdraw(self, key: str) -> None:
        """Remove the notice with this key."""
        self._brief_acts.pop(key, None)
        self._held.withdraw(key)
        self._bar.clear(key)

    def text_changed(self) -> None:
        """Withdraw an offer with nothing left to undo."""
        offered = self._offered
        if offered is not None and offered.is_undone is not None and offered.is_undone():
            self.withdraw_offer()

    def saved(self) -> None:
        """Report that the draft is in the database."""
        self._status.set_saved("Saved")
        if self._bar.key == "not_saved":
            self._bar.clear("not_saved")

    def pending(self, pending: bool) -> None:
        """Show whether there are unsaved changes."""
        if pending:
            self._status.set_saved("Editing…")

    def not_saved(self, sentence: str, detail: str) -> None:
        """Report that the draft could not be saved; it stays in memory and saving is retried."""
        self._status.set_saved("Not saved")
        self._bar.show_notice("not_saved", f"The draft is only in this window. {sentence}", error=True, detail=detail)

    def moved(self, sentence: str, detail: str) -> None:
        """Report that the history file is missing or replaced; "" when it is back."""
        if not sentence:
            self._bar.clear("database")
            return
        self._bar.show_notice("database", sentence, error=True, detail=detail)

    def engine(self, kind: str, text: str) -> None:
        """Show the state of the engine."""
        self._engine = (kind, text)
        self.tell_engine()

    def tell_engine(self) -> None:
        """Show the engine's state again: while blind without loaded models and without the message of its crash."""
        kind, text = self._engine
        if not text:
            return
        if self._compose.stage.shown.is_blind:
            text = "The engine is ready." if kind == "runtime" else text.split("\n")[0]
        self._status.set_engine(text, _ENGINE_TONES.get(kind, "muted"))

    def _act(self, action: str) -> None:
        if action == COPY and self._said is not None:
            QApplication.clipboard().setText(about_this_program(self._said[2]))
        elif action == "offer" and self._offered is not None:
            offered, self._offered = self._offered, None
            self._bar.clear("offer")
            offered.act()
            self._events.publish(CommandStateChanged())
        elif action == "keys":
            self._events.publish(SettingsRequested())
        elif action == "install":
            self.builtin.install()
        elif action in self._quiet_acts:
            self._quiet_acts[action]()
        elif action in self._brief_acts and self._bar.key == action:
            act = self._brief_acts[action]
            self.withdraw(action)
            act()

    def _dismissed(self, key: str) -> None:
        self._events.publish(CommandStateChanged())
        if key in self._start_notices:
            self._start_notices[key].dismissed()
        if key == BUILTIN_HINT:
            self.builtin.end()
