"""Deleting reversibly and permanently.

Invariant: a permanent deletion takes a DeletionOutlook, so that the person saw its extent and the copies that still
hold the data. Copies are removed only if the outlook lists them, and never before a new one was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from workbench.core.text import counted, plural
from workbench.store import Store, StoreError
from workbench.store.maintenance.backups import folder_of
from workbench.store.maintenance.history_purge import KeptVersion, PurgeExtent, PurgeTargets
from workbench.usecases.maintenance import Maintenance

__all__ = ["DeletionOutlook", "DeletionReport", "Eraser", "PurgeTargets", "counted"]


@dataclass(frozen=True, slots=True)
class DeletionOutlook:
    """The extent of a permanent deletion, and the copies of the history that would still hold the data.

    `unseen` is the backup folder if it does not exist, for example on a disk that is not connected.
    """

    doomed: PurgeTargets
    extent: PurgeExtent
    copies: tuple[Path, ...]
    unseen: Path | None = None

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to delete."""
        return not (self.extent.runs or self.extent.prompts)

    @property
    def what(self) -> str:
        """The subject of a sentence: "3 runs and 1 prompt"."""
        extent = self.extent
        parts = [counted(extent.prompts, "prompt")] if extent.prompts else []
        if extent.tests and extent.tests == extent.runs:
            parts.append(counted(extent.runs, "test run"))
        elif extent.runs or not parts:
            tests = f" ({extent.tests:,} of them {plural(extent.tests, 'a test', 'tests')})" if extent.tests else ""
            parts.append(f"{counted(extent.runs, 'run')}{tests}")
        return " and ".join(parts)

    @property
    def verb(self) -> str:
        """The verb that agrees with `what`: "is" or "are"."""
        return "is" if self.extent.runs + self.extent.prompts == 1 else "are"

    def sentences(self, *, are_deleted: bool = False) -> list[str]:
        """Return what to tell the person beforehand; `are_deleted` is true for things that can still be restored."""
        it, its = ("it", "its") if self.verb == "is" else ("them", "their")
        answers = {0: "", 1: "answer, "}.get(self.extent.answers, f"{counted(self.extent.answers, 'answer')}, ")
        rest = "notes, verdicts and test results" if self.extent.tests else "notes and verdicts"
        deletes = f"Deletes {its} {answers}{rest} from the history for good."
        said = [f"You can still bring {it} back. {deletes}" if are_deleted else deletes]
        if self.extent.verdicts:
            counts = "counts" if self.extent.verdicts == 1 else "count"
            said.append(f"{counted(self.extent.verdicts, 'verdict')} elsewhere no longer {counts}.")
        if self.extent.beside:
            said.append(f"Answers also disappear from {counted(self.extent.beside, 'other run')} that show them.")
        if self.extent.cells:
            lose = "loses its answer and is" if self.extent.cells == 1 else "lose their answers and are"
            said.append(f"{counted(self.extent.cells, 'cell')} of other test runs {lose} open again.")
        if self.copies:
            holds = "holds" if len(self.copies) == 1 else "hold"
            said.append(f"{counted(len(self.copies), 'backup')} still {holds} {it}.")
        if self.unseen is not None:
            said.append(f"The backup folder {self.unseen} is missing. Its backups may also hold {it}.")
        return said


@dataclass(frozen=True, slots=True)
class DeletionReport:
    """The result of a permanent deletion: versions that stay, copies removed and copies left.

    `trouble` is why rewriting the file failed, "" if it succeeded; until then the file may contain the deleted bytes.
    `copy_trouble` is why copies were not removed, or why no new one could be made first.
    """

    outlook: DeletionOutlook
    kept: tuple[KeptVersion, ...]
    removed: int
    left: int
    trouble: str = ""
    copy_trouble: str = ""

    @property
    def sentence(self) -> str:
        """The result as text for the person."""
        said = [f"{self.outlook.what} {self.outlook.verb} deleted for good."]
        if self.kept:
            named = ", ".join(f"{one.name} of “{one.prompt}”" for one in self.kept[:3])
            more = f" and {len(self.kept) - 3} more" if len(self.kept) > 3 else ""
            texts, stay, them = ("text", "stays", "it") if len(self.kept) == 1 else ("texts", "stay", "them")
            said.append(f"The {texts} of {named}{more} {stay}: a draft or a label needs {them}.")
        if self.removed:
            said.append(f"Deleted {counted(self.removed, 'backup')} too; a new one was made.")
        if self.copy_trouble:
            said.append(self.copy_trouble)
        if self.trouble:
            said.append(f"The file could not be rewritten and may still hold the bytes. {self.trouble}")
        if self.left:
            said.append(f"{counted(self.left, 'backup')} still {'has' if self.left == 1 else 'have'} it.")
        return " ".join(said)


