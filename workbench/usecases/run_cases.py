"""Making cases of what ran: of the value sets of a run, and of a case as it was tested.

Invariant: nothing is stored before `keep`, which is one transaction, and a case that is there keeps what the run does
not say. The values of a case of the hold-out make no other case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.cases import Case
from workbench.core.runs import IterationDetail
from workbench.core.testing.case_identity import asked_values
from workbench.store import Store
from workbench.usecases.case_import import CaseOfAnswer
from workbench.usecases.problems import RefusedError

_WITH_VALUES = ("iteration", "import")


class RunCases:
    """Cases of one history. Methods block and belong on a worker thread, except those that return futures."""

    def __init__(self, store: Store, new_uid: Callable[[], str]) -> None:
        self._store, self._new_uid = store, new_uid

    def of_run(self, prompt_uid: str, run_uid: str) -> tuple[CaseOfAnswer, ...]:
        """Return a case for each value set of a run; nothing is stored.

        The expectation is the winner's answer, or the only one; a set with several answers of which none won gives a
        case without one. Cases of the hold-out, and those that are there already as they are, are left out. Raises
        RefusedError and StoreError.
        """
        detail = self._store.iteration_detail(run_uid)
        if detail.row.kind not in _WITH_VALUES:
            raise RefusedError("This run has no values of its prompt to make cases of. Select a run of Compose.")
        cases = self._store.packs.cases(prompt_uid)
        known = {asked_values(case): case for case in cases}
        uids, made, found = {case.uid for case in cases}, set[frozenset[tuple[str, str]]](), list[CaseOfAnswer]()
        for position, ran in enumerate(detail.sets):
            text = _clear_answer(detail, position)
            asked = asked_values(Case("", values=ran.values, expectation=text))
            before = known.get(asked)
            if asked in made:
                continue
            if before is not None:
                if text and text != before.expectation and not before.held_out:
                    found.append(CaseOfAnswer(prompt_uid, replace(before, expectation=text), before))
                continue
            uid = ran.uid if ran.uid and ran.uid not in uids else self._new_uid()
            case = Case(uid, ran.name, ran.values, expectation=text)
            uids.add(uid)
            made.add(asked)
            found.append(CaseOfAnswer(prompt_uid, case, None))
        if not found:
            raise RefusedError("The values of this run are cases of its prompt already.")
        return tuple(found)

    def as_tested(self, prompt_uid: str, case: Case) -> CaseOfAnswer:
        """Return a case as it was tested, to bring it back; nothing is stored.

        Raises RefusedError if the prompt has it as it was, and StoreError.
        """
        before = next((one for one in self._store.packs.cases(prompt_uid) if one.uid == case.uid), None)
        if before is not None and replace(case, held_out=before.held_out) == before:
            raise RefusedError("This case is as it was tested, so there is nothing to bring back.")
        uid = case.uid or self._new_uid()
        held_out = case.held_out if before is None else before.held_out
        return CaseOfAnswer(prompt_uid, replace(case, uid=uid, held_out=held_out), before)

    def keep(self, made: Sequence[CaseOfAnswer]) -> Future[None]:
        """Store cases of one prompt in one transaction."""
        changed = [one.case for one in made if one.before is not None]
        added = [one.case for one in made if one.before is None]
        return self._store.packs.put_cases(made[0].prompt_uid, changed, added)

    def take_back(self, made: Sequence[CaseOfAnswer]) -> Future[None]:
        """Undo `keep`."""
        before = [one.before for one in made if one.before is not None]
        added = [one.case.uid for one in made if one.before is None]
        return self._store.packs.return_cases(made[0].prompt_uid, before, added)


def _clear_answer(detail: IterationDetail, position: int) -> str:
    """Return the text of a value set's winner, or of its only answer; "" if there are several, or none."""
    newest = {(one.position, one.sample): one for one in detail.outputs if one.value_set == position}
    answers = [one for one in newest.values() if one.result.state == "finished" and one.result.text]
    verdict = detail.verdicts[position] if position < len(detail.verdicts) else None
    if verdict is not None and verdict.kind == "winner":
        answers = [one for one in answers if one.position in verdict.positions]
    return answers[0].result.text if len(answers) == 1 else ""
