"""Answers that a judge and a person see differently, as cases of the judge prompt.

Invariant: a case has exactly the values that the judge got, and its check is what the person said. So the judge is
tested like any other prompt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.core.cases import Case, Check, json_text
from workbench.core.drafts import Draft, ValueSet
from workbench.core.judging.judge_prompts import PROMPT_TYPES
from workbench.core.lanes import Lane
from workbench.core.text import counted
from workbench.store.judging.records import JudgedAnswerRow, JudgePrompt
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import FIRST_DRAFT

if TYPE_CHECKING:
    from workbench.app.judging.labelling import LabelledCheck
    from workbench.core.testing.grid import SuiteRun
    from workbench.store import Store

MOST_CASES = 200
_STORED_WITHIN_S = 30.0
_CATEGORIES = ("A", "B", "C", "D", "E")
_SAID = ("pass", "fail")
_TAG = "you: "
_Values = tuple[tuple[str, str], ...]
NONE_DIFFER = "The judge and your labels agree about every answer that you labelled. Label more answers first."


@dataclass(frozen=True, slots=True)
class JudgeToImprove:
    """A judge prompt with answers as its cases: `cases` different ones, of which `added` are new. `answers` were seen
    differently; `is_cut` says that there are more different ones than cases. `followed` earlier cases got another
    check, because their labels were changed.
    """

    prompt: JudgePrompt
    cases: int
    added: int
    answers: int
    is_cut: bool = False
    followed: int = 0

    @property
    def sentence(self) -> str:
        """What to do next, and what was prepared. It is short, because the header has room for two lines."""
        said = counted(self.cases, "answer" if self.cases == self.answers else "different answer")
        said = f"the first {said}" if self.is_cut else said
        return f"Edit, then test: {said} you and the judge disagree on. {followed_words(self.followed)}".strip()


class JudgePrompts:
    """Finds, makes and fills the judge prompts of a history. Everything blocks."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store, self._new_uid, self._now = store, new_uid, now

    def owner_of(self, prompt_uid: str) -> str:
        """Return the prompt whose tests a judge prompt belongs to, "" for other prompts."""
        found = self._store.judges.described(prompt_uid)
        return "" if found is None else found.owner_uid

    def ensure(self, owner_uid: str, check: Check) -> JudgePrompt:
        """Return the judge prompt of a check, made with the shipped text if it is new.

        Raises RefusedError, StoreError.
        """
        from workbench.usecases.judging.judge_book import JudgeBook

        if check.type not in PROMPT_TYPES:
            raise RefusedError("This check compares texts by an embedding model, which has no prompt.")
        if check.rubric_prompt:
            raise RefusedError("This check has a judge prompt of its own (rubricPrompt). Edit it where it was written.")
        return JudgeBook(self._store, self._new_uid, self._now).prompt(owner_uid, check.type)

    def prepare(self, prompt: JudgePrompt) -> JudgePrompt:
        """Give a judge prompt a draft with its newest text, unless it has one, so that Compose shows it."""
        if self._store.draft(prompt.uid) is not None:
            return prompt
        version = self._store.judges.newest(prompt.uid)
        cases = self._store.packs.cases(prompt.uid)
        first = ValueSet(cases[0].uid, cases[0].name, cases[0].values, ticked=True) if cases else None
        judge = self._store.tests.settings(prompt.owner_uid).judge.lane
        draft = Draft(
            version.content,
            () if first is None else first.values,
            FIRST_DRAFT.lanes if judge is None else (replace(judge, slot=self._new_uid()),),
            version.number,
            () if first is None else (first,),
            "" if first is None else first.uid,
        )
        self._store.save_draft(prompt.uid, draft, self._now()).result(_STORED_WITHIN_S)
        return prompt

    def improve(self, owner_uid: str, run: SuiteRun, check: LabelledCheck) -> JudgeToImprove:
        """Make cases of the answers that the judge and the person see differently, and let those made before follow
        labels that were changed since. Raises RefusedError, StoreError.
        """
        judges = self._store.judges
        rows = [
            row
            for column in run.columns
            for row in judges.answers(run.uid, run.scoring_uid, check.check_hash, column.position)
        ]
        differing = [row for row in rows if _differs(row)]
        if not differing:
            raise RefusedError(self._none_differ(owner_uid, run, check, rows))
        prompt = self.ensure(owner_uid, check.check)
        there = {case.values: case for case in self._store.packs.cases(prompt.uid)}
        new: list[Case] = []
        known = set[_Values]()
        is_cut = False
        for row in differing:
            values = judges.given_values(run.scoring_uid, row.key, check.check_hash)
            if not values or values in known:
                continue
            if is_cut := len(known) == MOST_CASES:
                break
            known.add(values)
            if values in there:
                self._follow(prompt.uid, there[values], check.check, row)
            else:
                new.append(self._case(run, check.check, row, values))
        others = {values: case for values, case in there.items() if values not in known}
        followed = self._follow_labels(prompt.uid, run, check, [row for row in rows if not _differs(row)], others)
        if new:
            self._store.packs.append_cases(prompt.uid, new).result(_STORED_WITHIN_S)
        self._set_up(prompt.uid, run)
        self.prepare(prompt)
        return JudgeToImprove(prompt, len(known), len(new), len(differing), is_cut, followed)

    def _none_differ(self, owner_uid: str, run: SuiteRun, check: LabelledCheck, rows: list[JudgedAnswerRow]) -> str:
        """Let cases that were made before follow the labels, and return the sentence that nothing is to improve."""
        kind = PROMPT_TYPES.get(check.check.type)
        uid = None if kind is None or check.check.rubric_prompt else self._store.judges.judge_prompt(owner_uid, kind)
        there = {} if uid is None else {case.values: case for case in self._store.packs.cases(uid)}
        changed = 0 if uid is None else self._follow_labels(uid, run, check, rows, there)
        return f"{NONE_DIFFER} {followed_words(changed)}".strip()

    def _follow_labels(
        self,
        prompt_uid: str,
        run: SuiteRun,
        check: LabelledCheck,
        rows: list[JudgedAnswerRow],
        there: dict[_Values, Case],
    ) -> int:
        """Let each case follow the label of its answer; return how many were changed. The first labelled answer counts
        where several have the same values.
        """
        of_case: dict[_Values, JudgedAnswerRow] = {}
        for row in sorted(rows, key=lambda row: row.label not in _SAID) if there else ():
            values = self._store.judges.given_values(run.scoring_uid, row.key, check.check_hash)
            if values in there:
                of_case.setdefault(values, row)
        return sum(self._follow(prompt_uid, there[values], check.check, row) for values, row in of_case.items())

    def _follow(self, prompt_uid: str, case: Case, check: Check, row: JudgedAnswerRow) -> bool:
        """Give a case the check of the label of now, and return whether it had another. A check that the person wrote
        stays. Without a label nothing is expected.
        """
        made = [(expected_verdict(check, is_pass=is_pass),) for is_pass in (True, False)]
        wanted = (expected_verdict(check, is_pass=row.label == "pass"),) if row.label in _SAID else ()
        if case.checks == wanted or (case.checks and case.checks not in made):
            return False
        tags = tuple(tag for tag in case.tags if not tag.startswith(_TAG))
        if not wanted and len(tags) == len(case.tags):
            return False
        changed = replace(case, checks=wanted, tags=(*_tags(row), *tags), notes=_notes(row))
        self._store.packs.change_case(prompt_uid, changed).result(_STORED_WITHIN_S)
        return True

    def _case(self, run: SuiteRun, check: Check, row: JudgedAnswerRow, values: tuple[tuple[str, str], ...]) -> Case:
        name = self._store.tests.case(run.uid, row.key.case).name or f"Case {row.key.case + 1}"
        return Case(
            self._new_uid(),
            f"{name}, column {row.key.column + 1}",
            values,
            (expected_verdict(check, is_pass=row.label == "pass"),),
            tags=_tags(row),
            cluster=name,
            notes=_notes(row),
        )

    def _set_up(self, prompt_uid: str, run: SuiteRun) -> None:
        """Let the judge prompt be tested on the models that judged, unless columns are chosen."""
        settings = self._store.tests.settings(prompt_uid)
        if settings.columns:
            return
        lanes = dict.fromkeys(
            (judge.lane.endpoint, judge.lane.model)
            for judge in self._store.judges.judges(run.scoring_uid)
            if judge.prompt_uid == prompt_uid
        )
        columns = tuple(Lane(self._new_uid(), *place) for place in lanes)
        if columns:
            changed = replace(settings, columns=columns)
            self._store.tests.save_settings(prompt_uid, changed, self._now()).result(_STORED_WITHIN_S)


