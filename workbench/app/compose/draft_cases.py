"""The cases of the draft and the history.

Invariant: a case is written only where it was changed here, and a change made elsewhere is shown only while everything
typed here is stored: neither replaces the other unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from workbench.app.compose.value_sets import ValueSets
from workbench.app.tasks import Tasks
from workbench.core.drafts import Draft, ValueSet


class CaseSource(Protocol):
    """The history, as `PromptLibrary` gives it."""

    def save_draft(self, prompt_uid: str, draft: Draft, known: Mapping[str, ValueSet] | None = None) -> Future[None]:
        """Save the draft, with its cases where they differ from the `known` ones."""

    def chosen_cases(self, prompt_uid: str, uids: Sequence[str]) -> dict[str, ValueSet]:
        """Return cases by uid, without those that are missing or held out; blocks."""


class Saver(Protocol):
    """Saves the draft, as `DraftSaver` does."""

    @property
    def is_saved(self) -> bool:
        """Whether everything typed is in the history."""

    def touch(self) -> None:
        """Record a change."""

    def flush(self) -> object:
        """Start saving what is not saved yet."""


class DraftCases(QObject):
    """Saves drafts with their cases, and follows changes of these cases."""

    written = Signal()
    """Cases were written together with the draft."""
    adopted = Signal(object)
    """AdoptedSets: value sets of an earlier release became cases when the draft was opened."""

    def __init__(self, source: CaseSource, tasks: Tasks, sets: ValueSets, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._tasks, self._sets = source, tasks, sets
        self._prompt = ""
        self._known: dict[str, ValueSet] = {}
        self._saver: Saver | None = None
        self._is_behind = False
        self._saves = 0
        sets.leaving.connect(self._flush)
        sets.entered.connect(self._save_now)

    def load(self, prompt_uid: str, known: Mapping[str, ValueSet], saver: Saver) -> None:
        """Take over another prompt: `known` are its cases as the history has them, by uid."""
        self._prompt, self._known, self._saver = prompt_uid, dict(known), saver
        self._is_behind = False

    def save(self, prompt_uid: str, draft: Draft) -> Future[None]:
        """Save a draft with the cases that changed in it."""
        self._saves += 1
        known, before, now = self._known, dict(self._known), draft.sets_by_uid
        changed = [uid for uid, one in now.items() if uid not in before or differs(before[uid], one)]
        # A case that was brought in may have other values in the history, which are shown then.
        self._is_behind = self._is_behind or any(uid not in before for uid in now)
        known.clear()
        known.update(now)
        future = self._source.save_draft(prompt_uid, draft, before)

        def failed(_: Exception) -> None:
            # As if they were empty in the history: the next save writes them whole. The saver reports the error.
            known.update({uid: ValueSet(uid, "") for uid in changed if uid in known})

        self._tasks.watch(future, lambda _: self._saved(changed), failed)
        return future

    def forget(self, uids: Sequence[str]) -> None:
        """Record that cases were removed from the history, although they stay in the draft."""
        for uid in uids:
            self._known.pop(uid, None)

    def follow(self) -> None:
        """Show what changed in the history since the cases were read, now or when everything typed is stored."""
        uids = self._sets.followed()
        if not self._prompt or not uids:
            return
        self._is_behind = True
        if not self._is_saved():
            return
        prompt, saves = self._prompt, self._saves

        def show(found: dict[str, ValueSet]) -> None:
            if prompt == self._prompt and saves == self._saves and self._is_saved():
                self._show(uids, found)
            elif prompt == self._prompt:
                # A save began since. It may have ended already, so that nothing else would read the cases again.
                self.follow()

        self._is_behind = False
        self._tasks.run(lambda: self._source.chosen_cases(prompt, uids), show)

    def _is_saved(self) -> bool:
        return self._saver is not None and self._saver.is_saved

    def _flush(self) -> None:
        if self._saver is not None:
            self._saver.flush()

    def _save_now(self) -> None:
        if self._saver is not None:
            self._saver.touch()
            self._saver.flush()

    def _show(self, uids: Sequence[str], found: Mapping[str, ValueSet]) -> None:
        gone = [uid for uid in uids if uid in self._known and uid not in found]
        self.forget(gone)
        self._sets.follow(found, gone)
        # As shown: a value that somebody types in stays, and is not written before it is changed further.
        self._known.update({one.uid: one for one in self._sets.sets if one.uid in found})

    def _saved(self, changed: Sequence[str]) -> None:
        if changed:
            self.written.emit()
        if self._is_behind:
            self.follow()


def differs(one: ValueSet, other: ValueSet) -> bool:
    """Whether two states of a case have another name or other values."""
    return (one.name, dict(one.values)) != (other.name, dict(other.values))
