"""The state of a run in the lanes: one value set at a time, and one sample per lane.

Invariant: a lane keeps its attempts for all value sets and samples; selecting what is shown changes none of them. A
lane shown beside the run keeps its answers under the sets of its own run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from workbench.app.compose.hidden_names import order
from workbench.app.lanes.attempts import ColumnSource
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import BesideLane, IterationDetail, RunSet, Verdict
from workbench.core.stale_answers import SentRequest
from workbench.core.version_name import iteration_name
from workbench.usecases.run_handle import RunHandle

Cell = tuple[str, int, int]
"""Slot, value set in the run that the lane's answers come from, sample."""
IsFree = Callable[[Lane], bool]
_NO_SET = RunSet("", "", ())


@dataclass(frozen=True, slots=True)
class LaneRequest:
    """The request of a lane: its settings, the text if it ran the current one, and the value sets."""

    lane: Lane
    content: Content | None
    sets: tuple[RunSet, ...]

    def differs(self, lane: Lane) -> bool:
        """Whether a lane's settings differ from the request; settings that only affect display are ignored."""
        return replace(self.lane, label=lane.label, hidden=lane.hidden, baseline=lane.baseline) != lane


@dataclass(frozen=True, slots=True)
class LaneViewState:
    """A lane that ran. If its answers come from another iteration than the shown one, `kept` names that iteration (else
    "") and `kept_run` is its uid; `hidden` means that the lane was hidden beside the run. `tested`: the answer is one
    of a test run."""

    slot: str
    position: int
    version: int | None
    free: bool
    asked: LaneRequest
    kept: str = ""
    kept_run: str = ""
    hidden: bool = False
    tested: bool = False


