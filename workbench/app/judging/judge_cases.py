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
NONE_DIFFER = "The judge and your labels agree about every answer that you labelled. Label more answers first."


@dataclass(frozen=True, slots=True)
class JudgeToImprove:
    """A judge prompt with answers as its cases: `cases` different ones, of which `added` are new. `answers` were seen
    differently; `is_cut` says that there are more different ones than cases.
    """

    prompt: JudgePrompt
    cases: int
    added: int
    answers: int
    is_cut: bool = False

    @property
    def sentence(self) -> str:
        """What to do next, and what was prepared; where it is cut off, the next step is read."""
        said = counted(self.cases, "answer")
        if self.cases != self.answers:
            first = "the first " if self.is_cut else ""
            said = f"{first}{counted(self.cases, 'different answer')} of {self.answers:,}"
        return f"Edit the text, then test it: {said} on which you and the judge disagree, with your labels as checks."


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
        """Make cases of the answers that the judge and the person see differently. Raises RefusedError, StoreError."""
        judges = self._store.judges
        differing = [
            row
            for column in run.columns
            for row in judges.answers(run.uid, run.scoring_uid, check.check_hash, column.position)
            if row.label in ("pass", "fail") and row.verdict != row.label
        ]
        if not differing:
            raise RefusedError(NONE_DIFFER)
        prompt = self.ensure(owner_uid, check.check)
        there = {case.values: case for case in self._store.packs.cases(prompt.uid)}
        new: list[Case] = []
        known = set[tuple[tuple[str, str], ...]]()
        is_cut = False
        for row in differing:
            values = judges.given_values(run.scoring_uid, row.key, check.check_hash)
            if not values or values in known:
                continue
            if is_cut := len(known) == MOST_CASES:
                break
            known.add(values)
            case = self._case(run, check.check, row, values)
            if values not in there:
                new.append(case)
            elif there[values].checks != case.checks:
                changed = replace(there[values], checks=case.checks, notes=case.notes)
                self._store.packs.change_case(prompt.uid, changed).result(_STORED_WITHIN_S)
        if new:
            self._store.packs.append_cases(prompt.uid, new).result(_STORED_WITHIN_S)
        self._set_up(prompt.uid, run)
        self.prepare(prompt)
        return JudgeToImprove(prompt, len(known), len(new), len(differing), is_cut)

    def _case(self, run: SuiteRun, check: Check, row: JudgedAnswerRow, values: tuple[tuple[str, str], ...]) -> Case:
        name = self._store.tests.case(run.uid, row.key.case).name or f"Case {row.key.case + 1}"
        return Case(
            self._new_uid(),
            f"{name}, column {row.key.column + 1}",
            values,
            (expected_verdict(check, is_pass=row.label == "pass"),),
            tags=(f"you: {row.label}",),
            cluster=name,
            notes=f"The judge said {row.verdict}, you said {row.label}.",
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
