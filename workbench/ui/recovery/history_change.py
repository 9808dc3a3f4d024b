"""Changes to the history between two windows: after the first one closed it, before the next one opens it.

Invariant: the lock of the history that opens next is held from before the change on, so that no other window can open
it in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.host.dirs import make_private
from workbench.host.errors import HostError
from workbench.host.locks import WindowLock
from workbench.ui.recovery.dialog import RecoveryDialog
from workbench.ui.widgets.theme import Theme
from workbench.usecases.history_replacement import (
    HistoryReplaced,
    MoveHistory,
    OpenHistory,
    RepairHistory,
    RestoreHistory,
    target_of,
)


@dataclass(frozen=True, slots=True)
class HistoryChangeResult:
    """The history that opens next, its lock, and a message; `is_elsewhere` if another window has it."""

    database: Path
    lock: WindowLock
    sentence: str = ""
    is_elsewhere: bool = False


def carry_out(theme: Theme, database: Path, lock: WindowLock, change: object) -> HistoryChangeResult:
    """Perform a change in a dialog, and return the result. Raises HostError."""
    if isinstance(change, OpenHistory):
        return _open(lock, change.database)
    if not isinstance(change, RestoreHistory | MoveHistory | RepairHistory):
        raise TypeError(f"not a change of the history: {change!r}")
    other: WindowLock | None = None
    if isinstance(change, MoveHistory):
        try:
            other = WindowLock(target_of(database, change.folder))
            if not other.acquire():
                return HistoryChangeResult(
                    database, lock, "Another window uses a history in that folder. Choose another folder."
                )
        except HostError as error:
            return HistoryChangeResult(database, lock, error.sentence)
    dialog = RecoveryDialog(theme, database)
    dialog.carry_out(change)
    dialog.exec()
    outcome, remark = dialog.outcome, dialog.remark
    dialog.deleteLater()
    if not isinstance(outcome, HistoryReplaced):
        if other is not None:
            other.release(remove=True)
        return HistoryChangeResult(database, lock, remark)
    if other is None:
        return HistoryChangeResult(outcome.database, lock, outcome.sentence)
    lock.release(remove=True)
    return HistoryChangeResult(outcome.database, other, outcome.sentence)


def _open(lock: WindowLock, other: Path) -> HistoryChangeResult:
    """Switch to another history."""
    make_private(other.parent)
    wanted = WindowLock(other)
    lock.release()
    if wanted.acquire():
        return HistoryChangeResult(other, wanted)
    return HistoryChangeResult(other, wanted, is_elsewhere=True)
