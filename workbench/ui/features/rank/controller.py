"""Rank in the window: what its commands do, and when it looks at the history anew.

Invariant: nothing of the view is made before the window is at rest or somebody goes there, and the long imports of its
first ranking happen on a thread. While pairs are judged nothing beside them is shown that could tell who answered.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.background import settle_in
from workbench.app.verdict_keys import VerdictKey
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid

if TYPE_CHECKING:
    from workbench.app.rank.judging_session import Kind, Sittings
    from workbench.app.rank.ranking import Rank
    from workbench.ui.features.rank.view import RankView
    from workbench.ui.shell.views import Making
    from workbench.ui.window import MainWindow
    from workbench.usecases.ranked import Grouping


KEY = "pair_verdict"
"""The key of the notice about a verdict on a pair, and the action of its button."""
_GROUPINGS: tuple[Grouping, ...] = ("both", "version", "model", "technique", "everywhere")


class Ranking(QObject):
    """`view`, `rank` and `sittings` are None before they are made."""

    entered = Signal()
    """The person began to judge, and the first pair has the focus."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        # Its time is up once the page that came to the front was painted: the thread that ranks would take the
        # interpreter's lock between any two cells.
        self._rank_soon = QTimer(self, interval=0, singleShot=True)
        self._rank_soon.timeout.connect(self.refresh)
        self.view: RankView | None = None
        self.rank: Rank | None = None
        self.sittings: Sittings | None = None

    def table(self) -> dict[str, Callable[[], object]]:
        """Return a handler for every command."""
        show = self._window.views.show
        return {
            "view_rank": lambda: show("rank"),
            "judge": self.judge,
            "judge_undo": self.undo,
            "judge_skip": self.skip,
            "judge_prompt": self.toggle_prompt,
            "judge_reveal": self.toggle_reveal,
            **{f"group_{name}": partial(self._group, name) for name in _GROUPINGS},
        }

    def make(self) -> Making:
        """Make the view in steps."""
        from workbench.app.rank.judging_session import Sittings
        from workbench.app.rank.ranking import Rank
        from workbench.ui.features.rank.view import RankView

        yield
        window, store = self._window, self._window.workbench.store
        actions = [window.actions_[f"group_{name}"] for name in _GROUPINGS]
        view = self.view = RankView(window.theme, actions)
        rank = self.rank = Rank(store, window.tasks, _import_chart, window.workbench.places, self)
        sittings = self.sittings = Sittings(store, window.tasks, new_uid, utc_now, self)
        view.set_grouping(rank.grouping)
        view.set_writable(not store.read_only)
        view.name_keys(window.keys.name)
        rank.waiting.connect(view.wait)
        rank.ranked.connect(view.show_ranked)
        rank.failed.connect(view.show_failed)
        rank.grouping_changed.connect(view.set_grouping)
        view.judge_clicked.connect(self.judge)
        view.versions.said.connect(rank.say)
        view.verdict_wanted.connect(self._judge)
        view.undo_wanted.connect(self.undo)
        view.skip_wanted.connect(self.skip)
        view.prompt_wanted.connect(sittings.read_prompt)
        sittings.prompt_read.connect(self._show_prompt)
        view.end_wanted.connect(self.end)
        sittings.changed.connect(self._show_sitting)
        sittings.judged_pair.connect(self._say)
        # The button of what was said before would act on the skip.
        sittings.skipped.connect(lambda: window.notice.clear(KEY))
        window.notice.action_clicked.connect(self._act)
        window.compose.prompt_changed.connect(self._prompt_changed)
        return view

    def enter(self) -> None:
        """Give the view the keyboard."""
        if self.view is not None:
            self.view.enter()

    def view_changed(self, shown: str) -> None:
        """Look at the history anew when the view is entered; leaving it ends the sitting."""
        if shown == "rank":
            self.refresh()
        else:
            self.end()

    def refresh(self) -> None:
        """Rank what the history holds by now, if that is in sight."""
        if self.rank is not None and not self.is_judging and self._window.views.shown == "rank":
            self.rank.show(self._window.compose.prompt_uid)

    @property
    def is_judging(self) -> bool:
        """Whether pairs are judged."""
        return self.sittings is not None and self.sittings.is_open

    @property
    def can_undo(self) -> bool:
        """Whether a verdict or a skip of this sitting can be taken back."""
        return self.sittings is not None and self.sittings.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether a verdict of this sitting that was taken back can be given again."""
        return self.sittings is not None and self.sittings.can_redo

    def judge(self) -> None:
        """Begin a sitting."""
        window = self._window
        if not window.compose.prompt_uid or window.workbench.store.read_only:
            return
        window.views.show("rank")
        if self.view is not None and self.sittings is not None and not self.sittings.is_open:
            self.view.setCurrentWidget(self.view.judging)
            window.sidebar.hide()
            grouping = self.rank.grouping if self.rank is not None else "both"
            self.sittings.start(window.compose.prompt_uid, grouping)

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict that a key means; False when it means none now."""
        if key.lane > 2 or not self.is_judging:
            return False
        self._judge("winner" if key.lane else "tie" if key.kind == "tie" else "all_bad", key.lane)
        return True

    def undo(self) -> None:
        """Take the last verdict or skip of this sitting back."""
        if self.sittings is not None:
            self.sittings.undo()

    def skip(self) -> None:
        """Skip the shown pair."""
        if self.sittings is not None:
            self.sittings.skip()

    def toggle_prompt(self) -> None:
        """Show or hide the prompt above the pair."""
        if self.view is not None and self.is_judging:
            self.view.judging.prompt_toggle.toggle()

    def toggle_reveal(self) -> None:
        """Tell or hide who answered in the pair that was judged last."""
        if self.view is not None and self.is_judging:
            self.view.judging.reveal.toggle()

    def _show_prompt(self, text: str) -> None:
        if self.view is not None and self.is_judging:
            self.view.judging.show_prompt(text)

    def redo(self) -> None:
        """Give the verdict again, or skip the pair again, that was taken back last."""
        if self.sittings is not None:
            self.sittings.redo()

    def end(self) -> None:
        """End the sitting and show the ranking anew; without effect when nobody judges."""
        if self.sittings is not None and self.sittings.is_open:
            self.sittings.end()

    def name_keys(self, name: Callable[[str], str]) -> None:
        """Name the keys in force."""
        if self.view is not None:
            self.view.name_keys(name)

    def _judge(self, kind: Kind, winner: int) -> None:
        if self.sittings is not None:
            self.sittings.judge(kind, winner)

    def _say(self, kind: str, winner: int, is_undone: bool) -> None:
        """Say a verdict, or that it was taken back, with what takes that back."""
        said = f"Undone: {_words(kind, winner)}" if is_undone else _words(kind, winner)
        self._window.notice.show_brief(KEY, said, action=KEY, label="Redo" if is_undone else "Undo")

    def _act(self, action: str) -> None:
        if action == KEY and self._window.notice.key == KEY and self.is_judging:
            redoes = self._window.notice.label == "Redo"
            self._window.notice.clear(KEY)
            (self.redo if redoes else self.undo)()

    def _group(self, grouping: Grouping) -> None:
        if self.rank is not None:
            self.rank.group(grouping)

    def _prompt_changed(self, _: str) -> None:
        self.end()
        self.refresh()

    def _show_sitting(self) -> None:
        view, sittings, window = self.view, self.sittings, self._window
        if view is None or sittings is None:
            return
        if not sittings.is_open:
            window.notice.clear(KEY)
            if window.views.shown == "rank":
                # First, so that the ranking has its width from the start: laid out twice, it is painted twice.
                window.sidebar.show()
                window.frame.divider.refresh()
            view.setCurrentWidget(view.ranking)
            if window.views.shown == "rank":
                view.enter()
                self._rank_soon.start()
            window.update_state()
            return
        page = view.judging
        page.set_progress(sittings.progress(), sittings.progress(brief=True), can_undo=sittings.can_undo)
        page.set_last(sittings.last)
        if sittings.shown is not None:
            was_hidden = page.answers.isHidden()
            page.show_pair(sittings.shown.left, sittings.shown.right, sittings.shown.values)
            if was_hidden:
                page.enter()
                self.entered.emit()
        elif sittings.state == "over":
            page.show_message(_over(sittings.pairs, sittings.judged))
        elif sittings.state == "opening":
            page.start()
            page.show_message("Looking for pairs…")
        window.update_state()


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
