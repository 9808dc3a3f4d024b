"""The cases of a prompt, as a person changes them.

Invariant: a change is to one case and leaves all others as they are, whoever else writes beside it; checks are kept as
they came. A value set and a case of the same uid are the same thing, once to be run and once to be held on to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future

from workbench.core.cases import Case
from workbench.core.drafts import Values, ValueSet
from workbench.store import Store
from workbench.store.runs.cases import RemovedCase

NAME_LIMIT = 200


class CaseBook:
    """Cases of one history. `all` blocks; the rest returns at once with a future. Both raise StoreError."""

    def __init__(self, store: Store, new_uid: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid

    def all(self, prompt_uid: str) -> tuple[Case, ...]:
        """Return the cases of a prompt in their order."""
        return self._store.packs.cases(prompt_uid)

    def add(self, prompt_uid: str, name: str, values: Values) -> tuple[Case, Future[None]]:
        """Put a case without checks behind the others."""
        case = Case(self._new_uid(), clean(name), values)
        return case, self._store.packs.add_case(prompt_uid, case)

    def keep(self, prompt_uid: str, one: ValueSet) -> tuple[Case, Future[Case | None]]:
        """Make a case of a value set; one that there is already keeps its checks and takes over name and values.

        The future holds the case as it was, None for a new one.
        """
        case = Case(one.uid or self._new_uid(), clean(one.name), one.values)
        return case, self._store.packs.keep_case(prompt_uid, case)

    def change(self, prompt_uid: str, case: Case) -> Future[None]:
        """Let a case be another one of the same uid; the future fails when it is not there any more."""
        return self._store.packs.change_case(prompt_uid, case)

    def delete(self, prompt_uid: str, uid: str) -> Future[RemovedCase]:
        """Take a case away; what the future holds brings it back."""
        return self._store.packs.take_case(prompt_uid, uid)

    def bring_back(self, prompt_uid: str, taken: RemovedCase) -> Future[None]:
        """Put a case where it was."""
        return self._store.packs.put_case_back(prompt_uid, taken)


def clean(name: str) -> str:
    """Return a name on one line."""
    return " ".join(name.split())[:NAME_LIMIT]


def free_name(names: Iterable[str]) -> str:
    """Return a name for a case that has none of its own."""
    taken = set(names)
    return next(name for number in range(1, len(taken) + 2) if (name := f"Case {number}") not in taken)
