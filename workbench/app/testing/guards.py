"""The guard sets of the open prompt: which there are, what runs, and the totals of the shown one.

Invariant: everything is read and started off the UI thread, and only answers about the prompt and the guard that are
shown now are delivered. While the shown guard runs, its progress is asked every `POLL_MS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.progress_polling import POLL_MS
from workbench.app.testing.start_estimate import ShownEstimate, shown_estimate
from workbench.core.testing.answer_ages import OLD_AFTER_DAYS
from workbench.core.testing.settings import SuiteSettings
from workbench.host.clock import utc_now
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.guards import GuardBook, GuardEntry, GuardOffer

if TYPE_CHECKING:
    from workbench.core.testing.report import SuiteReport
    from workbench.usecases.testing.progress import SuiteProgress
    from workbench.usecases.testing.runner import SuiteRunner

_RECORDED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class ShownGuard:
    """What is shown of a guard: its totals by model, None before its first test on these models.

    `estimate` says what a test takes now, `progress` how far it is while it runs.
    """

    entry: GuardEntry
    report: SuiteReport | None = None
    estimate: ShownEstimate = field(default_factory=ShownEstimate)
    progress: SuiteProgress | None = None
    run_uid: str = ""


class GuardController(QObject):
    """`entries` are the guards of the prompt, `shown` is the one whose totals are shown, None for none."""

    listed = Signal()
    """Other guards, or another one is shown."""
    changed = Signal()
    """What is shown of the shown guard."""
    refused = Signal(object)
    """Exception"""

    def __init__(
        self, book: GuardBook, tests: Callable[[], SuiteRunner], tasks: BackgroundTasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._book, self._tests, self._tasks = book, tests, tasks
        self.entries: tuple[GuardEntry, ...] = ()
        self.shown: ShownGuard | None = None
        self._prompt, self._settings = "", SuiteSettings()
        self._generation = 0
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._read)

    def follow(self, prompt_uid: str, settings: SuiteSettings | None) -> None:
        """Show the guards of a prompt with these settings; None while they are not read."""
        if settings is None:
            self._prompt, self._settings = prompt_uid, SuiteSettings()
            self.show("")
            self._list(())
            return
        is_other = prompt_uid != self._prompt or settings.guards != self._settings.guards
        models_changed = (settings.columns, settings.baseline) != (self._settings.columns, self._settings.baseline)
        self._prompt, self._settings = prompt_uid, settings
        if is_other:
            self.refresh()
        elif models_changed:
            self._read()

    def refresh(self) -> None:
        """Read again which guards there are."""
        prompt = self._prompt

        def show(entries: tuple[GuardEntry, ...]) -> None:
            if prompt == self._prompt:
                self._list(entries)

        if prompt:
            self._tasks.run(lambda: self._book.entries(prompt), show, self.refused.emit)

    def _list(self, entries: tuple[GuardEntry, ...]) -> None:
        self.entries = entries
        if self.shown is not None and all(one.uid != self.shown.entry.uid for one in entries):
            self.show("")
        self.listed.emit()

    def show(self, guard_uid: str) -> None:
        """Show the totals of a guard, "" for none."""
        entry = next((one for one in self.entries if one.uid == guard_uid), None)
        if entry is None and self.shown is None:
            return
        self._timer.stop()
        self._generation += 1
        self.shown = None if entry is None else ShownGuard(entry)
        self.listed.emit()
        self.changed.emit()
        self._read()

    def add(self, offer: GuardOffer, then: Callable[[str], None]) -> None:
        """Add a guard; `then` gets the uid of its prompt."""
        prompt = self._prompt
        self._tasks.run(lambda: self._book.add(prompt, offer), then, self.refused.emit)

    def remove(self, guard_uid: str, then: Callable[[tuple[str, ...]], None]) -> None:
        """Remove a guard; `then` gets the guards before, for `restore`."""
        prompt = self._prompt
        self._tasks.run(lambda: self._book.remove(prompt, guard_uid), then, self.refused.emit)

    def restore(self, guards: tuple[str, ...], then: Callable[[], None]) -> None:
        """Undo `remove`."""
        prompt = self._prompt
        self._tasks.run(lambda: self._book.restore(prompt, guards), lambda _: then(), self.refused.emit)

    def offer(self, then: Callable[[tuple[GuardOffer, ...]], None]) -> None:
        """Read what can be added as a guard."""
        prompt = self._prompt
        self._tasks.run(lambda: self._book.offers(prompt), then, self.refused.emit)

    def find_open(self, then: Callable[[tuple[str, ...], tuple[str, ...]], None]) -> None:
        """Read which guards there are, and which of them have cells without an answer; `then` gets their uids."""
        prompt = self._prompt

        def find() -> tuple[tuple[str, ...], tuple[str, ...]]:
            settings, entries = self._book.settings(prompt), self._book.entries(prompt)
            needs = {one.uid: self._estimate(one, settings) for one in entries}
            return tuple(needs), tuple(uid for uid, need in needs.items() if need.new or need.refusal)

        def show(found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
            if prompt == self._prompt:
                then(*found)

        self._tasks.run_large(find, show, self.refused.emit)

    def start(self, *, renew: bool = False) -> None:
        """Ask the open cells of the shown guard, and with `renew` those with old answers."""
        shown, settings, generation = self.shown, self._settings, self._generation
        if shown is None:
            return

        def start() -> None:
            plan = self._book.plan(shown.entry.uid, settings)
            handle = self._book.start(plan.without_answers_older(OLD_AFTER_DAYS, utc_now()) if renew else plan)
            handle.wait_recorded(_RECORDED_WITHIN_S)
            if handle.problem is not None and not handle.is_recorded:
                raise RefusedError(handle.problem.sentence, handle.problem.detail)

        def started(_: None) -> None:
            if generation == self._generation:
                self._timer.start()
                self._read()

        self._tasks.run(start, started, self.refused.emit)

    def stop(self) -> None:
        """Stop the test of the shown guard; it can be continued."""
        if self.shown is not None and self.shown.run_uid:
            self._tests().stop(self.shown.run_uid)

    def close(self) -> None:
        """Stop asking."""
        self._timer.stop()
        self._generation += 1

    def _read(self) -> None:
        shown, settings, generation = self.shown, self._settings, self._generation
        if shown is None:
            return

        def show(found: ShownGuard) -> None:
            if generation == self._generation and self.shown is not None:
                if found.progress is None:
                    self._timer.stop()
                else:
                    self._timer.start()
                self.shown = found
                self.changed.emit()

        def fail(error: Exception) -> None:
            self._timer.stop()
            self.refused.emit(error)

        self._tasks.run_large(lambda: self._state(shown.entry, settings), show, fail)

    def _state(self, entry: GuardEntry, settings: SuiteSettings) -> ShownGuard:
        """Return what is shown of a guard; blocks."""
        run = self._book.newest(entry.uid, settings)
        handle = None if run is None else self._tests().handle(run.uid)
        running = None if handle is None or handle.done else handle.progress()
        report = None
        if run is not None and running is None and run.scoring_uid:
            report = self._book.report(entry, run.uid, settings)
        return ShownGuard(entry, report, self._estimate(entry, settings), running, "" if run is None else run.uid)

    def _estimate(self, entry: GuardEntry, settings: SuiteSettings) -> ShownEstimate:
        return shown_estimate(self._tests().estimator, lambda: self._book.plan(entry.uid, settings))
