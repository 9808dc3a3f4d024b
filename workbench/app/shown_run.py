"""A run as the lanes show it: one value set at a time, and of each lane one sample.

Invariant: a lane that answered for one set and sample keeps its attempts for all others; what is shown is a choice
among them and changes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from workbench.app.attempts import ColumnSource
from workbench.app.blindness import order
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import IterationDetail, RunSet, Verdict
from workbench.usecases.handles import RunHandle

Cell = tuple[str, int, int]
"""Slot, value set, sample."""
IsFree = Callable[[Lane], bool]
_NO_SET = RunSet("", "", ())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a lane was asked: its settings, the text if it ran the current one, and the value sets."""

    lane: Lane
    content: Content | None
    sets: tuple[RunSet, ...]

    def differs(self, lane: Lane) -> bool:
        """Whether a lane is set otherwise than it was asked; what only concerns how it is shown does not count."""
        return replace(self.lane, label=lane.label, hidden=lane.hidden, baseline=lane.baseline) != lane


@dataclass(frozen=True, slots=True)
class ShownLane:
    """A lane that ran. `kept` says which iteration its answers are from when it is not the shown one, else "";
    `kept_run` is the uid of that."""

    slot: str
    position: int
    version: int | None
    free: bool
    asked: Asked
    kept: str = ""
    kept_run: str = ""


@dataclass(frozen=True, slots=True)
class ShownRun:
    """`at` is the shown value set; `samples` holds the shown sample of lanes that do not show their first."""

    uid: str = ""
    lanes: tuple[ShownLane, ...] = ()
    sets: tuple[RunSet, ...] = (_NO_SET,)
    attempts: Mapping[Cell, tuple[str, ...]] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    at: int = 0
    samples: Mapping[str, int] = field(default_factory=dict)
    blind: frozenset[int] = frozenset()
    """The sets whose answers are shown without names."""

    @property
    def is_blind(self) -> bool:
        """Whether the answers to the shown set have no names."""
        return self.at in self.blind

    @property
    def order(self) -> tuple[str, ...]:
        """The slots as they are shown: in the order of the run, or blind in another."""
        slots = [lane.slot for lane in self.lanes if not (lane.kept and self.is_blind)]
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
        lanes = {lane.slot: lane for lane in self.lanes}
        return tuple(self._column(lanes[slot]) for slot in self.order)

    def samples_of(self, slot: str) -> int:
        """Return how many samples a lane has for the shown set."""
        return 1 + max((s for (lane, at, s) in self.attempts if (lane, at) == (slot, self.at)), default=-1)

    def of_lane(self, slot: str) -> tuple[str, ...]:
        """Return all outputs of a lane, over all sets, samples and attempts."""
        return tuple(uid for (lane, _, _), uids in self.attempts.items() if lane == slot for uid in uids)

    def answers(self, slot: str) -> tuple[str, ...]:
        """Return the newest attempt of each sample of a lane for the shown set."""
        found = ((s, uids) for (lane, at, s), uids in self.attempts.items() if (lane, at) == (slot, self.at) and uids)
        return tuple(uids[-1] for _, uids in sorted(found))

    def newest(self, at: int) -> tuple[str, ...]:
        """Return the newest attempts of the run itself for a set, over all lanes and samples."""
        own = {lane.slot for lane in self.lanes if not lane.kept}
        return tuple(
            uids[-1] for (slot, place, _), uids in self.attempts.items() if slot in own and place == at and uids
        )

    def paged(self, at: int) -> ShownRun:
        """Return it with another set shown, every lane on its first sample; `at` is brought into range."""
        return replace(self, at=max(0, min(len(self.sets) - 1, at)), samples={})

    def sampled(self, slot: str, sample: int) -> ShownRun:
        """Return it with another sample of a lane shown; out of range changes nothing."""
        if not 0 <= sample < self.samples_of(slot):
            return self
        return replace(self, samples={**self.samples, slot: sample})

    def judged(self, at: int, verdict: Verdict) -> ShownRun:
        """Return it with a verdict on a set."""
        verdicts = [*self.verdicts, *(Verdict("none") for _ in range(len(self.sets) - len(self.verdicts)))]
        verdicts[at] = verdict
        return replace(self, verdicts=tuple(verdicts), blind=self.blind - {at})

    def revealed(self) -> ShownRun:
        """Return it with the names of all sets."""
        return replace(self, blind=frozenset())

    def run_of(self, slot: str) -> str:
        """Return the uid of the run that a lane's answers belong to."""
        return next((lane.kept_run for lane in self.lanes if lane.slot == slot), "") or self.uid

    def with_attempt(self, slot: str, uid: str) -> ShownRun:
        """Return it with a further attempt of the answer that a lane shows."""
        cell = (slot, self.at, self.samples.get(slot, 0))
        return replace(self, attempts={**self.attempts, cell: (*self.attempts.get(cell, ()), uid)})

    def with_kept(self, other: ShownRun, slots: Iterable[str], name: str) -> ShownRun:
        """Return it with the lanes of `other` that it lacks: they show what they answered to the same sets before.

        `name` is what the iteration of `other` is called.
        """
        have = {lane.slot for lane in self.lanes}
        kept = [lane for lane in other.lanes if lane.slot in slots and lane.slot not in have]
        if not kept:
            return self
        names = {lane.slot for lane in kept}
        places = {mine: _same(one, other.sets) for mine, one in enumerate(self.sets)}
        attempts = {
            (slot, mine, sample): uids
            for mine, theirs in places.items()
            for (slot, at, sample), uids in other.attempts.items()
            if at == theirs and slot in names
        }
        lanes = tuple(
            replace(lane, position=-1, kept=lane.kept or name, kept_run=lane.kept_run or other.uid) for lane in kept
        )
        return replace(self, lanes=(*self.lanes, *lanes), attempts={**self.attempts, **attempts})

    def _column(self, lane: ShownLane) -> ColumnSource:
        sample = self.samples.get(lane.slot, 0)
        return ColumnSource(
            slot=lane.slot,
            position=lane.position,
            version=lane.version,
            free=lane.free,
            attempts=self.attempts.get((lane.slot, self.at, sample), ()),
            value_set=self.at,
            sample=sample,
            samples=self.samples_of(lane.slot),
            kept=lane.kept,
        )


