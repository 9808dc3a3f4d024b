"""The tour of the sample prompt: five steps, each done by doing it, and cases to test it on.

Invariant: steps are read from the history of the sample, so that nothing is ticked that was not done; only showing
differences leaves no trace there and is stored with the tour. A tour taken again counts what was done since. Everything
blocks: use it on worker threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from workbench.core.runs import IterationRow
from workbench.store import Store
from workbench.usecases.prompts import SAMPLE

TourStep = Literal["run", "mark", "edit", "diff", "test"]
STEPS: tuple[TourStep, ...] = ("run", "mark", "edit", "diff", "test")
_KEY = "tour"
_ROWS = 50
"""Newest rows of the timeline that are read."""


@dataclass(frozen=True, slots=True)
class TourProgress:
    """The tour of the prompt `prompt_uid`, the sample. `is_over`: it was finished before, or dismissed."""

    prompt_uid: str
    done: frozenset[TourStep] = frozenset()
    is_over: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every step is done."""
        return self.done == frozenset(STEPS)


class SampleTour:
    """Reads and stores the progress of the tour in one history."""

    def __init__(self, store: Store, new_uid: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid

    def progress(self) -> TourProgress | None:
        """Return the progress; None if this history has no sample. Raises StoreError."""
        uid = self._store.get_meta(SAMPLE)
        if uid is None:
            return None
        state = self._state()
        if state.get("over"):
            return TourProgress(uid, is_over=True)
        since = state.get("since", "")
        rows = [
            row
            for row in self._store.timeline(uid, None, _ROWS).rows
            if isinstance(row, IterationRow) and row.started_at > since
        ]
        runs = [row for row in rows if row.kind == "iteration"]
        done: dict[TourStep, bool] = {
            "run": bool(runs),
            "mark": any(row.verdict != "none" for row in runs),
            "edit": len({row.version for row in runs}) > 1,
            "diff": bool(state.get("diff")),
            "test": bool(self._tests_since(uid, since)),
        }
        return TourProgress(uid, frozenset(step for step, is_done in done.items() if is_done))

    def note_diff(self) -> None:
        """Record that differences were shown."""
        self._put(self._state() | {"diff": True})

    def add_cases(self) -> int:
        """Add the cases of the sample, unless it has cases; return how many. Raises HostError or StoreError."""
        uid = self._store.get_meta(SAMPLE)
        if uid is None or self._store.packs.cases(uid):
            return 0
        # YAML is slow to import, and the tour is begun without it.
        from workbench.usecases.sample_prompts import load_sample

        cases = [replace(case, uid=self._new_uid()) for case in load_sample().cases]
        self._store.packs.append_cases(uid, cases).result()
        return len(cases)

    def end(self) -> None:
        """Record that the tour is finished or dismissed."""
        self._put({"over": True})

    def begin_again(self, now: str) -> None:
        """Begin the tour anew: only what is done after `now` counts."""
        self._put({"since": now})

    def _tests_since(self, uid: str, since: str) -> bool:
        return any(run.started_at > since for run in self._store.tests.runs(uid, 1))

    def _state(self) -> dict[str, Any]:
        try:
            stored = json.loads(self._store.get_meta(_KEY) or "{}")
        except ValueError:
            return {}
        return stored if isinstance(stored, dict) else {}

    def _put(self, state: dict[str, Any]) -> None:
        self._store.set_meta(_KEY, json.dumps(state)).result()
