"""Making cases of what failed in a test: tagging the failing cases, and copying one to vary it.

Invariant: nothing is stored here (`RunCases.keep` does that), a case that is there keeps what it has, and of a hold-out
nothing is told. A copy belongs to the cluster of its original, because two of a kind are one draw for statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from workbench.core.cases import Case
from workbench.core.testing.case_identity import asked_values
from workbench.core.testing.grid import CellDetail, GridQuery, GridRow, SuiteRun
from workbench.store import Store
from workbench.usecases.case_import import CaseOfAnswer
from workbench.usecases.cases import clean, free_name
from workbench.usecases.problems import RefusedError

_PAGE = 200
_CHUNK = 500
_MOST_NOTED = 20_000
"""Characters of an answer that the notes of a copy quote."""
_HELD_OUT = "Cases of the hold-out stay as they are: what you learn from one of them uses it up."


@dataclass(frozen=True, slots=True)
class FailingRows:
    """Rows of a test: those that `query` lists, or those at `positions` if there are any.

    A row counts if it fails in one of `columns`.
    """

    run: SuiteRun
    query: GridQuery
    columns: tuple[int, ...]
    positions: frozenset[int] = frozenset()

    @property
    def tag(self) -> str:
        """The tag that the cases get."""
        return f"failed in test {self.run.number}"


class FailingCases:
    """Cases of one history. Methods block and belong on a worker thread."""

    def __init__(self, store: Store, new_uid: Callable[[], str]) -> None:
        self._store, self._new_uid = store, new_uid

    def tagged(self, prompt_uid: str, rows: FailingRows) -> tuple[CaseOfAnswer, ...]:
        """Return the failing cases with their tag; those that the prompt no longer has are new, as they were tested.

        Raises RefusedError if nothing would change, and StoreError.
        """
        if rows.run.set_name == "holdout":
            raise RefusedError(_HELD_OUT)
        hidden = self._store.tests.hidden_cases(rows.run.uid)
        failing = {row.position for row in self._failing(rows)} - hidden
        if not failing:
            raise RefusedError("None of these cases fails, so there is nothing to keep.")
        cases = self._store.packs.cases(prompt_uid)
        known, by_values = {case.uid: case for case in cases}, {asked_values(case): case for case in cases}
        found: dict[str, CaseOfAnswer] = {}
        for tested in self._cases(rows.run, failing):
            before = known.get(tested.uid) or by_values.get(asked_values(tested))
            if before is not None and (before.held_out or rows.tag in before.tags):
                continue
            case = before or replace(tested, uid=tested.uid or self._new_uid(), held_out=False)
            found[case.uid] = CaseOfAnswer(prompt_uid, replace(case, tags=(*case.tags, rows.tag)), before)
        if not found:
            raise RefusedError(f"These cases have the tag “{rows.tag}” already.")
        return tuple(found.values())

    def copy(self, prompt_uid: str, detail: CellDetail, column: str, *, failed: bool) -> tuple[CaseOfAnswer, ...]:
        """Return a copy of a tested case and, if it gets a cluster by that, its original.

        The copy has no expectation; if the answer `failed`, its notes quote it as a counter-example. The original as it
        is today is copied if the prompt still has it. Raises RefusedError for a case of the hold-out, and StoreError.
        """
        cases = self._store.packs.cases(prompt_uid)
        original = next((case for case in cases if case.uid == detail.case.uid), None)
        source = original or detail.case
        if source.held_out:
            raise RefusedError(_HELD_OUT)
        cluster = source.cluster
        if original is not None and not cluster:
            cluster = _unused(source.name or "Copies", {case.cluster for case in cases})
        notes = [source.notes]
        if failed and detail.result is not None and detail.result.text:
            text = detail.result.text[:_MOST_NOTED]
            notes.append(f"Counter-example, {column} in test {detail.run_number}:\n{text}")
        names = {case.name for case in cases}
        copy = replace(
            source,
            uid=self._new_uid(),
            name=_unused(f"{clean(source.name)} (copy)", names) if source.name else free_name(names),
            expectation="",
            notes="\n\n".join(filter(None, notes)),
            cluster=cluster,
        )
        made = [CaseOfAnswer(prompt_uid, copy, None)]
        if original is not None and not original.cluster:
            made.append(CaseOfAnswer(prompt_uid, replace(original, cluster=cluster), original))
        return tuple(made)

    def _failing(self, rows: FailingRows) -> Iterator[GridRow]:
        """Yield the rows that fail in a shown column."""
        query = replace(rows.query, by_sample=False, sample=None)
        if rows.positions:
            query = GridQuery()
        elif query.rows == "all":
            query = replace(query, rows="failed", column=None)
        columns = (query.column,) if query.rows == "failed" and query.column is not None else rows.columns
        after = ""
        while True:
            page = self._store.tests.page(rows.run.uid, rows.run.scoring_uid, query, after, _PAGE)
            for row in page.rows:
                if rows.positions and row.position not in rows.positions:
                    continue
                if any(row.cells[at].status == "fail" for at in columns if at < len(row.cells)):
                    yield row
            after = page.after
            if not after:
                return

    def _cases(self, run: SuiteRun, positions: Collection[int]) -> Iterator[Case]:
        """Yield the cases at some positions as they were tested, in order."""
        for start in range(min(positions), max(positions) + 1, _CHUNK):
            cases = self._store.tests.cases(run.uid, start, min(run.cases, start + _CHUNK))
            yield from (case for at, case in enumerate(cases, start) if at in positions)


def _unused(name: str, taken: Iterable[str]) -> str:
    """Return a name that is not taken: itself, or with a number."""
    known = set(taken)
    names = (name if number == 1 else f"{name} {number}" for number in range(1, len(known) + 2))
    return next(one for one in names if one not in known)