@dataclass(frozen=True, slots=True)
class RunViewState:
    """`at` is the shown value set; `samples` holds the shown sample of each lane that does not show its first."""

    uid: str = ""
    lanes: tuple[LaneViewState, ...] = ()
    sets: tuple[RunSet, ...] = (_NO_SET,)
    attempts: Mapping[Cell, tuple[str, ...]] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    at: int = 0
    samples: Mapping[str, int] = field(default_factory=dict)
    blind: frozenset[int] = frozenset()
    """Value sets whose answers are shown without names."""

    @property
    def is_blind(self) -> bool:
        """Whether the answers to the shown set are shown without names."""
        return self.at in self.blind

    @property
    def order(self) -> tuple[str, ...]:
        """The slots in display order: the order of the run, or another one while blind."""
        slots = [lane.slot for lane in self._taking_part(self.at)]
        return order(self.uid, self.at, slots) if self.is_blind else tuple(slots)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the shown set."""
        return self.verdicts[self.at] if self.at < len(self.verdicts) else Verdict("none")

    @property
    def shown_set(self) -> RunSet:
        """The shown value set."""
        return self.sets[self.at]

    def columns(self) -> tuple[ColumnSource, ...]:
        """Return what each lane shows."""
        lanes, samples = {lane.slot: lane for lane in self.lanes}, self._samples()
        return tuple(self._column(lanes[slot], samples[slot]) for slot in self.order)

    def samples_of(self, slot: str) -> int:
        """Return how many samples of a lane can be shown for the shown set.

        While blind, the number is the same for every lane, because a different one would identify the lane.
        """
        return self._samples().get(slot, 0)

    def of_lane(self, slot: str) -> tuple[str, ...]:
        """Return all outputs of a lane, over all sets, samples and attempts."""
        return tuple(uid for (lane, _, _), uids in self.attempts.items() if lane == slot for uid in uids)

    def answers(self, slot: str) -> tuple[str, ...]:
        """Return the newest attempt of each sample of a lane for the shown set."""
        found = (self.attempts.get(self._cell(slot, sample), ()) for sample in range(self.samples_of(slot)))
        return tuple(uids[-1] for uids in found if uids)

    def newest(self, at: int) -> tuple[str, ...]:
        """Return the newest attempts at a set over all samples: those of the run itself, and while blind also those
        beside it."""
        waited = [lane for lane in self._taking_part(at) if not lane.kept or at in self.blind]
        cells = {(lane.slot, self._place(lane, at)) for lane in waited}
        return tuple(uids[-1] for (slot, own, _), uids in self.attempts.items() if (slot, own) in cells and uids)

    def paged(self, at: int) -> RunViewState:
        """Return a copy that shows another set, every lane with its first sample; `at` is clamped to the range."""
        return replace(self, at=max(0, min(len(self.sets) - 1, at)), samples={})

    def paged_to(self, uid: str) -> RunViewState:
        """Return a copy that shows the set with this uid, or the first set if the run has none such."""
        return self.paged(next((at for at, one in enumerate(self.sets) if one.uid and one.uid == uid), 0))

    def sampled(self, slot: str, sample: int) -> RunViewState:
        """Return a copy that shows another sample of a lane; a sample out of range changes nothing."""
        if not 0 <= sample < self.samples_of(slot):
            return self
        return replace(self, samples={**self.samples, slot: sample})

    def judged(self, at: int, verdict: Verdict) -> RunViewState:
        """Return a copy with a verdict on a set."""
        verdicts = [*self.verdicts, *(Verdict("none") for _ in range(len(self.sets) - len(self.verdicts)))]
        verdicts[at] = verdict
        return replace(self, verdicts=tuple(verdicts), blind=self.blind - {at})

    def updated_from(self, other: RunViewState) -> RunViewState:
        """Return a copy with the verdicts, revealed names and further attempts of `other`, if that is the same run."""
        if other.uid != self.uid:
            return self
        slots = {lane.slot for lane in self.lanes}
        attempts = {cell: uids for cell, uids in other.attempts.items() if cell[0] in slots}
        return replace(self, verdicts=other.verdicts, blind=other.blind, attempts={**self.attempts, **attempts})

    def revealed(self) -> RunViewState:
        """Return a copy with the names of all sets revealed."""
        return replace(self, blind=frozenset())

    def run_of(self, slot: str) -> str:
        """Return the uid of the run that a lane's answers belong to."""
        return next((lane.kept_run for lane in self.lanes if lane.slot == slot), "") or self.uid

    def kept_from(self, slot: str) -> str:
        """Return the iteration that a lane's answers are kept from, "" if it is the shown one."""
        return next((lane.kept for lane in self.lanes if lane.slot == slot), "")

    def answers_other_values(self, slot: str) -> bool:
        """Whether a lane beside the run shows an answer to other values than the shown ones."""
        return any(lane.slot == slot and self._has_other_values(lane, self.at) for lane in self.lanes)

    def requests(self) -> tuple[SentRequest, ...]:
        """Return what the shown answers were asked with, without those of tests, which say that they are."""
        answered = ((lane.asked, lane.asked.sets[self._place(lane, self.at)]) for lane in self.lanes if not lane.tested)
        return tuple(SentRequest(asked.lane, asked.content, own.uid, own.values) for asked, own in answered)

    def paged_like(self, other: RunViewState) -> RunViewState:
        """Return a copy that shows the set that `other` shows, or the first one if it has none such."""
        return self.paged(_same(other.shown_set, self.sets)) if other.uid else self

    def left_out(self, lanes: Iterable[Lane], running: Iterable[str]) -> tuple[BesideLane, ...]:
        """Return the lanes of the draft with answers here that are not among the slots in `running`."""
        rest = {lane.slot for lane in self.lanes if not lane.tested} - set(running)
        return tuple(
            BesideLane(lane.slot, self.run_of(lane.slot), place, lane.hidden, bool(lane.baseline))
            for place, lane in enumerate(lanes)
            if lane.slot in rest
        )

    def is_tested(self, slot: str) -> bool:
        """Whether a lane shows an answer of a test run."""
        return any(lane.slot == slot and lane.tested for lane in self.lanes)

    def with_attempt(self, slot: str, uid: str) -> RunViewState:
        """Return a copy with another attempt at the answer that a lane shows."""
        cell = self._cell(slot, self.samples.get(slot, 0))
        return replace(self, attempts={**self.attempts, cell: (*self.attempts.get(cell, ()), uid)})

    def with_beside(self, other: RunViewState, beside: Iterable[BesideLane], name: str) -> RunViewState:
        """Return a copy with the lanes of `other` that are missing here, showing their earlier answers.

        `name` is the displayed name of the iteration of `other`.
        """
        there = {lane.slot: lane for lane in other.lanes}
        have = {lane.slot for lane in self.lanes}
        lanes = list(self.lanes)
        for one in sorted(beside, key=lambda one: one.place):
            if one.slot in there and one.slot not in have:
                lane = there[one.slot]
                kept, kept_run = lane.kept or name, lane.kept_run or other.uid
                lanes.insert(one.place, replace(lane, position=-1, kept=kept, kept_run=kept_run, hidden=one.hidden))
        new = {lane.slot for lane in lanes} - have
        attempts = {cell: uids for cell, uids in other.attempts.items() if cell[0] in new}
        return replace(self, lanes=tuple(lanes), attempts={**self.attempts, **attempts})

    def _taking_part(self, at: int) -> list[LaneViewState]:
        """Return the lanes that take part in a set; while blind, without lanes that would be recognisable."""
        if at not in self.blind:
            return list(self.lanes)
        counts = self._counts()
        return [lane for lane in self.lanes if not lane.kept or self._is_one_of_them(lane, at, counts)]

    def _is_one_of_them(self, lane: LaneViewState, at: int, counts: Mapping[tuple[str, int], int]) -> bool:
        """Whether a lane beside the run can be judged together with the others at a set."""
        is_there = not (lane.hidden or lane.tested) and (lane.slot, self._place(lane, at)) in counts
        return is_there and not self._has_other_values(lane, at)

    def _place(self, lane: LaneViewState, at: int) -> int:
        """Return the index of the set in a lane's own run that corresponds to a set of this one."""
        return _same(self.sets[at], lane.asked.sets) if lane.kept else at

    def _has_other_values(self, lane: LaneViewState, at: int) -> bool:
        own = lane.asked.sets[self._place(lane, at)]
        return bool(lane.kept) and dict(own.values) != dict(self.sets[at].values)

    def _cell(self, slot: str, sample: int) -> Cell:
        lane = next((lane for lane in self.lanes if lane.slot == slot), None)
        return (slot, self.at if lane is None else self._place(lane, self.at), sample)

    def _counts(self) -> dict[tuple[str, int], int]:
        """Return the number of samples by slot and set of the lane's own run."""
        counts: dict[tuple[str, int], int] = {}
        for slot, own, sample in self.attempts:
            counts[slot, own] = max(counts.get((slot, own), 0), sample + 1)
        return counts

    def _samples(self) -> dict[str, int]:
        """Return the number of samples of each lane that can be shown, by slot."""
        counts, lanes = self._counts(), self._taking_part(self.at)
        found = {lane.slot: counts.get((lane.slot, self._place(lane, self.at)), 0) for lane in lanes}
        return dict.fromkeys(found, min(found.values(), default=0)) if self.is_blind else found

    def _column(self, lane: LaneViewState, samples: int) -> ColumnSource:
        sample = self.samples.get(lane.slot, 0)
        attempts = self.attempts.get(self._cell(lane.slot, sample), ())
        return ColumnSource(
            slot=lane.slot,
            position=lane.position,
            version=lane.version,
            free=lane.free,
            # A further attempt would reveal that the answer is from another run.
            attempts=attempts[-1:] if lane.kept and self.is_blind else attempts,
            value_set=self.at,
            sample=sample,
            samples=samples,
            kept=lane.kept,
            other_values=self._has_other_values(lane, self.at),
            tested=lane.tested,
        )


