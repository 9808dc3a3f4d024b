"""What the parts of a running test share: the workbench's tools, the limits of a start, and a cell on its way.

Invariant: a cell is in one stage at a time: pending, prepared, sent, ended, recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from workbench.core.lanes import Endpoint
from workbench.core.runs import Failure, Result
from workbench.core.testing.cells import CellKey
from workbench.core.testing.settings import SuiteBudget
from workbench.engine.calls import Call, EngineError
from workbench.host.keys import KeyStore
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.testing.records import ScoredInput
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.credentials import ProviderOf
from workbench.usecases.lane_calls import CallEngine, FilePaths, Lacks
from workbench.usecases.pricing import Pricing
from workbench.usecases.run_listeners import RunListeners
from workbench.usecases.runner import RunOwner
from workbench.usecases.session import SessionTotals
from workbench.usecases.testing.scorer import Scorer

ENGINE_DIED = "engine_died"
"""Code of the failure of a call that was running when the engine ended."""
MOST_TRIES = 3
"""Calls of one cell that may end because the engine ended, before the cell counts as failed."""


class SuiteEngine(CallEngine, Protocol):
    """The part of the engine's client that tests need."""

    def set_limit(self, endpoint_uid: str, limit: int) -> None:
        """Set the number of concurrent calls at one endpoint."""


@dataclass(frozen=True, slots=True)
class SuiteTools:
    """What running tests use of a workbench; the same for all runs."""

    records: SuiteRecords
    engine: SuiteEngine
    keys: KeyStore
    provider_of: ProviderOf
    lacks: Lacks
    files: FilePaths
    pricing: Pricing
    session: SessionTotals
    listeners: RunListeners
    owner: RunOwner
    scorer: Scorer
    max_output: Callable[[Endpoint, str], int | None]
    sole_owner: Callable[[Sequence[str], str], AbstractContextManager[None]]
    """Holds locks with these names while it is entered. Raises RefusedError with the sentence if one is held."""
    judges: JudgeRecords
    endpoints: Callable[[], Sequence[Endpoint]]


@dataclass(frozen=True, slots=True)
class SuiteLimits:
    """What one start of a run may do. `concurrency` is per endpoint, None for the engine's default.

    With `failed_too` calls that failed are made again.
    """

    budget: SuiteBudget = field(default_factory=SuiteBudget)
    concurrency: int | None = None
    failed_too: bool = False


@dataclass(slots=True)
class AskedCell:
    """A cell from its start to its recorded end.

    `call` is a failure if it cannot be made. `place` names the calls that it shares a limit with, `ticket` is its
    number among them. `result` is how it ended.
    """

    key: CellKey
    uid: str
    place: str
    call: Call | Failure
    ticket: int = 0
    result: Result = field(default_factory=lambda: Result("waiting"))

    def scored_input(self) -> ScoredInput:
        """Return what checks need of it."""
        result = self.result
        return ScoredInput(
            self.key,
            self.uid,
            result.state,
            result.text,
            result.finish_reason,
            result.timing.duration,
            result.cost_usd,
            result.steps,
        )


def is_death(error: BaseException) -> bool:
    """Whether a question failed because the engine ended."""
    return isinstance(error, EngineError) and error.failure.code == ENGINE_DIED
