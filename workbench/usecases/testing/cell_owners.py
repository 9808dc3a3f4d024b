"""Which start may ask the open cells of a round: one at a time for each column, in whatever window or terminal.

Invariant: two starts never ask the same cell at the same time, so that no answer is paid twice. A start waits for no
other: it is refused with a sentence, and uses the answers of the other when it is repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workbench.core.testing.grid import CaseSetName
from workbench.host.locks import OwnerLock
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.plan import SuitePlan

RUNNING_ELSEWHERE = "This test is running in another window or terminal. Stop it there, then continue it here."
ASKED_ELSEWHERE = (
    "Another test of this prompt is asking the same models for the same answers. Wait until it ends, then start again: "
    "its answers are used."
)


def owners_of_plan(plan: SuitePlan) -> tuple[str, ...]:
    """Return the names of the locks that a new run of a plan needs before it is recorded.

    There are none for a fresh round, which is opened when the run is recorded, and for a probe, whose answers are used
    for no other run.
    """
    if plan.probe or plan.is_fresh:
        return ()
    return _owners(plan.prompt_uid, plan.round, plan.set_name, plan.questions)


def owners_of_job(job: SuiteJob) -> tuple[str, ...]:
    """Return the names of the locks that asking the open cells of a stored run needs; none for a probe."""
    if job.run.probe:
        return ()
    questions = tuple(column.question for column in job.columns)
    return _owners(job.prompt_uid, job.run.round, job.run.set_name, questions)


@contextmanager
def sole_owner(owners: Path, names: Sequence[str], sentence: str) -> Iterator[None]:
    """Hold locks in the directory `owners`. Raises RefusedError with `sentence` if one is held, HostError."""
    with ExitStack() as held:
        for name in names:
            lock = OwnerLock(owners, name)
            if not lock.try_acquire():
                raise RefusedError(sentence)
            held.callback(lock.release)
        yield


def _owners(prompt_uid: str, round_: int, set_name: CaseSetName, questions: Sequence[str]) -> tuple[str, ...]:
    asked = (f"{prompt_uid}\n{round_}\n{set_name}\n{question}" for question in questions)
    # In one order everywhere, so that of two starts with several common columns one gets all.
    return tuple(sorted({f"cells-{hashlib.sha256(text.encode()).hexdigest()[:32]}" for text in asked}))