NO_RUN = ShownRun()


def started(handle: RunHandle, draft: Draft, is_free: IsFree, *, blind: bool = False) -> ShownRun:
    """Return a run that was just started from a draft."""
    sets = tuple(RunSet(one.uid, one.name, one.values) for one in draft.run_sets)
    lanes = tuple(
        ShownLane(lane.slot, position, lane.pinned, is_free(lane), _asked(lane, draft.content, sets))
        for position, lane in enumerate(draft.run_lanes)
    )
    attempts = {(lanes[t.position].slot, t.value_set, t.sample): (t.uid,) for t in handle.transcripts}
    return ShownRun(handle.run_uid, lanes, sets, attempts, blind=frozenset(range(len(sets))) if blind else frozenset())


def stored(detail: IterationDetail, is_free: IsFree) -> ShownRun:
    """Return a run from the history, with the first set shown."""
    sets = detail.sets or (RunSet("", "", detail.values),)
    lanes = tuple(
        ShownLane(ran.lane.slot, ran.position, ran.version, is_free(ran.lane), _asked(ran.lane, detail.content, sets))
        for ran in detail.lanes
    )
    slots = {lane.position: lane.slot for lane in lanes}
    attempts: dict[Cell, tuple[str, ...]] = {}
    for output in sorted(detail.outputs, key=lambda o: (o.value_set, o.sample, o.attempt)):
        cell = (slots[output.position], output.value_set, output.sample)
        attempts[cell] = (*attempts.get(cell, ()), output.uid)
    verdicts = detail.verdicts or (detail.verdict,)
    return ShownRun(detail.row.run_uid, lanes, sets, attempts, verdicts, blind=detail.blind)


def _asked(lane: Lane, content: Content, sets: tuple[RunSet, ...]) -> Asked:
    return Asked(lane, content if lane.pinned is None else None, sets)


def _same(one: RunSet, among: tuple[RunSet, ...]) -> int:
    """Return the place of the set that stands for `one`: the same named set, else the same values, else the first."""
    by_uid = next((at for at, other in enumerate(among) if one.uid and other.uid == one.uid), None)
    if by_uid is not None:
        return by_uid
    return next((at for at, other in enumerate(among) if dict(other.values) == dict(one.values)), 0)
