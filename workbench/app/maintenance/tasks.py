"""Maintenance of the open history from the window: one job at a time, in parallel with everything else.

Invariant: nothing here blocks the UI thread. A running job can be stopped, and has ended before the history closes. A
failing daily copy is reported once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.future_results import FutureResults, start_thread
from workbench.core.byte_sizes import show_bytes
from workbench.core.text import counted
from workbench.host.clock import utc_now
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.core.maintenance import MaintenanceRules
    from workbench.store import Store
    from workbench.store.maintenance.backups import Backup
    from workbench.store.maintenance.space import HistorySize
    from workbench.store.progress import Watch
    from workbench.usecases.maintenance import Maintenance

Read = TypeVar("Read")
What = Literal["backup", "daily", "check", "smaller"]
Tone = Literal["good", "muted", "error"]

FIRST_LOOK_MS = 20_000
"""Delay after the window is complete, so that a copy does not slow down the user's first actions."""
LOOK_MS = 10 * 60_000
BUSY_MS = 60_000
_TELL_AGAIN_S = 24 * 3600.0
_TICK_MS = 100
_PATIENCE_S = 30.0


class HistoryOverview(NamedTuple):
    """The path, the maintenance rules and the backups (newest first) of the history."""

    path: Path
    folder: Path
    rules: MaintenanceRules
    backups: tuple[Backup, ...]
    read_only: bool
    is_folder_gone: bool = False
    """The folder for backups does not exist, for example because a disk is not connected."""


class DiskUsage(NamedTuple):
    """What uses disk space, and the number and bytes of raw responses that could be dropped."""

    size: HistorySize
    responses: int
    response_bytes: int


class MaintenanceJob(NamedTuple):
    """A running job: its description, and the completed share, None if unknown."""

    what: What
    words: str
    share: float | None


class MaintenanceResult(NamedTuple):
    """The result of a job."""

    what: What
    sentence: str
    tone: Tone = "good"
    detail: str = ""
    is_damaged: bool = False
    """The check found the history damaged."""


class RunningCalls(Protocol):
    """Provides the outputs that have not ended."""

    def running(self) -> tuple[str, ...]:
        """Return their uids."""


