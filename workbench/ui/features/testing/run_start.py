"""Running all cases from anywhere, or beside those of the text before: what is missing is said, with the next step.

Invariant: existing columns are the choice of the person and are run as they are. Lanes of Compose are taken only while
there are no columns, and offered otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.version_columns import changed_since, missing_lanes
from workbench.core.lanes import Lane
from workbench.core.text import counted
from workbench.ui.features.testing.columns import ColumnActions
from workbench.ui.shell.testing_events import CasesRequested
from workbench.usecases.problems import RetiredModelError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from workbench.ui.shell.services import Services


class RunStart:
    """`start` runs the open cells, after a question if that exceeds a limit. `key` is that of notices."""

    def __init__(
        self,
        services: Services,
        suites: SuiteController,
        columns: ColumnActions,
        start: Callable[[], object],
        key: str,
    ) -> None:
        self._services, self._suites, self._columns = services, suites, columns
        self._start, self._key = start, key
        self._waits = False
        suites.read.connect(self._go_on)

    def go(self) -> None:
        """Run all open cells of the shown prompt, whose tests are read."""
        suites, notices = self._suites, self._services.notices
        overview = suites.overview
        if overview is None:
            return
        lanes = self._services.session.draft().run_lanes
        if not suites.tested.cases:
            publish = self._services.events.publish
            sentence = "There are no cases to run yet."
            notices.quiet(self._key, sentence, label="Add cases", act=lambda: publish(CasesRequested()))
        elif overview.settings.columns:
            missing = missing_lanes(lanes, overview.settings.columns)
            if suites.estimate.new or suites.can_compare_stored or suites.estimate.refusal or not missing:
                self._run()
            self._offer(missing)
        elif not lanes:
            notices.refused("There is no column to test, and Compose has no lane to make one of. Add a lane, then run.")
        else:
            if (future := self._columns.take_lanes()) is not None:
                told = f"{counted(len(lanes), 'lane')} of Compose {'is' if len(lanes) == 1 else 'are'} now the columns."
                notices.brief(self._key, told)
                self._run_after(future)

    def compare_texts(self) -> None:
        """Add the tested text to the columns as the baseline, and run what the current text has no answers for."""
        overview, run = self._suites.overview, self._suites.run
        tested = None if overview is None or run is None else changed_since(overview, run)
        if tested is not None and (future := self._columns.put_version_before(tested.version)) is not None:
            self._run_after(future)

    def _run_after(self, future: Future[None]) -> None:
        # Errors are reported by the settings' own watch.
        self._services.tasks.watch(future, lambda _: self._wait(), lambda _: None)

    def _wait(self) -> None:
        """Run once the stored columns are read."""
        self._waits = True
        self._suites.refresh()

    def _go_on(self) -> None:
        if self._waits:
            self._waits = False
            self._run()

    def _run(self) -> None:
        suites, notices = self._suites, self._services.notices
        if suites.estimate.new or suites.can_compare_stored:
            if not suites.is_running:
                self._start()
        elif (old := suites.estimate.retired) is not None:
            self._columns.compare.offer_successor(RetiredModelError(suites.estimate.refusal, old), self._key)
        elif suites.estimate.refusal:
            notices.refused(suites.estimate.refusal)
        elif suites.estimate.cells:
            notices.refused("Every cell has an answer. “Run all afresh” asks again.")

    def _offer(self, lanes: tuple[Lane, ...]) -> None:
        """Offer lanes of Compose that are no columns."""
        if lanes:
            one = len(lanes) == 1
            sentence = f"{counted(len(lanes), 'lane')} of Compose {'is not a column' if one else 'are not columns'}."
            label = "Add it" if one else "Add them"
            add = self._columns.add
            self._services.notices.quiet(self._key, sentence, label=label, act=lambda: add(lanes))
