"""Executes the commands of Rank, and refreshes the ranking.

Invariant: the view is not built before the window is idle or the view is opened, and the slow imports of the first
ranking happen on a worker thread. While pairs are judged, nothing that could identify the entrants is shown.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from workbench.app.rank.check_ranking import CheckRankingController
from workbench.app.rank.judge_ranking import JudgeRankingController
from workbench.app.rank.judging_session import JudgingController, Kind
from workbench.app.rank.ranking import RankingController
from workbench.app.verdict_keys import VerdictKey
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.rank.commands import GROUPINGS, RankingWay
from workbench.ui.features.rank.view import RankView
from workbench.ui.shell.events import (
    Changed,
    CommandStateChanged,
    DataChanged,
    FocusPlaced,
    HistoryChanged,
    PromptOpened,
    SideBarWanted,
    ViewShown,
)
from workbench.ui.shell.services import Services

if TYPE_CHECKING:
    from workbench.core.lanes import Lane
    from workbench.ui.features.rank.judge_dialog import JudgeDialog
    from workbench.ui.shell.views import Making
    from workbench.usecases.judging.pair_judging import PairRun
    from workbench.usecases.judging.pair_plan import PairPlan
    from workbench.usecases.ranking_result import Grouping


_COMPARING = "A judge is comparing pairs. Wait for its end or stop it, then compare more."
KEY = "pair_verdict"
"""The key of the notice about the verdict on a pair."""


class RankController:
    """Keeps the ranking up to date while Rank is shown, and owns the judging session; `view` is None until built."""

    def __init__(self, services: Services) -> None:
        self._services = services
        store, parent = services.backend.store, services.dialogs.widget()
        self.view: RankView | None = None
        self.rank = RankingController(store, services.tasks, _import_chart, services.backend.places, parent)
        self.checks = CheckRankingController(store, services.tasks, parent)
        backend = services.backend
        self.judges = JudgeRankingController(store, services.tasks, backend.runner, backend.models, parent)
        self.comparing: JudgeDialog | None = None
        """The dialog that lets a judge compare pairs."""
        self._is_opening = False
        """Whether the dialog opens with the next plan."""
        self.way: RankingWay = "verdicts"
        self.sittings = JudgingController(store, services.tasks, new_uid, utc_now, parent)
        # Fires once the newly shown page is painted: the ranking thread would otherwise compete for the GIL while the
        # cells are painted.
        self._rank_soon = QTimer(parent, interval=0, singleShot=True)
        self._rank_soon.timeout.connect(self.refresh)
        self.sittings.changed.connect(self._show_sitting)
        self.sittings.judged_pair.connect(self._say)
        # The notice about the previous verdict offers "Undo", which would now undo the skip.
        self.sittings.skipped.connect(lambda: services.notices.withdraw(KEY))
        self.sittings.prompt_read.connect(self._show_prompt)
        services.events.subscribe(ViewShown, lambda event: self._view_shown(event.view))
        services.events.subscribe(PromptOpened, lambda _: self._prompt_opened())
        services.events.subscribe(HistoryChanged, lambda _: self.refresh())
        services.events.subscribe(DataChanged, self._data_changed)

    def stop(self) -> None:
        """Cancel the pending refresh; verdicts are already stored."""
        self._rank_soon.stop()
        self.judges.close()

    def make(self) -> Making:
        """Build the view."""
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
        self.checks.ranked.connect(view.show_checks)
        self.checks.failed.connect(view.show_checks_failed)
        self.judges.ranked.connect(view.show_judge)
        self.judges.failed.connect(view.show_judge_failed)
        self.judges.planned.connect(self._show_plan)
        self.judges.planning_failed.connect(self._forget_opening)
        self.judges.progressed.connect(self._show_run)
        self.judges.ended.connect(self._judge_ended)
        self.judges.refused.connect(services.notices.refused)
        rank.grouping_changed.connect(lambda _: self.refresh() if self.way == "judge" else None)
        view.by_judge.offer_clicked.connect(self.let_judge_compare)
        view.by_judge.stop_clicked.connect(self.judges.stop)
        view.way_chosen.connect(self.choose_way)
        view.judge_clicked.connect(self.judge)
        view.versions.said.connect(rank.say)
        view.verdict_wanted.connect(self.sittings.judge)
        view.undo_wanted.connect(self.undo)
        view.skip_wanted.connect(self.skip)
        view.prompt_wanted.connect(self.sittings.read_prompt)
        view.end_wanted.connect(self.end)
        return view

    def show(self) -> None:
        """Open Rank."""
        self._services.navigator.show("rank")

    def enter(self) -> None:
        """Focus the view."""
        if self.view is not None:
            self.view.enter()

    def refresh(self) -> None:
        """Compute the ranking again if it is visible."""
        if self.view is not None and not self.is_judging and self._is_shown:
            prompt = self._services.session.prompt()
            if self.way == "judge":
                self.judges.show(prompt, self.rank.grouping)
                self._plan(prompt)
            else:
                (self.rank if self.way == "verdicts" else self.checks).show(prompt)

    def choose_way(self, way: RankingWay) -> None:
        """Rank by verdicts, by a judge or by checks."""
        if way != self.way:
            self.way = way
            if self.view is not None:
                self.view.set_way(way)
            if way == "verdicts":
                self.rank.forget()
            self.refresh()

    def let_judge_compare(self) -> None:
        """Choose a judge, a criterion and a number of pairs, and start it after its price is shown."""
        services = self._services
        prompt = services.session.prompt()
        if not prompt or services.backend.store.read_only or self.comparing is not None:
            return
        if self.judges.run is not None:
            services.notices.refused(_COMPARING)
            return
        self.choose_way("judge")
        self._is_opening = True
        self.judges.plan(prompt)

    def group(self, grouping: Grouping) -> None:
        """Change the grouping."""
        self.rank.group(grouping)

    @property
    def is_judging(self) -> bool:
        """Whether a judging session is open."""
        return self.sittings.is_open

    @property
    def can_undo(self) -> bool:
        """Whether a verdict or a skip of this session can be undone."""
        return self.sittings.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether an undone verdict or skip of this session can be redone."""
        return self.sittings.can_redo

    def judge(self) -> None:
        """Start a judging session."""
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
        """Give the verdict assigned to a key; return False if it has no meaning now."""
        if key.lane > 2 or not self.is_judging:
            return False
        kind: Kind = "winner" if key.lane else "tie" if key.kind == "tie" else "all_bad"
        self.sittings.judge(kind, key.lane)
        return True

    def undo(self) -> None:
        """Undo the last verdict or skip of this session."""
        self.sittings.undo()

    def redo(self) -> None:
        """Redo the verdict or skip undone last."""
        self.sittings.redo()

    def skip(self) -> None:
        """Skip the current pair."""
        self.sittings.skip()

    def toggle_prompt(self) -> None:
        """Show or hide the prompt above the pair."""
        if self.view is not None and self.is_judging:
            self.view.judging.prompt_toggle.toggle()

    def toggle_reveal(self) -> None:
        """Show or hide who gave the answers of the previous pair."""
        if self.view is not None and self.is_judging:
            self.view.judging.reveal.toggle()

    def end(self) -> None:
        """End the judging session and refresh the ranking; no effect without a session."""
        self.sittings.end()

    def _plan(self, prompt: str) -> None:
        """Price the next pairs for the button."""
        if prompt and self.judges.run is None and self.comparing is None and not self._services.backend.store.read_only:
            self.judges.plan(prompt)

    def _show_plan(self, plan: PairPlan) -> None:
        if self.view is None or plan.prompt_uid != self._services.session.prompt():
            return
        if self.comparing is not None:
            self.comparing.show_plan(plan)
            return
        self.view.by_judge.show_plan(plan)
        if self._is_opening:
            self._is_opening = False
            self._open_dialog(plan)

    def _forget_opening(self) -> None:
        self._is_opening = False

    def _open_dialog(self, plan: PairPlan) -> None:
        from workbench.ui.features.rank.judge_dialog import JudgeDialog

        services = self._services

        def choose(lane: Lane) -> None:
            services.navigator.choose_model(lane, dialog.set_model, dialog)

        def closed(result: int) -> None:
            self.comparing = None
            if result == JudgeDialog.DialogCode.Accepted and dialog.plan is not None:
                self.judges.start(dialog.plan)
            else:
                self._plan(services.session.prompt())
            dialog.deleteLater()

        dialog = self.comparing = JudgeDialog(plan.choice, choose, services.dialogs.widget())
        dialog.plan_wanted.connect(lambda choice: self.judges.plan(plan.prompt_uid, choice))
        dialog.finished.connect(closed)
        dialog.open()

    def _show_run(self, run: PairRun) -> None:
        if self.view is not None and run.plan.prompt_uid == self._services.session.prompt():
            self.view.by_judge.show_run(run)

    def _judge_ended(self, run: PairRun) -> None:
        """Show the verdicts of a judge."""
        self._show_run(run)
        if run.problem is not None:
            self._services.notices.problem(run.problem.sentence, run.problem.detail)
        # Rank and the lanes read verdicts again.
        self._services.events.publish(DataChanged(Changed.VERDICTS))

    @property
    def _is_shown(self) -> bool:
        return self._services.navigator.shown() == "rank"

    def _view_shown(self, shown: str) -> None:
        """Refresh the ranking when the view is opened; leaving the view ends the session."""
        if shown == "rank":
            self.refresh()
        else:
            self.end()

    def _data_changed(self, event: DataChanged) -> None:
        """Rank again after a test ended."""
        if self.way == "checks" and event.what & Changed.RUNS:
            self.refresh()

    def _prompt_opened(self) -> None:
        self.end()
        self._is_opening = False
        if self.comparing is not None:
            self.comparing.reject()
        if self.view is not None:
            self.view.by_judge.show_idle()
            if self.judges.run is not None:
                self._show_run(self.judges.run)
            if self.way != "verdicts":
                self.view.set_way(self.way)
        self.refresh()

    def _show_prompt(self, text: str) -> None:
        if self.view is not None and self.is_judging:
            self.view.judging.show_prompt(text)

    def _say(self, kind: str, winner: int, is_undone: bool) -> None:
        """Show a notice about a verdict or its undo, with a button for the reverse."""
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
                # First, so that the ranking has its final width at once and is not laid out and painted twice.
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
        "No pairs to compare. A pair needs finished answers of two entrants to the same values, with different "
        "texts. Run two versions or models on the same values. Judge blind runs first."
    )


def _import_chart() -> None:
    """Import the drawing libraries, which takes half a second, on the calling thread."""
    importlib.import_module("workbench.ui.widgets.chart")