class MaintenanceTasks(QObject):
    """Jobs for the maintenance page and the commands. `begin` starts the daily check, `close` ends everything."""

    job_changed = Signal()
    """A job began, progressed or ended."""
    ended = Signal(object)
    """The MaintenanceResult of a requested job."""
    changed = Signal()
    """Backups, rules or sizes have changed."""
    daily_failed = Signal(str, str)
    """Why the daily copy failed, and the detail."""
    change_wanted = Signal(object)
    """A Change of `usecases.history_replacement`, for which the history has to be closed."""

    def __init__(self, store: Store, runner: RunningCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._runner = store, runner
        self._later = FutureResults(self)
        self._stop = threading.Event()
        self._closed = False
        self._words = ""
        self._share: float | None = None
        self._what: What | None = None
        self._threads: list[threading.Thread] = []
        self._told: tuple[str, float] | None = None
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.job_changed)
        self._daily = QTimer(self, singleShot=True)
        self._daily.timeout.connect(self._look)

    @property
    def job(self) -> MaintenanceJob | None:
        """The running job."""
        return None if self._what is None else MaintenanceJob(self._what, self._words, self._share)

    @property
    def read_only(self) -> bool:
        """Whether the history is read-only."""
        return self._store.read_only

    @property
    def is_running(self) -> bool:
        """Whether any lane is still running."""
        return bool(self._runner.running())

    def begin(self) -> None:
        """Start checking periodically whether the daily copy is due."""
        if not self.read_only:
            self._daily.start(FIRST_LOOK_MS)

    def overview(self) -> Future[HistoryOverview]:
        """Read the path, the rules and the backups of the history."""

        def work() -> HistoryOverview:
            care, store = self._care(), self._store
            folder, rules = care.folder(), care.rules()
            is_gone = bool(rules.folder) and not folder.is_dir()
            return HistoryOverview(store.path, folder, rules, tuple(care.backups()), store.read_only, is_gone)

        return self._read(work)

    def room(self) -> Future[DiskUsage]:
        """Measure the disk usage; reads the whole file."""

        def work() -> DiskUsage:
            care = self._care()
            return DiskUsage(care.size(self._may_go_on), *care.droppable(self._may_go_on))

        return self._read(work)

    def set_rules(self, rules: MaintenanceRules) -> Future[None]:
        """Set the maintenance rules."""
        return self._read(lambda: self._care().set_rules(rules))

    def back_up(self) -> bool:
        """Make a backup that is never deleted automatically; return False while another job runs."""

        def work(care: Maintenance, watch: Watch) -> MaintenanceResult:
            made = care.back_up(watch)
            return MaintenanceResult("backup", f"Backup made and verified ({show_bytes(made.size)}).", "good")

        return self._do("backup", "Making a backup…", work)

    def check(self) -> bool:
        """Check the whole file; return False while another job runs."""

        def work(care: Maintenance, watch: Watch) -> MaintenanceResult:
            from workbench.usecases.maintenance import WRONG_VALUES  # as in `_care`

            found = care.check(watch)
            if found.wrong_values:
                return MaintenanceResult("check", WRONG_VALUES, "error", "\n".join(found.wrong_values))
            if not found.damage:
                return MaintenanceResult("check", "The history is sound.")
            return MaintenanceResult(
                "check",
                "The history is damaged. Repair it, or restore a backup. Everything readable is kept.",
                "error",
                "\n".join(found.damage),
                is_damaged=True,
            )

        return self._do("check", "Checking the whole file…", work)

    def make_smaller(self) -> bool:
        """Drop raw responses and free their disk space; return False while another job runs."""

        def work(care: Maintenance, _: Watch) -> MaintenanceResult:
            freed = care.make_smaller(self._stop, self._say)
            dropped = f"{counted(freed.responses, 'raw response was', 'raw responses were')} dropped"
            if freed.stopped:
                return MaintenanceResult("smaller", f"Stopped. {dropped}; the freed space will be reused.", "muted")
            return MaintenanceResult("smaller", f"{dropped}, and the file is {show_bytes(freed.size)} smaller.")

        return self._do("smaller", "Dropping raw responses…", work)

    def stop(self) -> None:
        """Stop the running job as soon as possible."""
        self._stop.set()

    def close(self) -> None:
        """Stop everything and wait until nothing here reads or writes the history."""
        self._daily.stop()
        self._tick.stop()
        self._later.close()
        self._closed = True
        self._stop.set()
        for thread in self._threads:
            thread.join(_PATIENCE_S)

    def _look(self) -> None:
        """Make the daily copy if it is due, and delete what the rules say."""
        if self._what is not None or self._runner.running():
            self._daily.start(BUSY_MS)
            return

        def work(care: Maintenance, watch: Watch) -> MaintenanceResult:
            made, dropped = care.look_after(self._stop, watch)
            return MaintenanceResult("daily", "" if made is None and not dropped else "The daily backup was made.")

        self._do("daily", "Checking whether a daily backup is due…", work)
        self._daily.start(LOOK_MS)

    def _do(self, what: What, words: str, work: Callable[[Maintenance, Watch], MaintenanceResult]) -> bool:
        if self._what is not None:
            return False
        self._stop.clear()
        self._what, self._words, self._share = what, words, None
        future = self._read(lambda: work(self._care(), self._watch))
        self._later.watch(future, self._over, lambda error: self._over(self._failed(what, error)))
        self._tick.start()
        self.job_changed.emit()
        return True

    def _over(self, ended: MaintenanceResult) -> None:
        self._tick.stop()
        self._what = None
        self.job_changed.emit()
        if ended.what == "daily":
            self._daily_over(ended)
        else:
            self.ended.emit(ended)
            self.changed.emit()

    def _daily_over(self, ended: MaintenanceResult) -> None:
        if ended.tone == "error":
            now = time.monotonic()
            if self._told is None or self._told[0] != ended.sentence or now - self._told[1] > _TELL_AGAIN_S:
                self._told = (ended.sentence, now)
                self.daily_failed.emit(ended.sentence, ended.detail)
            return
        if ended.sentence:
            self._told = None
            self.changed.emit()

    def _failed(self, what: What, error: BaseException) -> MaintenanceResult:
        if getattr(error, "code", "") == "interrupted":
            return MaintenanceResult(what, "Stopped. The history was not changed.", "muted")
        problem = problem_of(error)
        return MaintenanceResult(
            what, problem.sentence, "error", problem.detail, is_damaged=getattr(error, "code", "") == "corrupt"
        )

    def _read(self, work: Callable[[], Read]) -> Future[Read]:
        future, thread = start_thread(work)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        return future

    def _watch(self, share: float | None) -> bool:
        self._share = share
        return not self._stop.is_set()

    def _may_go_on(self, _: float | None) -> bool:
        return not self._closed

    def _say(self, words: str) -> None:
        self._words = words

    def _care(self) -> Maintenance:
        from workbench.usecases.maintenance import (
            Maintenance,  # imports the recovery code, which most starts do not need
        )

        return Maintenance(self._store, utc_now)
