"""Preparing the open cells of a run: read, rendered, reserved and durably recorded before they are sent.

Invariant: a prepared cell is recorded as waiting, and the most that it can cost is reserved. One group is being
recorded at a time. At most a page of open cells and twice as many prepared ones as may run are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Failure, Result
from workbench.core.testing.cells import CellKey
from workbench.engine.call_limits import CallPlace, place_of
from workbench.engine.calls import Call
from workbench.store.testing.records import CellStart
from workbench.usecases.testing.budget import BudgetLedger, Reservation
from workbench.usecases.testing.cell_requests import CellRequests, RenderedTexts
from workbench.usecases.testing.concurrency import CallGate
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.suite_parts import AskedCell, SuiteLimits, SuiteTools

ECHO_LIMIT = 16
"""Concurrent calls where the engine has no limit."""
_PAGE = 256
"""Open cells that are read at once."""
_BATCH = 64
"""Cells that are recorded at once before they are sent."""

CellGate: TypeAlias = CallGate[CellKey, AskedCell]


@dataclass(frozen=True, slots=True)
class StartsRecorded:
    """Starts were recorded, or not."""

    cells: tuple[AskedCell, ...]
    error: BaseException | None


class CellSupply:
    """Fills the gates of a run. Not thread-safe; `tell` gets messages on any thread, for `take_*`."""

    def __init__(
        self,
        tools: SuiteTools,
        job: SuiteJob,
        limits: SuiteLimits,
        ledger: BudgetLedger,
        tell: Callable[[StartsRecorded | RenderedTexts], None],
    ) -> None:
        self._tools, self._job, self._limits, self._ledger, self._tell = tools, job, limits, ledger, tell
        self._requests = CellRequests(tools, job, tell)
        self._gates: dict[str, CellGate] = {}
        self._places: list[str] = []
        self._after: CellKey | None = None
        self._is_exhausted = False
        self.is_recording = False
        """Whether starts are being recorded."""
        self._over: set[int] = set()
        """Columns of which a cell did not fit into the budget any more."""

    @property
    def gates(self) -> Mapping[str, CellGate]:
        """The gates by place."""
        return self._gates

    @property
    def is_over_budget(self) -> bool:
        """Whether a column is not asked any more, because a cell of it did not fit into the budget."""
        return bool(self._over)

    @property
    def is_dry(self) -> bool:
        """Whether no cell is left to prepare."""
        is_waiting = self._requests.waiting or any(gate.pending for gate in self._gates.values())
        return self._is_exhausted and not is_waiting

    def unlock(self) -> None:
        """Build the call of each column, whose key may have to be unlocked. Raises RefusedError if one has none.

        Blocks as long as the keyring does.
        """
        for column in self._job.columns:
            call = self._requests.column_call(column.position)
            place = place_of(call.endpoint, call.model) or CallPlace(column.lane.endpoint, ECHO_LIMIT)
            most = self._limits.concurrency or place.limit
            # Fewer calls are sent without telling the engine, which other runs use as well.
            if most > place.limit and call.endpoint.kind != "echo":
                self._tools.engine.set_limit(call.endpoint.uid, most)
            self._places.append(place.name)
            self._gates.setdefault(place.name, CallGate(most))
            self._tools.pricing.prepare(call.endpoint)

    def prepare(self) -> None:
        """Read and record more cells if there is room."""
        batch: list[AskedCell] = []
        while not batch:
            self._refill()
            if self.is_recording:
                return
            batch = self._batch()
            if not batch and (self._is_exhausted or any(gate.pending for gate in self._gates.values())):
                return
        starts = [CellStart(cell.key, cell.uid, self._job.identity(cell.key)) for cell in batch]
        owner = self._tools.owner
        self.is_recording = True
        future = self._tools.records.start_outputs(self._job.uid, starts, owner.uid, owner.now())
        future.add_done_callback(lambda done: self._tell(StartsRecorded(tuple(batch), done.exception())))

    def _batch(self) -> list[AskedCell]:
        """Return cells to be recorded, of each gate as many as it has room for."""
        batch: list[AskedCell] = []
        for gate in self._gates.values():
            if gate.is_low:
                cells = list(self._built(gate, min(gate.room, _BATCH)))
                gate.preparing += len(cells)
                batch += cells
        return batch

    def take_starts(self, recorded: StartsRecorded) -> None:
        """Take cells whose start was recorded, or release what was reserved for them."""
        self.is_recording = False
        for cell in recorded.cells:
            self._gates[cell.place].preparing -= 1
            if recorded.error is None:
                self._gates[cell.place].ready.append(cell)
            else:
                self._ledger.settle(cell.uid, Result("interrupted"))

    def take_texts(self, rendered: RenderedTexts) -> None:
        """Take a rendered prompt."""
        self.return_cells(self._requests.take_texts(rendered))

    def return_cells(self, keys: Sequence[CellKey]) -> None:
        """Put cells back, to be prepared next."""
        for key in reversed(keys):
            self._gate(key).pending.appendleft(key)

    def clear(self) -> None:
        """Forget the cells that are not prepared."""
        self._is_exhausted = True
        for gate in self._gates.values():
            gate.pending.clear()

    def _refill(self) -> None:
        while not self._is_exhausted and sum(len(gate.pending) for gate in self._gates.values()) <= _PAGE // 2:
            if len(self._over) == len(self._job.columns):
                self._is_exhausted = True
                return
            keys = self._tools.records.open_cells(self._job.uid, self._after, _PAGE, failed_too=self._limits.failed_too)
            self._is_exhausted = len(keys) < _PAGE
            for key in keys:
                if key.column not in self._over:
                    self._gate(key).pending.append(key)
            if keys:
                self._after = keys[-1]

    def _built(self, gate: CellGate, most: int) -> Iterator[AskedCell]:
        """Yield cells of a gate whose most possible cost is reserved; columns that are over their budget are left."""
        left = most
        while left and gate.pending:
            key = gate.pending.popleft()
            if key.column in self._over:
                continue
            left -= 1
            rendered = self._requests.request(key)
            if rendered is None:
                continue
            uid = self._tools.owner.new_uid()
            call = rendered if isinstance(rendered, Failure) else self._requests.call(key, uid, rendered)
            if isinstance(call, Call) and isinstance(rendered, RenderedRequest):
                is_limited = self._limits.budget.usd is not None
                bound = self._requests.bound(key, call, rendered, in_dollars=is_limited)
                reserved = self._ledger.reserve(uid, bound)
                if reserved is Reservation.NEVER:
                    self._over.add(key.column)
                    continue
                if reserved is Reservation.LATER:
                    gate.pending.appendleft(key)
                    return
            yield AskedCell(key, uid, self._places[key.column], call)

    def _gate(self, key: CellKey) -> CellGate:
        return self._gates[self._places[key.column]]
