"""Judges of a prompt, apart from running tests: their prompts, and labels that measure them.

Invariant: a judge prompt is made when it is first used or opened, with the shipped text as its first version.
Everything blocks.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.core.judging.judge_prompts import PROMPT_TYPES
from workbench.store import Store
from workbench.store.judging.records import JudgePrompt
from workbench.usecases.judging.judge_prompt_versions import prompt_start
from workbench.usecases.judging.label_files import LabelFiles
from workbench.usecases.judging.labelling import LabellingSession


class JudgeBook:
    """Judge prompts and labels of a history."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store, self._new_uid, self._now = store, new_uid, now

    def prompt(self, owner_uid: str, check_type: str) -> JudgePrompt:
        """Return the judge prompt of a type in the tests of a prompt, made if there is none.

        Raises StoreError, ValueError for a type that has none.
        """
        if check_type not in PROMPT_TYPES:
            raise ValueError(f"{check_type} has no judge prompt")
        start = prompt_start(owner_uid, PROMPT_TYPES[check_type], self._new_uid)
        return self._store.judges.ensure_judge_prompt(start, self._now()).result()

    def labelling(self, run_uid: str, check_hash: str) -> LabellingSession:
        """Return a session of labelling the answers of a test run. Raises StoreError, RefusedError."""
        records = self._store.tests
        return LabellingSession(records, self._store.judges, run_uid, check_hash, new_uid=self._new_uid, now=self._now)

    @property
    def files(self) -> LabelFiles:
        """Labels and overrules from files."""
        return LabelFiles(self._store.tests, self._store.judges, self._new_uid, self._now)
