"""Changes to a closed history: restoring a backup, moving it, repairing it.

Invariant: nothing is overwritten. The previous file is kept, and the returned sentence says where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.dates import absolute
from workbench.core.maintenance import CARE, MaintenanceRules
from workbench.host.dirs import forget_word, leave_word
from workbench.host.ids import new_uid
from workbench.host.locks import owners_directory
from workbench.store import StoreError, open_store
from workbench.store.draft_preview import fact
from workbench.store.errors import DAMAGE
from workbench.store.maintenance import backups
from workbench.store.maintenance.backups import FOLDERS, Backup, folder_of, remembered_folders
from workbench.store.maintenance.file_replacement import put_in_place, set_aside, without_log
from workbench.store.maintenance.relocation import move
from workbench.store.path_check import is_ours
from workbench.store.progress import Watch, go_on
from workbench.store.salvage.rebuild import SalvageResult
from workbench.usecases.maintenance import Maintenance, rescue
from workbench.usecases.problems import RefusedError


@dataclass(frozen=True, slots=True)
class RestoreHistory:
    """Replace the history by a backup or another history of the same kind."""

    backup: Path


@dataclass(frozen=True, slots=True)
class MoveHistory:
    """Move the history to another folder; with `keep` the old file stays there under another name."""

    folder: Path
    keep: bool


@dataclass(frozen=True, slots=True)
class RepairHistory:
    """Read what can be read of the history into a new one, and use that if the person accepts it."""


@dataclass(frozen=True, slots=True)
class OpenHistory:
    """Open another history without changing any."""

    database: Path


Change = RestoreHistory | MoveHistory | RepairHistory | OpenHistory
"""A change that needs the history closed."""


@dataclass(frozen=True, slots=True)
class HistoryReplaced:
    """The path of the history, and a sentence about the change."""

    database: Path
    sentence: str


def is_damaged(error: BaseException | None, database: Path) -> bool:
    """Whether an error of opening means that a history is damaged, and not a file of another program."""
    if not isinstance(error, StoreError):
        return False
    if error.code == "not_a_database":
        return is_ours(database) or owners_directory(database).is_dir() or bool(backups_of(database))
    return error.code in DAMAGE


def rules_of(database: Path) -> MaintenanceRules:
    """Return the rules of a history, which may be closed or damaged; the defaults if they cannot be read."""
    try:
        return MaintenanceRules.from_text(fact(database, CARE))
    except ValueError:
        return MaintenanceRules()


def folder_for(database: Path) -> Path:
    """Return the backup folder of a history, which may be closed or damaged."""
    chosen = rules_of(database).folder
    return Path(chosen) if chosen else folder_of(database)


def backups_of(database: Path) -> list[Backup]:
    """Return the backups of a history, newest first; the history may be closed or damaged."""
    return backups.listed(database, folder_for(database))


def restore(database: Path, backup: Path, now: str, watch: Watch = go_on) -> HistoryReplaced:
    """Replace the history by a backup; the old one becomes a backup, for undo. Raises RefusedError, StoreError.

    The maintenance rules of the history are kept if they can be read: those in the backup are older, and may name
    another backup folder, in which the backup that was just made would not be found.
    """
    if not database.exists():
        raise RefusedError(f"{database} does not exist. Name the history to replace.")
    made_at = next((one.made_at for one in backups.listed(database, backup.parent) if one.path == backup), "")
    facts = {CARE: fact(database, CARE) or MaintenanceRules().to_text(), FOLDERS: fact(database, FOLDERS)}
    is_readable = bool(fact(database, "database_uid"))
    kept = put_in_place(database, backup, now, folder=folder_for(database), watch=watch)
    what = f"of {absolute(made_at)}" if made_at else backup.name
    said = f"The backup {what} is now the history. The previous one is kept as {kept}."
    if is_readable and (trouble := _carry_over(database, facts, now)):
        said += f" The backup rules are those of that day. {trouble}"
    return HistoryReplaced(database, said)


def _carry_over(database: Path, facts: Mapping[str, str], now: str) -> str:
    """Write the given rules, and the folders of both histories, to a history; return why that failed, or ""."""
    try:
        store = open_store(database, now=now, uid=new_uid)
        try:
            care = Maintenance(store, lambda: now)
            care.remember((care.folder(), *remembered_folders(facts[FOLDERS])))
            store.set_meta(CARE, facts[CARE]).result()
        finally:
            store.close()
    except StoreError as error:
        return error.sentence
    return ""


def repair(database: Path, now: str, uid: Callable[[], str], watch: Watch = go_on) -> SalvageResult:
    """Read what can be read into a new file beside the history, which stays unchanged. Raises StoreError."""
    stamp = "".join(c for c in now if c.isalnum())
    real = database.resolve()
    return rescue(database, real.with_name(f"{real.stem}.repaired-{stamp}{real.suffix}"), now=now, uid=uid, watch=watch)


def use_repaired(database: Path, repaired: SalvageResult, now: str, watch: Watch = go_on) -> HistoryReplaced:
    """Replace a damaged history by its repaired copy. Raises StoreError."""
    kept = put_in_place(database, repaired.path, now, folder=folder_for(database), watch=watch)
    repaired.path.unlink(missing_ok=True)
    return HistoryReplaced(database, f"The repaired history is open. The old file is kept as {kept}.")


def start_anew(database: Path, now: str) -> HistoryReplaced:
    """Move a damaged history aside, so that a new one is created in its place. Raises StoreError."""
    kept = set_aside(database, now)
    return HistoryReplaced(database, f"This history is new. The damaged file is kept as {kept}.")


def open_without_log(database: Path, now: str) -> HistoryReplaced:
    """Open a history without the damaged part of its log, which is kept. Raises StoreError."""
    kept = without_log(database, now)
    return HistoryReplaced(
        database, f"The history is open without the damaged part of its log, which is kept as {kept}."
    )


def target_of(database: Path, folder: Path) -> Path:
    """Return the path of a history after a move to another folder."""
    return folder.absolute() / database.resolve().name


def move_to(
    database: Path, folder: Path, now: str, uid: Callable[[], str], *, keep: bool, watch: Watch = go_on
) -> HistoryReplaced:
    """Move the history to a folder, where every start finds it; its backups stay.

    Without `keep`, the old file is removed after the new one was verified. Raises RefusedError, StoreError, HostError.
    """
    real, folder, target = database.resolve(), folder.absolute(), target_of(database, folder)
    if folder.resolve() == real.parent:
        raise RefusedError("The history is already in this folder. Choose another one.")
    old_backups = folder_for(database)
    has_backups = bool(backups.listed(database, old_backups))

    def leave() -> None:
        for place in dict.fromkeys((database, real)):
            leave_word(place, target)
        forget_word(target)

    moved = move(database, target, now, leave, keep=keep, watch=watch)
    stay = has_backups and not rules_of(target).folder
    _remember(target, real.parent, old_backups, now, uid, stay=stay)
    where = f" Backups stay in {old_backups}." if stay else ""
    kept = f" The old file is kept as {moved.kept}." if moved.kept else " The old file was removed."
    return HistoryReplaced(target, f"The history is now in {folder}.{kept}{where}")


def _remember(database: Path, old: Path, old_backups: Path, now: str, uid: Callable[[], str], *, stay: bool) -> None:
    """Keep the old backup folder if some `stay`, and record the folders that may contain copies."""
    store = open_store(database, now=now, uid=uid)
    try:
        care = Maintenance(store, lambda: now)
        care.remember((old, old_backups))
        if stay:
            care.set_rules(replace(care.rules(), folder=str(old_backups)))
    finally:
        store.close()
