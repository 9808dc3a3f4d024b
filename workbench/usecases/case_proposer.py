"""Asking a model for further cases of a prompt.

Invariant: nothing is added to the prompt here. Only the cases and answers that the person ticked leave this computer,
and never a case of the hold-out, nor an answer to its values. The request is recorded before it is sent, like every
run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.core.blocks import OutputFormat
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.improvement import RecentAnswer
from workbench.core.lanes import BUILTIN, Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Result
from workbench.core.templates import content_variables
from workbench.core.testing.case_proposals import (
    MOST_SHOWN,
    MOST_WANTED,
    ProposedCases,
    answer_format,
    read_cases,
    request_text,
)
from workbench.store import Store
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompt_questions import NO_INSTRUCTIONS, PromptQuestion, PromptQuestions, QuestionDefaults
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner
from workbench.usecases.testing.holdout import answers_outside

_NO_VARIABLES = (
    "This prompt has no variables, so its cases could not differ. Put one where the input goes, such as {{question}}, "
    "then ask."
)


@dataclass(frozen=True, slots=True)
class CaseRequest(PromptQuestion):
    """A request for `count` cases, and what they should cover.

    `shown` are the cases and `answers` the answers that the model sees.
    """

    count: int = 10
    wish: str = ""
    shown: tuple[Case, ...] = ()
    answers: tuple[RecentAnswer, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that each case gives a value."""
        return tuple(content_variables(self.content))


@dataclass(frozen=True, slots=True)
class PastCaseRequest:
    """An earlier request with its answer."""

    variables: tuple[str, ...]
    wish: str
    lane: Lane
    result: Result


class CaseProposer(PromptQuestions):
    """Requests cases and reads earlier answers. Database reads block; use them on worker threads."""

    def __init__(self, store: Store, runner: Runner) -> None:
        super().__init__(store, runner, "propose", ("cases", "propose.txt"))

    def ask(self, wanted: CaseRequest) -> RunHandle:
        """Start a request, and return its run. Raises RefusedError."""
        if refusal := _refusal(wanted):
            raise RefusedError(refusal)
        recorded = {
            "count": str(wanted.count),
            "wish": wanted.wish,
            "variables": json.dumps(wanted.variables, ensure_ascii=False),
            "cases": json.dumps([case.uid for case in wanted.shown]),
            "answers": json.dumps([answer.uid for answer in wanted.answers]),
        }
        return self._send(wanted, RenderedRequest(_messages(wanted), _format(wanted)), recorded)

    def known(self, prompt_uid: str) -> QuestionDefaults:
        """Return what a request for a prompt starts from; its cases are those outside the hold-out."""
        cases = self._store.packs.cases(prompt_uid)
        answers = answers_outside(self._store, prompt_uid)
        return self._defaults(prompt_uid, answers, (case for case in cases if not case.held_out))

    def past(self, run_uid: str) -> PastCaseRequest:
        """Return an earlier request with its answer. Raises RefusedError for one that this release cannot read."""
        (variables, wish), lane, result = self._recorded(run_uid, _variables_and_wish)
        return PastCaseRequest(variables, wish, lane, result)

    def read(self, prompt_uid: str, result: Result, variables: tuple[str, ...]) -> ProposedCases:
        """Return the cases in an answer; those that the prompt has are marked. Raises CaseProposalError, StoreError."""
        known = self._store.packs.cases(prompt_uid)
        return read_cases(result.text, variables, known, is_cut=result.finish_reason == "length")


def as_draft(wanted: CaseRequest) -> Draft:
    """Return a request as a draft, to forecast its cost."""
    return Draft(Content(_messages(wanted), output=_format(wanted)), lanes=(wanted.lane,))


def _format(wanted: CaseRequest) -> OutputFormat:
    """Return the form of the answer, with bounds for the built-in model."""
    return answer_format(wanted.variables, wanted.count if wanted.lane.endpoint == BUILTIN else 0)


def _refusal(wanted: CaseRequest) -> str:
    """Return why a request cannot be sent, "" if it can."""
    if not wanted.has_text:
        return "There is no text to write cases for yet. Write a message with a variable, then ask."
    if not wanted.variables:
        return _NO_VARIABLES
    if not wanted.instructions.strip():
        return NO_INSTRUCTIONS
    if not 1 <= wanted.count <= MOST_WANTED:
        return f"Ask for 1 to {MOST_WANTED} cases at a time."
    if len(wanted.shown) > MOST_SHOWN:
        return f"At most {MOST_SHOWN} cases can be shown to the model. Untick some."
    return ""


def _variables_and_wish(values: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    variables = json.loads(values["variables"])
    if not isinstance(variables, list) or not all(isinstance(one, str) for one in variables):
        raise ValueError("the variables are not a list of names")
    return tuple(variables), values["wish"]


def _messages(wanted: CaseRequest) -> tuple[Message, ...]:
    text = request_text(wanted.content, wanted.variables, wanted.count, wanted.wish, wanted.shown, wanted.answers)
    return Message("system", wanted.instructions), Message("user", text)
