"""Comparisons and settings that a person chooses: baseline, "no worse", champion and challenger, a successor.

Invariant: dialogs are made when they are opened, one at a time; what they start is estimated first. Everything that
blocks runs off the UI thread, and an answer about an earlier choice is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.app.judging.judge_choice import judge_start, judge_tested_words
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.source import ShownEstimate
from workbench.app.testing.words import TEST_SUCCESSOR
from workbench.core.lanes import Lane
from workbench.core.testing.grid import SuiteColumn
from workbench.core.testing.settings import SuiteSettings
from workbench.core.testing.vote import FEWEST_SAMPLES
from workbench.ui.shell.stored_draft import when_stored
from workbench.usecases.problems import RetiredModelError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.app.testing.comparisons import SuccessorFacts
    from workbench.engine.calls import CallTask
    from workbench.ui.features.testing.comparison_dialog import ComparisonDialog
    from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog
    from workbench.ui.shell.services import Services
    from workbench.usecases.testing.comparison_plans import TryChoice


class ComparisonActions:
    """`dialog` is the open one, None for none."""

    def __init__(self, services: Services, suites: SuiteController) -> None:
        self._services, self._suites = services, suites
        self.dialog: ComparisonDialog | SuiteSettingsDialog | None = None
        self._asked = 0

    # Columns.

    def add_entries(self, menu: QMenu, column: SuiteColumn) -> None:
        """Add what can be compared with a column to its menu."""
        suites, lane = self._suites, column.lane
        overview, run = suites.overview, suites.run
        can_write = not self._services.backend.store.read_only
        in_settings = overview is not None and any(one.slot == lane.slot for one in overview.settings.columns)
        asked = (lane.slot, lane.endpoint, lane.model)
        columns = () if run is None else run.columns
        ran = next((one for one in columns if (one.lane.slot, one.lane.endpoint, one.lane.model) == asked), None)
        has_stored = run is not None and bool(run.goals.against_run)
        is_baseline = run is not None and ran is not None and run.baseline == ran.position and not has_stored
        baseline = self._entry(menu, "Make it the baseline", lambda: self._set_baseline(lane.slot, ran))
        baseline.setEnabled(can_write and (in_settings or ran is not None) and not is_baseline)
        if ran is not None and run is not None and (has_stored or run.goals.purpose == "try"):
            stays = "stored answers stay it" if has_stored else "the champion stays it"
            baseline.setText(f"Make it the baseline ({stays})")
            baseline.setEnabled(False)
        no_worse = self._entry(menu, "Is it no worse?", lambda: self._toggle_no_worse(lane.slot))
        no_worse.setCheckable(True)
        no_worse.setEnabled(can_write and overview is not None and not is_baseline)
        if overview is not None:
            from workbench.core.testing.tries import points_words

            no_worse.setText(f"Is it no worse? (margin {points_words(overview.settings.margin)})")
            no_worse.setChecked(lane.slot in overview.settings.no_worse)
        vote = self._entry(menu, "Vote over samples", lambda: self.toggle_vote((lane.slot,)))
        vote.setCheckable(True)
        vote.setEnabled(can_write and in_settings)
        if overview is not None:
            samples = max(FEWEST_SAMPLES, overview.settings.samples)
            vote.setText(f"Vote over samples ({samples} per case)")
            vote.setChecked(lane.slot in overview.settings.vote)
        successor = self._entry(menu, "Test a successor of its model…", lambda: self.open_successor(lane))
        successor.setEnabled(can_write and overview is not None)

    def _entry(self, menu: QMenu, title: str, act: Callable[[], object]) -> QAction:
        made = menu.addAction(title)
        made.triggered.connect(lambda _=False: act())
        return made

    def _set_baseline(self, slot: str, ran: SuiteColumn | None) -> None:
        """Compare with a column from now on, in the next run and in the shown one if the column `ran` in it."""
        suites, run = self._suites, self._suites.run
        overview = suites.overview
        if overview is not None and any(one.slot == slot for one in overview.settings.columns):
            suites.change_settings(lambda settings: replace(settings, baseline=slot))
        if ran is not None and run is not None:
            future = suites.source.comparisons.set_baseline(run.uid, ran.position)
            self._services.tasks.watch(future, lambda _: suites.refresh(), suites.refused.emit)

    def _toggle_no_worse(self, slot: str) -> None:
        def toggle(slots: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(one for one in slots if one != slot) if slot in slots else (*slots, slot)

        self._suites.change_settings(lambda settings: replace(settings, no_worse=toggle(settings.no_worse)))

    @property
    def all_vote(self) -> bool:
        """Whether all columns vote over their samples."""
        overview = self._suites.overview
        columns = () if overview is None else overview.settings.columns
        return overview is not None and bool(columns) and all(one.slot in overview.settings.vote for one in columns)

    def toggle_vote(self, slots: tuple[str, ...] = ()) -> None:
        """Let columns vote over their samples, by default all; or no longer, if all of them do.

        The number of samples is raised if a vote needs more. Answers that are there count as samples.
        """

        def toggle(settings: SuiteSettings) -> SuiteSettings:
            wanted = slots or tuple(lane.slot for lane in settings.columns)
            if set(wanted) <= set(settings.vote):
                return replace(settings, vote=tuple(one for one in settings.vote if one not in wanted))
            vote = tuple(dict.fromkeys((*settings.vote, *wanted)))
            return replace(settings, vote=vote, samples=max(FEWEST_SAMPLES, settings.samples))

        self._suites.change_settings(toggle)

    # Settings.

    def edit_settings(self) -> None:
        """Open the settings of the tests."""
        overview, run = self._suites.overview, self._suites.run
        if overview is None or self._is_open():
            return
        if self._services.backend.store.read_only:
            self._services.notices.refused("The history is read-only, so settings cannot be changed.")
            return
        from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog

        dialog = SuiteSettingsDialog(
            overview.settings,
            has_answers=run is not None and run.answered > 0,
            choose=self._choose_judge,
            tested=lambda judge: judge_tested_words(judge, overview.settings.columns),
            parent=self._services.dialogs.widget(),
        )

        def save() -> None:
            chosen = dialog.settings
            self._suites.change_settings(
                lambda settings: replace(
                    settings,
                    samples=chosen.samples,
                    budget=chosen.budget,
                    difference=chosen.difference,
                    margin=chosen.margin,
                    threshold=chosen.threshold,
                    judge=chosen.judge,
                )
            )
            before = overview.settings
            if (chosen.threshold, chosen.judge) != (before.threshold, before.judge):
                self._suites.checks_changed()

        self._show(dialog, save)

    def _choose_judge(
        self, lane: Lane | None, use: Callable[[str, str], object], over: QWidget, task: CallTask
    ) -> None:
        settings = SuiteSettings() if self._suites.overview is None else self._suites.overview.settings
        start = lane or judge_start(settings, self._services.session.draft().lanes, task)
        self._services.navigator.choose_model(start, use, over, task)

    # Champion and challenger.

    def open_try(self) -> None:
        """Choose champion and challenger."""
        suites, services = self._suites, self._services
        prompt, set_name = suites.prompt_uid, suites.set_name
        if not prompt or self._is_open():
            return
        if suites.is_running:
            services.notices.refused("The tests are running. Wait for their end or stop them, then compare.")
            return
        comparisons = suites.source.comparisons

        def show(choice: TryChoice) -> None:
            from workbench.ui.features.testing.comparison_dialog import TryDialog

            if prompt != suites.prompt_uid or self._is_open():
                return
            dialog = TryDialog(choice, services.dialogs.widget())

            def estimate() -> None:
                if (chosen := dialog.chosen()) is not None:
                    self._estimate(dialog, lambda: comparisons.estimate_try(prompt, set_name, *chosen))

            def start() -> None:
                if (chosen := dialog.chosen()) is not None:
                    self._begin(lambda: comparisons.start_try(prompt, set_name, *chosen))

            dialog.estimate_wanted.connect(estimate)
            self._show(dialog, start)
            dialog.ask()

        def read() -> None:
            services.tasks.run(lambda: comparisons.try_choice(prompt, set_name), show, suites.refused.emit)

        when_stored(services, read)

    # Successors.

    def offer_successor(self, error: Exception, key: str) -> bool:
        """Offer to test a successor if a test was refused because of a retired model; `key` is that of the notice."""
        if not isinstance(error, RetiredModelError):
            return False
        old = error.lane
        self._services.notices.quiet(key, error.sentence, label=TEST_SUCCESSOR, act=lambda: self.open_successor(old))
        return True

    def open_successor(self, old: Lane | None, successor: str = "") -> None:
        """Choose a successor of a lane's model, beginning with the id `successor` if there is one, and the margin."""
        suites, services, overview = self._suites, self._services, self._suites.overview
        prompt = suites.prompt_uid
        if old is None or overview is None or self._is_open():
            return
        if suites.is_running:
            services.notices.refused("The tests are running. Wait for their end or stop them, then test a successor.")
            return
        from workbench.ui.features.testing.comparison_dialog import SuccessorDialog

        comparisons = suites.source.comparisons

        plain = replace(old, label="", hidden=False, baseline="", samples=1)

        def choose() -> None:
            start = dialog.new or plain
            services.navigator.choose_model(
                start, lambda endpoint, model: dialog.take(replace(start, endpoint=endpoint, model=model)), dialog
            )

        dialog = SuccessorDialog(old.title, overview.settings, choose, services.dialogs.widget())

        def told(facts: SuccessorFacts) -> None:
            if self.dialog is dialog:
                dialog.show_facts(facts.words)

        def estimate() -> None:
            new, margin = dialog.new, dialog.read_margin()
            if new is not None and margin is not None:
                self._estimate(dialog, lambda: comparisons.estimate_successor(prompt, old, new, margin))

        def start() -> None:
            new, margin = dialog.new, dialog.read_margin()
            if new is not None and margin is not None:
                renew = dialog.renews
                self._begin(lambda: comparisons.start_successor(prompt, old, new, margin, renew=renew))

        dialog.estimate_wanted.connect(estimate)
        self._show(dialog, start)
        if successor:
            dialog.take(replace(plain, model=successor))
        services.tasks.run(lambda: comparisons.successor_facts(prompt, old), told, suites.refused.emit)

    # Dialogs.

    def _begin(self, start: Callable[[], str]) -> None:
        """Begin a test that `start` records, and show it."""
        suites = self._suites
        prompt = suites.prompt_uid

        def done(run_uid: str) -> None:
            if prompt == suites.prompt_uid:
                suites.is_outdated = False
                suites.started.emit(run_uid)
                suites.refresh()

        services = self._services
        when_stored(services, lambda: services.tasks.run(start, done, suites.refused.emit))

    def close(self) -> None:
        """Close the open dialog, because another prompt is shown."""
        if self.dialog is not None:
            self.dialog.reject()

    def _is_open(self) -> bool:
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
        return self.dialog is not None

    def _show(self, dialog: ComparisonDialog | SuiteSettingsDialog, accepted: Callable[[], object]) -> None:
        self.dialog = dialog

        def finished(result: int) -> None:
            self.dialog = None
            self._asked += 1
            if result:
                accepted()
            dialog.deleteLater()

        dialog.finished.connect(finished)
        dialog.open()

    def _estimate(self, dialog: ComparisonDialog, work: Callable[[], ShownEstimate]) -> None:
        self._asked += 1
        asked = self._asked

        def show(estimate: ShownEstimate) -> None:
            if asked == self._asked and self.dialog is dialog:
                dialog.show_estimate(estimate)

        def failed(error: Exception) -> None:
            show(ShownEstimate(refusal=str(error)))

        services = self._services
        when_stored(services, lambda: services.tasks.run(work, show, failed))
