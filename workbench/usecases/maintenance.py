"""Maintenance of the history: backups, size, integrity.

Invariant: an operation that drops data drops redundant data first, reports what it did, and can be stopped between two
steps; data dropped until then stays dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.core.maintenance import CARE, MaintenanceRules, days_before, is_due
from workbench.store import Store, StoreError
from workbench.store.maintenance.backups import FOLDERS, Backup, folder_of, remembering
from workbench.store.maintenance.space import HistorySize
from workbench.store.progress import Watch, go_on
from workbench.store.salvage.rebuild import SalvageResult, salvage
from workbench.usecases.problems import RefusedError


@dataclass(frozen=True, slots=True)
class FreedSpace:
    """Result of shrinking: raw responses dropped, bytes returned to the disk, whether it was stopped."""

    responses: int
    size: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """Damage of the file, and sentences about tables with invalid rows."""

    damage: tuple[str, ...] = ()
    wrong_values: tuple[str, ...] = ()


WRONG_VALUES = (
    "The file is sound, but some of its rows hold wrong values. They are shown as unknown or not at all; importing this"
    " history into a new one leaves them out."
)


class Maintenance:
    """Maintains one history. All methods block, so use them on worker threads; they raise StoreError."""

    def __init__(self, store: Store, now: Callable[[], str]) -> None:
        self._store = store
        self._now = now

    def rules(self) -> MaintenanceRules:
        """Return the rules in force; if they are damaged, the defaults, which drop nothing."""
        text = self._store.get_meta(CARE)
        try:
            return MaintenanceRules.from_text(text) if text else MaintenanceRules()
        except ValueError:
            return MaintenanceRules()

    def set_rules(self, rules: MaintenanceRules) -> None:
        """Replace the rules."""
        before = self.folder()
        if rules.folder != self.rules().folder:
            self.remember([before])
        self._store.set_meta(CARE, rules.to_text()).result()

    def remember(self, folders: Iterable[Path]) -> None:
        """Record folders that may contain copies."""
        text = self._store.get_meta(FOLDERS)
        self._store.set_meta(FOLDERS, remembering(text, folders)).result()

    def folder(self) -> Path:
        """Return the backup folder."""
        chosen = self.rules().folder
        return Path(chosen) if chosen else folder_of(self._store.path)

    def backups(self) -> list[Backup]:
        """Return the backups, newest first."""
        return self._store.upkeep.backups(self.folder())

    def back_up(self, watch: Watch = go_on) -> Backup:
        """Make a backup that is never pruned; `watch` can stop it."""
        return self._store.upkeep.backup(self.folder(), self._now(), by_hand=True, watch=watch)

    def back_up_if_due(self, watch: Watch = go_on) -> Backup | None:
        """Make the daily backup if it is due and the history changed, and prune old ones; None if none was made."""
        rules, upkeep, folder, now = self.rules(), self._store.upkeep, self.folder(), self._now()
        if not rules.daily:
            return None
        made = upkeep.backups(folder)
        newest = made[0].made_at if made else None
        if not is_due(newest, now) or (newest is not None and newest <= now and not upkeep.changed_since(newest)):
            return None
        backup = upkeep.backup(folder, now, by_hand=False, watch=watch)
        upkeep.prune(folder, rules.keep)
        return backup

    def tidy(self, stop: threading.Event | None = None) -> int:
        """Drop the raw responses that the rules name, none without a rule; return how many."""
        days = self.rules().raw_days
        if days is None or self._store.read_only:
            return 0
        return self._drop(days_before(self._now(), days), stop or threading.Event(), lambda _: None)

    def look_after(self, stop: threading.Event, watch: Watch = go_on) -> tuple[Backup | None, int]:
        """Make the daily backup if it is due, and apply `tidy`; return the backup and the number of dropped responses.

        If there is no room or no folder for a backup, `tidy` runs all the same and then the error is raised.
        """
        try:
            made = self.back_up_if_due(watch)
        except StoreError as error:
            # After other errors drop nothing: the file may have to be salvaged.
            if error.code not in ("full", "path", "readonly"):
                raise
            self.tidy(stop)
            raise
        return made, self.tidy(stop)

    def size(self, watch: Watch = go_on) -> HistorySize:
        """Return what takes up space; `watch` can stop it."""
        return self._store.upkeep.size(watch)

    def droppable(self, watch: Watch = go_on) -> tuple[int, int]:
        """Return the number and bytes of the raw responses that `make_smaller` would drop; `watch` can stop it."""
        return self._store.upkeep.droppable(watch)

    def make_smaller(self, stop: threading.Event, tell: Callable[[str], None]) -> FreedSpace:
        """Drop raw responses and shrink the file; `tell` receives sentences, `stop` ends it after the current step."""
        dropped = self._drop(None, stop, lambda count: tell(f"Dropped {count:,} raw responses…"))
        if stop.is_set():
            return FreedSpace(dropped, 0, stopped=True)
        tell("Freeing disk space…")
        try:
            return FreedSpace(dropped, self._store.upkeep.shrink(lambda _: not stop.is_set()))
        except StoreError as error:
            if error.code != "interrupted":
                raise
            return FreedSpace(dropped, 0, stopped=True)

    def check(self, watch: Watch = go_on) -> HistoryCheck:
        """Check the whole file, and its rows if the file is sound; `watch` can stop it."""
        damage = self._store.upkeep.check(watch)
        return HistoryCheck(tuple(damage), () if damage else tuple(self._store.upkeep.wrong_rows(watch)))

    def _drop(self, before: str | None, stop: threading.Event, tell: Callable[[int], None]) -> int:
        dropped = 0
        while not stop.is_set() and (step := self._store.upkeep.drop_raw(before)):
            dropped += step
            tell(dropped)
        return dropped


def rescue(database: Path, target: Path, *, now: str, uid: Callable[[], str], watch: Watch = go_on) -> SalvageResult:
    """Read what can be read of a damaged history into a new one at `target`, which must not exist; blocks.

    Raises RefusedError, and StoreError if nothing can be read.
    """
    if target.exists():
        raise RefusedError(f"{target} already exists. Choose another name.")
    if not database.is_file():
        raise RefusedError(f"{database} does not exist. Name the damaged history with --db.")
    return salvage(database, target.absolute(), now=now, uid=uid, watch=watch)