class Eraser:
    """Hides and deletes. Methods without a future block; use them on worker threads. All raise StoreError."""

    def __init__(self, store: Store, now: Callable[[], str], new_uid: Callable[[], str]) -> None:
        self._store, self._now, self._new_uid = store, now, new_uid
        self._care = Maintenance(store, now)

    def delete(self, run_uids: Sequence[str], deleted: bool) -> Future[None]:
        """Hide runs everywhere, or restore them."""
        return self._store.curation.delete(run_uids, deleted)

    def delete_prompt(self, uid: str, deleted: bool) -> Future[None]:
        """Hide a prompt with its runs, or restore it."""
        return self._store.curation.delete_prompt(uid, deleted)

    def bring_all_back(self, doomed: PurgeTargets) -> None:
        """Restore deleted runs and prompts."""
        for uid in doomed.prompts:
            self._store.curation.delete_prompt(uid, False).result()
        self._store.curation.delete(doomed.runs, False).result()

    def deleted(self) -> PurgeTargets:
        """Return the deleted runs and prompts that can be restored."""
        return self._store.deleting.deleted()

    def look(self, doomed: PurgeTargets) -> DeletionOutlook:
        """Return what a permanent deletion would do."""
        deleting = self._store.deleting
        extent = deleting.extent(doomed)
        folder = self._care.folder()
        copies = deleting.copies(folder, doomed) if extent.runs or extent.prompts else []
        is_gone = folder != folder_of(self._store.path) and not folder.is_dir()
        return DeletionOutlook(doomed, extent, tuple(copies), folder if is_gone else None)

    def erase(self, outlook: DeletionOutlook, *, with_copies: bool, tell: Callable[[str], None]) -> DeletionReport:
        """Delete permanently; `tell` receives progress as sentences."""
        tell("Deleting for good…")
        _, kept = self._store.deleting.purge(outlook.doomed, self._now(), self._new_uid)
        tell("Rewriting the file…")
        try:
            self._store.deleting.clean()
        except StoreError as error:
            return DeletionReport(outlook, kept, 0, self._left(outlook), error.sentence)
        copies = outlook.copies if with_copies else ()
        removed, trouble = 0, ""
        if copies:
            tell("Making a new backup…")
            removed, trouble = self._replace(copies)
        return DeletionReport(outlook, kept, removed, self._left(outlook), copy_trouble=trouble)

    def _replace(self, copies: Sequence[Path]) -> tuple[int, str]:
        """Remove copies after making a new one; return the number removed and why the others were not.

        Raises no error of a disk or folder, because the data itself is deleted already.
        """
        removed = 0
        try:
            self._store.upkeep.backup(self._care.folder(), self._now(), by_hand=False)
            for path in copies:
                self._store.deleting.remove_copies([path])
                removed += 1
        except StoreError as error:
            return removed, f"No new backup was made, so the old ones stay. {error.sentence}"
        except OSError as error:
            return removed, f"{copies[removed]} could not be removed ({error.strerror}). Remove it by hand."
        return removed, ""

    def _left(self, outlook: DeletionOutlook) -> int:
        """Return the number of copies that hold the data now; one may have been made since the outlook."""
        return len(self._store.deleting.copies(self._care.folder(), outlook.doomed))

    def clean(self) -> None:
        """Rewrite the file without the deleted data."""
        self._store.deleting.clean()
