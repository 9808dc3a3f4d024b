"""Editing the cases of a prompt.

Invariant: a change affects one case and no other, also while other processes write to the history; checks are stored
unchanged. A value set of the draft is a case with the same uid (`store/runs/draft_cases.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import fields, replace

from workbench.core.cases import Case
from workbench.core.drafts import Values
from workbench.store import Store
from workbench.store.runs.cases import RemovedCase

NAME_LIMIT = 200


class CaseBook:
    """Cases of one history. `all` blocks; the other methods return a future at once. Both raise StoreError."""

    def __init__(self, store: Store, new_uid: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid

    def all(self, prompt_uid: str) -> tuple[Case, ...]:
        """Return the cases of a prompt in order."""
        return self._store.packs.cases(prompt_uid)

    def add(self, prompt_uid: str, name: str, values: Values) -> tuple[Case, Future[None]]:
        """Append a case without checks."""
        case = Case(self._new_uid(), clean(name), values)
        return case, self._store.packs.add_case(prompt_uid, case)

    def change(self, prompt_uid: str, case: Case) -> Future[None]:
        """Replace the case of the same uid; the future fails if the case no longer exists."""
        return self._store.packs.change_case(prompt_uid, case)

    def restore(self, prompt_uid: str, case: Case) -> Future[None]:
        """Append a case that another process deleted."""
        return self._store.packs.add_case(prompt_uid, case)

    def delete(self, prompt_uid: str, uid: str) -> Future[RemovedCase]:
        """Remove a case; the future holds what `bring_back` needs."""
        return self._store.packs.take_case(prompt_uid, uid)

    def bring_back(self, prompt_uid: str, taken: RemovedCase) -> Future[None]:
        """Insert a removed case at its old position."""
        return self._store.packs.put_case_back(prompt_uid, taken)


def clean(name: str) -> str:
    """Return a name on one line, at most NAME_LIMIT characters."""
    return " ".join(name.split())[:NAME_LIMIT]


def free_name(names: Iterable[str]) -> str:
    """Return the first unused name of the form "Case 1"."""
    taken = set(names)
    return next(name for number in range(1, len(taken) + 2) if (name := f"Case {number}") not in taken)


def merged(base: Case, edited: Case, theirs: Case) -> Case:
    """Return a case with what was edited here since `base`, and for the rest as another process stored it.

    Values are merged by name. What was changed on both sides is as it was edited here.
    """
    changed = {
        one.name: value
        for one in fields(Case)
        if one.name != "values" and (value := getattr(edited, one.name)) != getattr(base, one.name)
    }
    before, mine, stored = dict(base.values), dict(edited.values), dict(theirs.values)
    names = dict.fromkeys((*stored, *mine))
    kept = [
        (name, source[name])
        for name in names
        if name in (source := mine if mine.get(name) != before.get(name) else stored)
    ]
    return replace(theirs, values=tuple(kept), **changed)