def followed_words(cases: int) -> str:
    """Return the sentence that says how many earlier cases of the judge prompt were changed, "" for none."""
    if not cases:
        return ""
    return f"{counted(cases, 'earlier case')} now {'follows' if cases == 1 else 'follow'} your changed labels."


def _differs(row: JudgedAnswerRow) -> bool:
    return row.label in _SAID and row.verdict != row.label


def _tags(row: JudgedAnswerRow) -> tuple[str, ...]:
    return (f"{_TAG}{row.label}",) if row.label in _SAID else ()


def _notes(row: JudgedAnswerRow) -> str:
    if row.label in _SAID:
        return f"The judge said {row.verdict}, you said {row.label}."
    return f"The judge said {row.verdict}. You took back what you said of this answer."


def expected_verdict(check: Check, *, is_pass: bool) -> Check:
    """Return the check of a judge's reply that holds if its verdict is that of the person."""
    holds = is_pass != check.negated
    wanted: dict[str, Any]
    match PROMPT_TYPES.get(check.type):
        case "factuality":
            wanted = {"category": {"enum": _categories(check, holds=holds)}}
        case "model-graded-closedqa":
            wanted = {"verdict": {"const": "Y" if holds else "N"}}
        case "select-best":
            raise RefusedError("Comparisons with the baseline have no labels.")
        case "answer-relevance":
            raise RefusedError("The verdict of this check comes from an embedding model, not from the judge's reply.")
        case _:
            wanted = {"pass": {"const": holds}}
    schema = {"type": "object", "properties": wanted, "required": list(wanted)}
    return Check("contains-json", value=json_text(schema))


def _categories(check: Check, *, holds: bool) -> list[str]:
    from workbench.core.checks.check_result import UnscoredError
    from workbench.core.judging.graded_checks import category_scores

    try:
        scores = category_scores(check)
    except UnscoredError as error:
        raise RefusedError(str(error)) from error
    return [category for category in _CATEGORIES if (scores[category] > 0) == holds]  # type: ignore[index] # all of them
