"""Past runs and verdicts.

Invariant: reading changes nothing, and a verdict adds a row and replaces none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.runs import ENDED, IterationDetail, IterationRow, Judged, Verdict
from workbench.core.timeline import BareVersion, Detail, TimelineCursor, TimelinePage, TimelineRow, VersionDetail
from workbench.store import Store
from workbench.usecases.output_checks import with_checks
from workbench.usecases.problems import RefusedError

PAGE = 100


class History:
    """The timeline of a prompt. Reads block, so use them on worker threads; writes return futures."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid
        self._now = now

    def timeline(self, prompt_uid: str, after: TimelineCursor | None = None, limit: int = PAGE) -> TimelinePage:
        """Return iterations, and versions without any, after `after` (None: from the newest), newest first."""
        return self._store.timeline(prompt_uid, after, limit)

    def iterations(self, prompt_uid: str, before: int | None = None, limit: int = PAGE) -> list[IterationRow]:
        """Return iterations newest first, only those with a number below `before`."""
        return self._store.iterations(prompt_uid, before, limit)

    def count(self, prompt_uid: str) -> int:
        """Return the number of iterations of a prompt."""
        return self._store.iteration_count(prompt_uid)

    def row(self, run_uid: str, prompt_uid: str) -> IterationRow | None:
        """Return an iteration's row of the timeline, None if it belongs to another prompt."""
        return self._store.iteration_of(prompt_uid, run_uid)

    def detail(self, run_uid: str) -> IterationDetail:
        """Return an iteration as it was run."""
        return with_checks(self._store.iteration_detail(run_uid))

    def whole(self, row: TimelineRow) -> Detail:
        """Return the iteration or version behind a row of the timeline."""
        if isinstance(row, BareVersion):
            return self._store.version_detail(row.uid)
        return with_checks(self._store.iteration_detail(row.uid))

    def note(self, row: TimelineRow, text: str) -> Future[None]:
        """Set the note of an iteration, or of a version without one; "" removes it."""
        if isinstance(row, BareVersion):
            return self._store.set_version_note(row.uid, text)
        return self._store.set_note(row.uid, text)

    def reveal(self, run_uid: str) -> Future[None]:
        """Reveal the names of a blind run without a verdict; later verdicts on it are not blind."""
        return self._store.reveal(run_uid)

    def mark(self, run_uid: str, verdict: Verdict, outputs: Sequence[Judged], uid: str | None = None) -> Future[None]:
        """Judge a run: `outputs` are the shown ones, one per lane, in the order shown, including kept ones.

        `uid` names the verdict for `take_back`. Raises RefusedError while an output that the verdict names has not
        ended.
        """
        named = [output for output in outputs if output.is_first(verdict)]
        if verdict.kind != "none" and any(output.state not in ENDED for output in named):
            raise RefusedError("This answer is still being written. Wait until it ends, or stop it, then judge it.")
        return self._store.mark(run_uid, uid or self._new_uid(), verdict, tuple(o.uid for o in outputs), self._now())

    def take_back(self, verdict_uid: str, after: str, uid: str) -> Future[None]:
        """Undo a verdict by adding verdict `uid`, which restores the previous one; `after` is the current verdict."""
        return self._store.judgements.undo(verdict_uid, after, uid, self._now())

    def give_again(self, verdict_uid: str, after: str, uid: str) -> Future[None]:
        """Redo an undone verdict by adding verdict `uid`; `after` is the current verdict."""
        return self._store.judgements.redo(verdict_uid, after, uid, self._now())


def next_verdict(current: Verdict, pressed: Verdict) -> Verdict:
    """Return the verdict after a key that means `pressed`; pressing the same key again removes it."""
    same = current.kind == pressed.kind
    if pressed.kind == "winner":
        same = same and (current.positions, current.kept) == (pressed.positions, pressed.kept)
    return Verdict("none", (), pressed.blind) if same else pressed


def restore(detail: Detail, current: Draft) -> Draft:
    """Return a draft with an iteration's text, values and lanes.

    For a version without iterations, the values and lanes of the current draft stay. `based_on` stays that of the
    current draft, so that the next run continues its line and its change is computed against the newest text. Raises
    RefusedError for content that this release cannot edit.
    """
    return _taken_over(detail, current, current.based_on)


def branch(detail: Detail, current: Draft) -> Draft:
    """Like `restore`, but the next new version has the shown version as its parent."""
    return _taken_over(detail, current, detail.row.number if isinstance(detail, VersionDetail) else detail.row.version)


def _taken_over(detail: Detail, current: Draft, based_on: int | None) -> Draft:
    if detail.newer:
        raise RefusedError(detail.newer)
    if isinstance(detail, VersionDetail):
        return replace(current, content=detail.content, based_on=based_on)
    sets, active = _sets_back(detail, current)
    return Draft(detail.content, detail.values, lanes_back(detail), based_on, sets, active)


def lanes_back(detail: IterationDetail) -> tuple[Lane, ...]:
    """Return the lanes of an iteration in order: those that ran and those that were shown beside them."""
    there = {(one.row.run_uid, ran.lane.slot): ran.lane for one in detail.earlier for ran in one.lanes}
    lanes = [replace(ran.lane, hidden=False, baseline="") for ran in detail.lanes]
    for one in detail.beside:
        if (lane := there.get((one.run_uid, one.slot))) is not None:
            kept = replace(lane, hidden=one.hidden, baseline=one.run_uid if one.baseline else "")
            lanes.insert(one.place, kept)
    return tuple(lanes)


def _sets_back(detail: IterationDetail, current: Draft) -> tuple[tuple[ValueSet, ...], str]:
    """Return the iteration's sets (ticked) merged into the draft's, and the uid of the set to show."""
    kinds = {one.uid: one.kinds for one in current.sets}
    ran = {
        one.uid: ValueSet(one.uid, one.name, one.values, ticked=True, kinds=kinds.get(one.uid, ()))
        for one in detail.sets
        if one.uid
    }
    first = next(iter(ran), "")
    kept = tuple(ran.pop(one.uid, replace(one, ticked=False)) for one in current.current_sets)
    return (*kept, *ran.values()), first
