"""What was run, and what people thought of it.

Invariant: looking changes nothing, and a judgement adds a row and replaces none.
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
    """The timeline of a prompt. Reads block and belong on worker threads; writes return futures."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid
        self._now = now

    def timeline(self, prompt_uid: str, after: TimelineCursor | None = None, limit: int = PAGE) -> TimelinePage:
        """Return iterations, and versions without any, behind `after` (None: from the newest), newest first."""
        return self._store.timeline(prompt_uid, after, limit)

    def iterations(self, prompt_uid: str, before: int | None = None, limit: int = PAGE) -> list[IterationRow]:
        """Return iterations newest first, those with a number below `before`."""
        return self._store.iterations(prompt_uid, before, limit)

    def count(self, prompt_uid: str) -> int:
        """Return how many iterations a prompt has."""
        return self._store.iteration_count(prompt_uid)

    def row(self, run_uid: str, prompt_uid: str) -> IterationRow | None:
        """Return an iteration's line of the timeline, None when it is one of another prompt."""
        return self._store.iteration_of(prompt_uid, run_uid)

    def detail(self, run_uid: str) -> IterationDetail:
        """Return an iteration exactly as it was."""
        return with_checks(self._store.iteration_detail(run_uid))

    def whole(self, row: TimelineRow) -> Detail:
        """Return what a row of the timeline stands for."""
        if isinstance(row, BareVersion):
            return self._store.version_detail(row.uid)
        return with_checks(self._store.iteration_detail(row.uid))

    def note(self, row: TimelineRow, text: str) -> Future[None]:
        """Set the note of an iteration or of a version without any, "" to take it away."""
        if isinstance(row, BareVersion):
            return self._store.set_version_note(row.uid, text)
        return self._store.set_note(row.uid, text, self._now())

    def reveal(self, run_uid: str) -> Future[None]:
        """Show the names of a blind run although it is not judged; a verdict after that is not a blind one."""
        return self._store.reveal(run_uid)

    def mark(self, run_uid: str, verdict: Verdict, outputs: Sequence[Judged], uid: str | None = None) -> Future[None]:
        """Judge a run: `outputs` are the shown ones, one per lane, in the order shown; kept ones are among them.

        `uid` names the verdict for whoever wants to take it back. Raises RefusedError while one of those that the
        verdict names has not ended.
        """
        named = [output for output in outputs if output.is_first(verdict)]
        if verdict.kind != "none" and any(output.state not in ENDED for output in named):
            raise RefusedError("This answer is still being written. Wait for its end, or stop it, then judge it.")
        return self._store.mark(run_uid, uid or self._new_uid(), verdict, tuple(o.uid for o in outputs), self._now())

    def take_back(self, verdict_uid: str, after: str, uid: str) -> Future[None]:
        """Let what counted before a verdict count again, by another one named `uid`; `after` is the one that counts."""
        return self._store.judgements.undo(verdict_uid, after, uid, self._now())

    def give_again(self, verdict_uid: str, after: str, uid: str) -> Future[None]:
        """Give a verdict again that was taken back, by another one named `uid`; `after` is the one that counts."""
        return self._store.judgements.redo(verdict_uid, after, uid, self._now())


def next_verdict(current: Verdict, pressed: Verdict) -> Verdict:
    """Return the verdict after a key that means `pressed`; the same key again takes it back."""
    same = current.kind == pressed.kind
    if pressed.kind == "winner":
        same = same and (current.positions, current.kept) == (pressed.positions, pressed.kept)
    return Verdict("none", (), pressed.blind) if same else pressed


def restore(detail: Detail, current: Draft) -> Draft:
    """Return the draft that brings an iteration back into the line of work: its text, values and lanes.

    A version that has no iteration has neither values nor lanes: those of the present draft stay. It stays based on
    what the present draft is based on, so that the next run continues the line and its change is counted against the
    newest text. Raises RefusedError for what this release cannot edit.
    """
    return _taken_over(detail, current, current.based_on)


def branch(detail: Detail, current: Draft) -> Draft:
    """The same, started afresh from there: the next new version has the shown version as its parent."""
    return _taken_over(detail, current, detail.row.number if isinstance(detail, VersionDetail) else detail.row.version)


def _taken_over(detail: Detail, current: Draft, based_on: int | None) -> Draft:
    if detail.newer:
        raise RefusedError(detail.newer)
    if isinstance(detail, VersionDetail):
        return replace(current, content=detail.content, based_on=based_on)
    sets, active = _sets_back(detail, current)
    return Draft(detail.content, detail.values, lanes_back(detail), based_on, sets, active)


def lanes_back(detail: IterationDetail) -> tuple[Lane, ...]:
    """Return the lanes of an iteration as they stood: those that ran, and between them those that stood beside it."""
    there = {(one.row.run_uid, ran.lane.slot): ran.lane for one in detail.earlier for ran in one.lanes}
    lanes = [replace(ran.lane, hidden=False, baseline="") for ran in detail.lanes]
    for one in detail.beside:
        if (lane := there.get((one.run_uid, one.slot))) is not None:
            kept = replace(lane, hidden=one.hidden, baseline=one.run_uid if one.baseline else "")
            lanes.insert(one.place, kept)
    return tuple(lanes)


def _sets_back(detail: IterationDetail, current: Draft) -> tuple[tuple[ValueSet, ...], str]:
    """Return the sets of an iteration, ticked, among those that the draft has besides, and the one to show."""
    ran = {one.uid: ValueSet(one.uid, one.name, one.values, ticked=True) for one in detail.sets if one.uid}
    first = next(iter(ran), "")
    kept = tuple(ran.pop(one.uid, replace(one, ticked=False)) for one in current.current_sets)
    return (*kept, *ran.values()), first
