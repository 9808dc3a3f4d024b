"""Asking a model for a better version of a prompt.

Invariant: nothing in the prompt changes here, and values of variables leave this computer only within answers that the
person chose to include. The request is recorded before it is sent, like every run.
"""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core import content as contents
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.improvement import EarlierImprovement, Proposal, RecentAnswer, propose, question, read_answer
from workbench.core.lanes import Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Result, RunSet
from workbench.host.dirs import resource
from workbench.store import Store
from workbench.store.records import LaneStart, OutputStart, RunStart
from workbench.usecases.lane_calls import LaneQuestion
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner, RunOwner
from workbench.usecases.testing.holdout import held_out_values

_SLOT = "improve"
_LANE, _INSTRUCTIONS = "improve_lane", "improve_instructions"
_FIELDS = ("base", "tag", "feedback", "answers")


@dataclass(frozen=True, slots=True)
class ImprovementRequest:
    """A request for an improvement: prompt and text, the lane to ask, instructions, feedback and answers."""

    prompt_uid: str
    content: Content
    based_on: int | None
    lane: Lane
    instructions: str
    feedback: str = ""
    answers: tuple[RecentAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class ImprovementDefaults:
    """Initial values of an improvement: the lane (None before the first one) and the instructions used last.

    `shipped` are the instructions that come with the product.
    """

    lane: Lane | None
    instructions: str
    shipped: str
    answers: tuple[RecentAnswer, ...]
    earlier: tuple[EarlierImprovement, ...]


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """An earlier request with its answer; `tag` encloses the messages in the answer."""

    base: Content
    tag: str
    feedback: str
    lane: Lane
    result: Result


class Improver:
    """Requests improvements and reads earlier ones. Database reads block; use them on worker threads."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store, self._runner = store, runner

    def ask(self, wanted: ImprovementRequest) -> tuple[RunHandle, str]:
        """Start a request; return its run and the tag that encloses the messages in the answer. Raises RefusedError."""
        if not any(message.text.strip() for message in wanted.content.messages):
            raise RefusedError("There is no text to improve yet. Write a message, then ask.")
        if not wanted.instructions.strip():
            raise RefusedError("The instructions to the model are empty. Write some, or use the default ones.")
        messages, tag = _messages(wanted)
        rendered = RenderedRequest(messages)
        values = (
            json.dumps(contents.to_json(wanted.content), ensure_ascii=False),
            tag,
            wanted.feedback,
            json.dumps([answer.uid for answer in wanted.answers]),
        )
        given = RunSet("", "", tuple(zip(_FIELDS, values, strict=True)))
        handle = self._runner.start_aside(
            wanted.prompt_uid,
            LaneQuestion(wanted.lane, rendered),
            lambda handle, owner: self._start(wanted, given, handle, owner),
        )
        return handle, tag

    def stop(self, handle: RunHandle) -> None:
        """Stop a streaming answer; its text is kept."""
        self._runner.stop(handle.output_uids[0])

    def known(self, prompt_uid: str) -> ImprovementDefaults:
        """Return the initial values of an improvement of a prompt."""
        shipped = resource("improve", "instructions.txt").read_text("utf-8").strip()
        held = held_out_values(self._store, prompt_uid)
        return ImprovementDefaults(
            self._last_lane(),
            self._store.get_meta(_INSTRUCTIONS) or shipped,
            shipped,
            tuple(one for one in self._store.recent_answers(prompt_uid) if frozenset(one.values) not in held),
            self.earlier(prompt_uid),
        )

    def earlier(self, prompt_uid: str) -> tuple[EarlierImprovement, ...]:
        """Return the earlier improvements of a prompt, newest first."""
        return tuple(self._store.improvements(prompt_uid))

    def past(self, run_uid: str) -> PastQuestion:
        """Return an earlier request with its answer. Raises RefusedError for one that this release cannot read."""
        detail = self._store.iteration_detail(run_uid)
        values = dict(detail.sets[0].values)
        try:
            base = contents.from_json(json.loads(values["base"]))
            tag, feedback = values["tag"], values["feedback"]
        except (KeyError, ValueError) as error:
            raise RefusedError(
                "Another release recorded this proposal in a way that cannot be shown here. Ask again, or open it with "
                "that release.",
                f"{type(error).__name__}: {error}",
            ) from error
        return PastQuestion(base, tag, feedback, detail.lanes[0].lane, detail.outputs[-1].result)

    def remember(self, lane: Lane, instructions: str) -> tuple[Future[None], ...]:
        """Save the lane and the instructions; "" stands for the shipped instructions."""
        return (
            self._store.set_meta(_LANE, json.dumps(lane.to_json())),
            self._store.set_meta(_INSTRUCTIONS, instructions),
        )

    def _last_lane(self) -> Lane | None:
        try:
            return Lane.from_json(json.loads(self._store.get_meta(_LANE) or "null"))
        except ValueError:
            # No request yet, or another release stored it differently: the person chooses again.
            return None

    def _start(self, wanted: ImprovementRequest, given: RunSet, handle: RunHandle, owner: RunOwner) -> RunStart:
        version = self._store.version_meant(wanted.prompt_uid, wanted.content, wanted.based_on)
        (transcript,) = handle.transcripts
        lane = Lane(_SLOT, wanted.lane.endpoint, wanted.lane.model, wanted.lane.params, version)
        return RunStart(
            uid=handle.run_uid,
            kind="improve",
            prompt_uid=wanted.prompt_uid,
            owner_uid=owner.uid,
            started_at=owner.now(),
            based_on=version,
            # Only a prompt without versions gets one, because a run must refer to a version.
            content=wanted.content if version is None else None,
            version_uid=owner.new_uid(),
            sets=(given,),
            lanes=(LaneStart(owner.new_uid(), lane, 0, (OutputStart(transcript.uid),)),),
        )


def as_draft(wanted: ImprovementRequest) -> Draft:
    """Return a request as a draft, to forecast its cost."""
    return Draft(Content(_messages(wanted)[0]), lanes=(wanted.lane,))


def _messages(wanted: ImprovementRequest) -> tuple[tuple[Message, ...], str]:
    text, tag = question(wanted.content, wanted.feedback, wanted.answers)
    return (Message("system", wanted.instructions), Message("user", text)), tag


def proposal_of(content: Content, text: str, tag: str) -> Proposal:
    """Return the proposal in an answer to a text; takes up to seconds for long ones. Raises AnswerError."""
    return propose(content, read_answer(text, tag))
