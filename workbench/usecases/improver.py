"""Asking a model for a better version of a prompt.

Invariant: nothing in the prompt changes here, and values of variables leave this computer only within answers that the
person chose to include. The request is recorded before it is sent, like every run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.core import content as contents
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.improvement import Proposal, RecentAnswer, propose, question, read_answer
from workbench.core.lanes import Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Result
from workbench.store import Store
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompt_questions import NO_INSTRUCTIONS, PromptQuestion, PromptQuestions, QuestionDefaults
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner
from workbench.usecases.testing.holdout import answers_outside


@dataclass(frozen=True, slots=True)
class ImprovementRequest(PromptQuestion):
    """A request for an improvement, with feedback and the answers that the model sees."""

    feedback: str = ""
    answers: tuple[RecentAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """An earlier request with its answer; `tag` encloses the messages in the answer."""

    base: Content
    tag: str
    feedback: str
    lane: Lane
    result: Result


class Improver(PromptQuestions):
    """Requests improvements and reads earlier ones. Database reads block; use them on worker threads."""

    def __init__(self, store: Store, runner: Runner) -> None:
        super().__init__(store, runner, "improve", ("improve", "instructions.txt"))

    def ask(self, wanted: ImprovementRequest) -> tuple[RunHandle, str]:
        """Start a request; return its run and the tag that encloses the messages in the answer. Raises RefusedError."""
        if not wanted.has_text:
            raise RefusedError("There is no text to improve yet. Write a message, then ask.")
        if not wanted.instructions.strip():
            raise RefusedError(NO_INSTRUCTIONS)
        messages, tag = _messages(wanted)
        recorded = {
            "base": json.dumps(contents.to_json(wanted.content), ensure_ascii=False),
            "tag": tag,
            "feedback": wanted.feedback,
            "answers": json.dumps([answer.uid for answer in wanted.answers]),
        }
        return self._send(wanted, RenderedRequest(messages), recorded), tag

    def known(self, prompt_uid: str) -> QuestionDefaults:
        """Return the initial values of an improvement of a prompt."""
        return self._defaults(prompt_uid, answers_outside(self._store, prompt_uid))

    def past(self, run_uid: str) -> PastQuestion:
        """Return an earlier request with its answer. Raises RefusedError for one that this release cannot read."""
        (base, tag, feedback), lane, result = self._recorded(run_uid, _base_tag_and_feedback)
        return PastQuestion(base, tag, feedback, lane, result)


def as_draft(wanted: ImprovementRequest) -> Draft:
    """Return a request as a draft, to forecast its cost."""
    return Draft(Content(_messages(wanted)[0]), lanes=(wanted.lane,))


def _messages(wanted: ImprovementRequest) -> tuple[tuple[Message, ...], str]:
    text, tag = question(wanted.content, wanted.feedback, wanted.answers)
    return (Message("system", wanted.instructions), Message("user", text)), tag


def _base_tag_and_feedback(values: Mapping[str, str]) -> tuple[Content, str, str]:
    return contents.from_json(json.loads(values["base"])), values["tag"], values["feedback"]


def proposal_of(content: Content, text: str, tag: str) -> Proposal:
    """Return the proposal in an answer to a text; takes up to seconds for long ones. Raises AnswerError."""
    return propose(content, read_answer(text, tag))