NO_RUN = RunViewState()


def started(handle: RunHandle, draft: Draft, is_free: IsFree, *, blind: bool = False) -> RunViewState:
    """Return the state of a run just started from a draft."""
    sets = tuple(RunSet(one.uid, one.name, one.values) for one in draft.run_sets)
    lanes = tuple(
        LaneViewState(lane.slot, position, lane.pinned, is_free(lane), _asked(lane, draft.content, sets))
        for position, lane in enumerate(draft.run_lanes)
    )
    attempts = {(lanes[t.position].slot, t.value_set, t.sample): (t.uid,) for t in handle.transcripts}
    return RunViewState(
        handle.run_uid, lanes, sets, attempts, blind=frozenset(range(len(sets))) if blind else frozenset()
    )


def stored(detail: IterationDetail, is_free: IsFree) -> RunViewState:
    """Return the state of a run from the history: its first set, and the lanes shown beside it."""
    sets = detail.sets or (RunSet("", "", detail.values),)
    lanes = tuple(
        LaneViewState(
            ran.lane.slot, ran.position, ran.version, is_free(ran.lane), _asked(ran.lane, detail.content, sets)
        )
        for ran in detail.lanes
    )
    slots = {lane.position: lane.slot for lane in lanes}
    attempts: dict[Cell, tuple[str, ...]] = {}
    for output in sorted(detail.outputs, key=lambda o: (o.value_set, o.sample, o.attempt)):
        cell = (slots[output.position], output.value_set, output.sample)
        attempts[cell] = (*attempts.get(cell, ()), output.uid)
    verdicts = detail.verdicts or (detail.verdict,)
    run = RunViewState(detail.row.run_uid, lanes, sets, attempts, verdicts, blind=detail.blind)
    earlier = {one.row.run_uid: (stored(one, is_free), iteration_name(one.row.number)) for one in detail.earlier}
    for lane in detail.beside:
        origin, name = earlier[lane.run_uid]
        run = run.with_beside(origin, (lane,), name)
    return run


def _asked(lane: Lane, content: Content, sets: tuple[RunSet, ...]) -> LaneRequest:
    return LaneRequest(lane, content if lane.pinned is None else None, sets)


def _same(one: RunSet, among: tuple[RunSet, ...]) -> int:
    """Return the index of the set that corresponds to `one`: the same named set, else equal values, else the first."""
    by_uid = next((at for at, other in enumerate(among) if one.uid and other.uid == one.uid), None)
    if by_uid is not None:
        return by_uid
    return next((at for at, other in enumerate(among) if dict(other.values) == dict(one.values)), 0)
