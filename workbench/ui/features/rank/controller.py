"""Carries out the commands of Rank, and looks at the history anew.

Invariant: nothing of the view is made before the window is at rest or somebody goes there, and the long imports of its
first ranking happen on a thread. While pairs are judged nothing beside them is shown that could tell who answered.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from workbench.app.background import settle_in
from workbench.app.rank.judging_session import Kind, Sittings
from workbench.app.rank.ranking import Rank
from workbench.app.verdict_keys import VerdictKey
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.rank.commands import GROUPINGS
from workbench.ui.features.rank.view import RankView
from workbench.ui.shell.events import (
    CommandStateChanged,
    FocusPlaced,
    HistoryChanged,
    PromptOpened,
    SideBarWanted,
    ViewShown,
)
from workbench.ui.shell.services import Services

if TYPE_CHECKING:
    from workbench.ui.shell.views import Making
    from workbench.usecases.ranking_result import Grouping


KEY = "pair_verdict"
"""The key of the notice about a verdict on a pair."""


class RankController:
    """Ranks while Rank is shown, and holds the sitting in which pairs are judged; `view` is None before it is made."""

    def __init__(self, services: Services) -> None:
        self._services = services
        store, parent = services.backend.store, services.dialogs.widget()
        self.view: RankView | None = None
        self.rank = Rank(store, services.tasks, _import_chart, services.backend.places, parent)
        self.sittings = Sittings(store, services.tasks, new_uid, utc_now, parent)
        # Its time is up once the page that came to the front was painted: the thread that ranks would take the
        # interpreter's lock between any two cells.
        self._rank_soon = QTimer(parent, interval=0, singleShot=True)
        self._rank_soon.timeout.connect(self.refresh)
        self.sittings.changed.connect(self._show_sitting)
        self.sittings.judged_pair.connect(self._say)
        # The button of what was said before would act on the skip.
        self.sittings.skipped.connect(lambda: services.notices.withdraw(KEY))
        self.sittings.prompt_read.connect(self._show_prompt)
        services.events.subscribe(ViewShown, lambda event: self._view_shown(event.view))
        services.events.subscribe(PromptOpened, lambda _: self._prompt_opened())
        services.events.subscribe(HistoryChanged, lambda _: self.refresh())

    def stop(self) -> None:
        """Rank no more; what is judged is stored."""
        self._rank_soon.stop()

    def make(self) -> Making:
        """Make the view."""
        yield from ()
        services, rank = self._services, self.rank
        view = self.view = RankView(services.theme, GROUPINGS)
        view.set_grouping(rank.grouping)
        view.set_writable(not services.backend.store.read_only)
        rank.waiting.connect(view.wait)
        rank.ranked.connect(view.show_ranked)
        rank.failed.connect(view.show_failed)
        rank.grouping_changed.connect(view.set_grouping)
        view.grouping_chosen.connect(rank.group)
        view.judge_clicked.connect(self.judge)
        view.versions.said.connect(rank.say)
        view.verdict_wanted.connect(self.sittings.judge)
        view.undo_wanted.connect(self.undo)
        view.skip_wanted.connect(self.skip)
        view.prompt_wanted.connect(self.sittings.read_prompt)
        view.end_wanted.connect(self.end)
        return view

    def show(self) -> None:
        """Go to Rank."""
        self._services.navigator.show("rank")

    def enter(self) -> None:
        """Give the view the keyboard."""
        if self.view is not None:
            self.view.enter()

    def refresh(self) -> None:
        """Rank what the history holds by now, if that is in sight."""
        if self.view is not None and not self.is_judging and self._is_shown:
            self.rank.show(self._services.session.prompt())

    def group(self, grouping: Grouping) -> None:
        """Rank others."""
        self.rank.group(grouping)

    @property
    def is_judging(self) -> bool:
        """Whether pairs are judged."""
        return self.sittings.is_open

    @property
    def can_undo(self) -> bool:
        """Whether a verdict or a skip of this sitting can be taken back."""
        return self.sittings.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether a verdict or a skip of this sitting that was taken back can be given again."""
        return self.sittings.can_redo

    def judge(self) -> None:
        """Begin a sitting."""
        services = self._services
        prompt = services.session.prompt()
        if not prompt or services.backend.store.read_only:
            return
        self.show()
        if self.view is not None and not self.is_judging:
            self.view.setCurrentWidget(self.view.judging)
            services.events.publish(SideBarWanted(is_shown=False))
            self.sittings.start(prompt, self.rank.grouping)

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict that a key means; False when it means none now."""
        if key.lane > 2 or not self.is_judging:
            return False
        kind: Kind = "winner" if key.lane else "tie" if key.kind == "tie" else "all_bad"
        self.sittings.judge(kind, key.lane)
        return True

    def undo(self) -> None:
        """Take the last verdict or skip of this sitting back."""
        self.sittings.undo()

    def redo(self) -> None:
        """Give the verdict again, or skip the pair again, that was taken back last."""
        self.sittings.redo()

    def skip(self) -> None:
        """Skip the shown pair."""
        self.sittings.skip()

    def toggle_prompt(self) -> None:
        """Show or hide the prompt above the pair."""
        if self.view is not None and self.is_judging:
            self.view.judging.prompt_toggle.toggle()

    def toggle_reveal(self) -> None:
        """Tell or hide who answered in the pair that was judged last."""
        if self.view is not None and self.is_judging:
            self.view.judging.reveal.toggle()

    def end(self) -> None:
        """End the sitting and show the ranking anew; without effect when nobody judges."""
        self.sittings.end()

    @property
    def _is_shown(self) -> bool:
        return self._services.navigator.shown() == "rank"

    def _view_shown(self, shown: str) -> None:
        """Look at the history anew when the view is entered; leaving it ends the sitting."""
        if shown == "rank":
            self.refresh()
        else:
            self.end()

    def _prompt_opened(self) -> None:
        self.end()
        self.refresh()

    def _show_prompt(self, text: str) -> None:
        if self.view is not None and self.is_judging:
            self.view.judging.show_prompt(text)

    def _say(self, kind: str, winner: int, is_undone: bool) -> None:
        """Say a verdict, or that it was taken back, with what takes that back."""
        words = _words(kind, winner)
        if is_undone:
            self._services.notices.brief(KEY, f"Undone: {words}", "Redo", self.redo)
        else:
            self._services.notices.brief(KEY, words, "Undo", self.undo)

    def _show_sitting(self) -> None:
        view, sittings, events = self.view, self.sittings, self._services.events
        if view is None:
            return
        if not sittings.is_open:
            self._services.notices.withdraw(KEY)
            if self._is_shown:
                # First, so that the ranking has its width from the start: laid out twice, it is painted twice.
                events.publish(SideBarWanted(is_shown=True))
            view.setCurrentWidget(view.ranking)
            if self._is_shown:
                view.enter()
                self._rank_soon.start()
            events.publish(CommandStateChanged())
            return
        page = view.judging
        page.set_progress(sittings.progress(), sittings.progress(brief=True), can_undo=sittings.can_undo)
        page.set_last(sittings.last)
        if sittings.shown is not None:
            was_hidden = page.answers.isHidden()
            page.show_pair(sittings.shown.left, sittings.shown.right, sittings.shown.values)
            if was_hidden:
                page.enter()
                events.publish(FocusPlaced())
        elif sittings.state == "over":
            page.show_message(_over(sittings.pairs, sittings.judged))
        elif sittings.state == "opening":
            page.start()
            page.show_message("Looking for pairs…")
        events.publish(CommandStateChanged())


def _words(kind: str, winner: int) -> str:
    if kind == "winner":
        return f"{'Left' if winner == 1 else 'Right'} marked better"
    return "Marked as a tie" if kind == "tie" else "Both marked bad"


def _over(pairs: int, judged: int) -> str:
    if judged:
        return "No pairs left. Run other versions or models on the same values to get new ones."
    if pairs:
        return "No pairs left to judge."
    return (
        "There are no two answers to compare. A pair needs finished answers of two entrants to the same values, with "
        "different texts. Run two versions or models on the same values. A blind run has to be judged first."
    )


def _import_chart() -> None:
    """Bring along what drawing needs, half a second of imports, on the thread that calls."""
    if "workbench.ui.widgets.chart" not in sys.modules:
        importlib.import_module("workbench.ui.widgets.chart")
        settle_in()
