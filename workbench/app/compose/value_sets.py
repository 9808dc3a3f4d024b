"""The value sets of the draft: the cases of the prompt that are chosen for Compose.

Invariant: the displayed values belong to the set `active`, or to none while there are no sets. Switching to another set
keeps what was typed in the previous one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from workbench.core.drafts import Draft, Values, ValueSet

Read = Callable[[], Values]


class ValueSets(QObject):
    """Edits the sets. `changed` is emitted after every change by the user; `listed` also when another draft loads."""

    changed = Signal()
    listed = Signal()
    leaving = Signal()
    """Sets are about to be removed; what was typed into them is stored first."""
    entered = Signal()
    """Sets were added; they are stored before anything is typed into them, so that only that changes their cases."""
    values_wanted = Signal(object)
    """Values of another set, to be displayed."""
    values_followed = Signal(object)
    """Values of the displayed set that changed elsewhere, to be displayed except where somebody types."""

    def __init__(self, read: Read, new_uid: Callable[[], str], parent: QObject | None = None) -> None:
        """`read` returns the displayed values."""
        super().__init__(parent)
        self._read, self._new_uid = read, new_uid
        self._sets: tuple[ValueSet, ...] = ()
        self._active = ""
        self._numbered = 0
        """The number in the name of the last new case, at least that of all cases, which may have such names."""
        self._gone: dict[str, tuple[int, ValueSet, bool]] = {}
        """Place, state, and whether it was displayed, of the sets whose cases were deleted elsewhere, by uid."""

    @property
    def active(self) -> str:
        """The uid of the displayed set, "" for unnamed values."""
        return self._active

    @property
    def sets(self) -> tuple[ValueSet, ...]:
        """The sets in order, including unsaved edits of the displayed values."""
        shown = self._read()
        return tuple(replace(one, values=shown) if one.uid == self._active else one for one in self._sets)

    @property
    def to_run(self) -> int:
        """The number of sets that a run covers: the ticked ones, else the displayed one."""
        return max(1, sum(one.ticked for one in self._sets))

    def get(self, uid: str) -> ValueSet | None:
        """Return a set by uid."""
        return next((one for one in self.sets if one.uid == uid), None)

    def load(self, draft: Draft, cases: int | None = None) -> None:
        """Load the sets of another draft whose values are already displayed; does not count as a change.

        `cases` is the number of cases of the prompt that is opened, None for the same prompt.
        """
        self._numbered = self._numbered if cases is None else cases
        is_entered = cases is None and not _uids(draft.sets) <= _uids(self._sets)
        self._sets, self._gone = draft.sets, {}
        self._active = draft.active if any(one.uid == draft.active for one in draft.sets) else ""
        self.listed.emit()
        if is_entered:
            self.entered.emit()

    def show(self, uid: str) -> None:
        """Display the values of a set."""
        wanted = self.get(uid)
        if wanted is None or uid == self._active:
            return
        self._become(self.sets, uid, wanted.values)

    def step(self, delta: int) -> None:
        """Show the set `delta` places further, wrapping around."""
        uids = [one.uid for one in self._sets]
        if uids:
            at = uids.index(self._active) if self._active in uids else -1 if delta > 0 else 0
            self.show(uids[(at + delta) % len(uids)])

    def add(self) -> str:
        """Add a copy of the displayed set, show it and return its uid; unnamed values become the first set."""
        sets = self.sets
        if not self._active and self._read():
            sets = (*sets, ValueSet(self._new_uid(), self._free_name(sets), self._read(), ticked=True))
        shown, kinds = self._read(), next((one.kinds for one in sets if one.uid == self._active), ())
        fresh = ValueSet(self._new_uid(), self._free_name(sets), shown, ticked=True, kinds=kinds)
        self._become((*sets, fresh), fresh.uid, shown)
        return fresh.uid

    def duplicate(self, uid: str) -> str:
        """Insert a copy after a set and show it; return its uid, "" if there is no such set."""
        sets = list(self.sets)
        at = self._at(uid)
        if at < 0:
            return ""
        copy = replace(sets[at], uid=self._new_uid(), name=self._free_name(sets, f"{sets[at].name} copy"))
        sets.insert(at + 1, copy)
        self._become(tuple(sets), copy.uid, copy.values)
        return copy.uid

    def add_rows(self, rows: Sequence[tuple[str, Values]]) -> None:
        """Add a set for each row of a table ("" for a row without a name), and show the first of them."""
        sets = list(self.sets)
        if not self._active and not sets and self._read():
            sets.append(ValueSet(self._new_uid(), self._free_name(sets), self._read()))
        first = ""
        for name, values in rows:
            one = ValueSet(self._new_uid(), self._free_name(sets, name), values, ticked=True)
            sets.append(one)
            first = first or one.uid
        if first:
            self._become(tuple(sets), first, next(one.values for one in sets if one.uid == first))

    def use(self, one: ValueSet) -> Callable[[], None]:
        """Add a case, or replace the values of the set with its uid, and show it; return a callable that undoes
        this."""
        before, active, shown = self.sets, self._active, self._read()
        old = self.get(one.uid)
        if old is None:
            sets = list(before)
            if not active and not sets and shown:
                sets.append(ValueSet(self._new_uid(), self._free_name(sets), shown))
            self._become((*sets, replace(one, ticked=True)), one.uid, one.values)
        else:
            sets = [
                replace(each, values=one.values, kinds=one.kinds) if each.uid == one.uid else each for each in before
            ]
            self._become(tuple(sets), one.uid, one.values)
        unnamed = {each.uid for each in self._sets} - {each.uid for each in before} - {one.uid}

        def undo() -> None:
            if self._at(one.uid) < 0:
                return
            rest = [each for each in self.sets if each.uid != one.uid]
            if old is not None:
                rest.insert(min(self._at(one.uid), len(rest)), old)
            if not before and {each.uid for each in rest} <= unnamed:
                # Values that were unnamed become unnamed again.
                self._become((), "", rest[0].values if rest else shown)
            elif rest:
                there = next((each for each in rest if each.uid == active), rest[0])
                self._become(tuple(rest), there.uid, there.values)
            else:
                self._become((), "")

        return undo

    def rename(self, uid: str, name: str) -> None:
        """Rename a set; an empty name changes nothing."""
        if name := " ".join(name.split()):
            self._become(tuple(replace(one, name=name) if one.uid == uid else one for one in self.sets), self._active)

    def tick(self, uid: str, *, ticked: bool) -> None:
        """Include a set in runs, or exclude it."""
        self._become(tuple(replace(one, ticked=ticked) if one.uid == uid else one for one in self.sets), self._active)

    def tick_all(self, *, ticked: bool) -> None:
        """Include all sets in runs, or exclude them."""
        self._become(tuple(replace(one, ticked=ticked) for one in self.sets), self._active)

    def move(self, uid: str, delta: int) -> None:
        """Move a set `delta` places to the right (negative: left), as far as there is room."""
        sets, at = list(self.sets), self._at(uid)
        target = max(0, min(len(sets) - 1, at + delta))
        if at >= 0 and target != at:
            sets.insert(target, sets.pop(at))
            self._become(tuple(sets), self._active)

    def remove(self, uid: str) -> Callable[[], None] | None:
        """Remove a set and show its neighbour; return a callable that restores it, None if there is no such set.

        The values of the last set stay displayed, unnamed.
        """
        before, active, at = self.sets, self._active, self._at(uid)
        if at < 0:
            return None
        gone = before[at]
        rest = (*before[:at], *before[at + 1 :])
        if uid == active and rest:
            neighbour = rest[min(at, len(rest) - 1)]
            self._become(rest, neighbour.uid, neighbour.values)
        else:
            self._become(rest, active if uid != active else "")

        def bring_back() -> None:
            if self._at(uid) < 0:
                sets = list(self.sets)
                sets.insert(min(at, len(sets)), gone)
                self._become(tuple(sets), uid, gone.values)

        return bring_back

    def forget(self, names: Sequence[str]) -> Callable[[], None]:
        """Remove the values of these variables from every set and from the display; return a callable that restores
        them."""
        gone = frozenset(names)
        before, shown = {one.uid: one.values for one in self.sets}, self._read()

        def without(values: Values) -> Values:
            return tuple((name, value) for name, value in values if name not in gone)

        def with_again(now: Values, then: Values) -> Values:
            there = {name for name, _ in now}
            return (*now, *((name, value) for name, value in then if name in gone and name not in there))

        def put(change: Callable[[str, Values], Values]) -> None:
            on_screen = change(self._active, self._read())
            self._sets = tuple(replace(one, values=change(one.uid, one.values)) for one in self.sets)
            self.values_wanted.emit(on_screen)
            self.listed.emit()
            self.changed.emit()

        put(lambda _, values: without(values))
        return lambda: put(lambda uid, values: with_again(values, before.get(uid, shown if not uid else ())))

    def followed(self) -> tuple[str, ...]:
        """Return the uids of the sets, and of those that were deleted elsewhere and may come back."""
        return (*(one.uid for one in self._sets), *self._gone)

    def follow(self, found: Mapping[str, ValueSet], gone: Collection[str]) -> None:
        """Show the cases of the sets as they are now in the history, without those that are `gone` from it."""
        before, active, shown = self.sets, self._active, None
        sets = list[ValueSet]()
        for at, one in enumerate(before):
            now = found.get(one.uid)
            if one.uid in gone:
                self._gone[one.uid] = at, one, one.uid == active
            elif now is None or (now.name, dict(now.values), now.kinds) == (one.name, dict(one.values), one.kinds):
                sets.append(one)
            else:
                sets.append(replace(one, name=now.name, values=now.values, kinds=now.kinds))
        back = sorted(((*self._gone.pop(uid), uid) for uid in found if uid in self._gone), key=lambda each: each[0])
        for at, one, was_shown, uid in back:
            sets.insert(at, replace(one, name=found[uid].name, values=found[uid].values, kinds=found[uid].kinds))
            active = uid if was_shown else active
        if sets and not any(one.uid == active for one in sets):
            at = next((at for at, one in enumerate(before) if one.uid == active), 0)
            active = sets[min(at, len(sets) - 1)].uid if active else ""
        now = next((one for one in sets if one.uid == active), None)
        if now is not None and active != self._active:
            shown = now.values
        elif now is not None and dict(now.values) != dict(self._read()):
            self.values_followed.emit(now.values)
        self._become(tuple(sets), active if now is not None else "", shown)

    def _at(self, uid: str) -> int:
        return next((at for at, one in enumerate(self._sets) if one.uid == uid), -1)

    def _become(self, sets: tuple[ValueSet, ...], active: str, shown: Values | None = None) -> None:
        """Replace the sets; `shown` are the values to display, None keeps the displayed ones."""
        before, after = _uids(self._sets), _uids(sets)
        if before - after:
            self.leaving.emit()
        if (sets, active) != (self._sets, self._active):
            self._sets, self._active = sets, active
            if shown is not None:
                # Before `changed` is emitted, because its handlers read the displayed values of the new set.
                self.values_wanted.emit(shown)
            self.listed.emit()
            self.changed.emit()
            if after - before:
                self.entered.emit()

    def _free_name(self, sets: Sequence[ValueSet], wanted: str = "") -> str:
        """Return `wanted`, or "Case 3", with a number appended if the name is taken."""
        names = {one.name for one in sets}
        if wanted:
            return next(n for i in range(1, len(sets) + 2) if (n := wanted if i == 1 else f"{wanted} {i}") not in names)
        first = max(len(sets), self._numbered) + 1
        self._numbered = next(i for i in range(first, first + len(sets) + 1) if f"Case {i}" not in names)
        return f"Case {self._numbered}"


def _uids(sets: Sequence[ValueSet]) -> set[str]:
    return {one.uid for one in sets}
