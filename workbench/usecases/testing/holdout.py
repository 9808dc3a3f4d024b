"""The hold-out of a prompt: proposing it, setting it aside, opening one of its cases, ending it.

Invariant: a case that was seen is never held out: one that ran in Compose, one that the draft uses, one that was opened
before. Each change is one transaction. Opening a case uses it up: with its cluster it moves to the tuning cases, so
that later tests of the hold-out do not count it; the totals of earlier tests stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from workbench.core.improvement import RecentAnswer
from workbench.core.testing.case_identity import filled_values
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.holdout import HoldoutProposal, proposal
from workbench.store import Store
from workbench.store.testing.holdouts import HoldoutBefore
from workbench.usecases.problems import RefusedError

HeldValues = frozenset[frozenset[tuple[str, str]]]
_MOST_NAMES = 10_000
_CHUNK = 500


class HoldoutBook:
    """The hold-outs of one history. Reads block; the methods that change something return a future at once."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store, self._new_uid, self._now = store, new_uid, now

    def propose(self, prompt_uid: str) -> HoldoutProposal:
        """Return the hold-out that could be set aside. Raises RefusedError with the reason if there is none."""
        tests, cases = self._store.tests, self._store.packs.cases(prompt_uid)
        if tests.has_holdout(prompt_uid):
            raise RefusedError("This prompt already has a hold-out. Cases that you add join it by chance.")
        draft = self._store.draft(prompt_uid)
        seen = {*tests.seen_cases(prompt_uid), *tests.used_cases(prompt_uid)}
        seen |= {one.uid for one in draft.current_sets} if draft is not None else set()
        found = proposal(prompt_uid, cases, seen, self._new_uid())
        if found.refusal:
            raise RefusedError(found.refusal)
        return found

    def set_aside(self, proposed: HoldoutProposal) -> Future[HoldoutBefore]:
        """Hold the proposed cases out; the future holds what `restore` needs."""
        return self._store.tests.set_aside(proposed.prompt_uid, proposed.uids, proposed.salt, self._now())

    def end(self, prompt_uid: str) -> Future[HoldoutBefore]:
        """Make tuning cases of the hold-out; the future holds what `restore` needs."""
        return self._store.tests.end_holdout(prompt_uid, self._now())

    def restore(self, before: HoldoutBefore) -> Future[None]:
        """Undo `set_aside`, or `end` for the cases without answers."""
        return self._store.tests.restore_holdout(before, self._now())

    def hidden(self, prompt_uid: str, run_uid: str) -> tuple[tuple[str, str], ...]:
        """Return uids and names of the cases of a test of the hold-out that can be opened, in their order."""
        run: SuiteRun = self._store.tests.run(run_uid)
        held = {case.uid for case in self._store.packs.cases(prompt_uid) if case.held_out}
        found, last = [], min(run.cases, _MOST_NAMES)
        for start in range(0, last, _CHUNK):
            cases = self._store.tests.cases(run_uid, start, min(last, start + _CHUNK))
            for number, case in enumerate(cases, start=start + 1):
                if case.uid in held:
                    found.append((case.uid, case.name or f"Case {number}"))
        return tuple(found)

    def open(self, prompt_uid: str, case_uid: str) -> Future[tuple[str, ...]]:
        """Use a case up; the future holds the uids of the cases that are tuning cases now, itself and its cluster."""
        return self._store.tests.use_case(prompt_uid, case_uid, self._now())


def held_out_values(store: Store, prompt_uid: str) -> HeldValues:
    """Return the `filled_values` of the held-out cases of a prompt: answers to equal ones are not used.

    Raises StoreError.
    """
    held = (filled_values(case.values) for case in store.packs.cases(prompt_uid) if case.held_out)
    return frozenset(values for values in held if values)


def answers_outside(store: Store, prompt_uid: str) -> list[RecentAnswer]:
    """Return the recent answers of a prompt without those to the values of a held-out case: what may change the prompt.

    Raises StoreError.
    """
    held = held_out_values(store, prompt_uid)
    return [one for one in store.recent_answers(prompt_uid) if filled_values(one.values) not in held]


def guard_values(store: Store, prompt_uid: str) -> HeldValues:
    """Return the `filled_values` of the cases in the guard sets of a prompt: answers to equal ones are not used.

    A guard whose prompt is not in this history is skipped. Raises StoreError.
    """
    guards = store.tests.settings(prompt_uid).guards
    known = {row.uid for archived in (False, True) for row in store.prompts(archived)} if guards else set()
    cases = (case for uid in guards if uid in known for case in store.packs.cases(uid))
    return frozenset(values for case in cases if (values := filled_values(case.values)))
