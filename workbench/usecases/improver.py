"""Asking a model for a better version of a prompt.

Invariant: nothing of the prompt changes here, and no value of a variable leaves this computer but with an answer that
the person chose to show. The question is recorded before it is sent, as for every run.
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
from workbench.core.rendered_content import Rendered
from workbench.core.runs import Result, RunSet
from workbench.host.resources import resource
from workbench.store import Store
from workbench.store.records import LaneStart, OutputStart, RunStart
from workbench.usecases.lane_calls import LaneQuestion
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner, RunOwner

_SLOT = "improve"
_LANE, _INSTRUCTIONS = "improve_lane", "improve_instructions"
_FIELDS = ("base", "tag", "feedback", "answers")


@dataclass(frozen=True, slots=True)
class ImprovementRequest:
    """What is asked: about which text of which prompt, of whom, with which instructions, feedback and answers."""

    prompt_uid: str
    content: Content
    based_on: int | None
    lane: Lane
    instructions: str
    feedback: str = ""
    answers: tuple[RecentAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class ImprovementDefaults:
    """What the person finds when they ask: of whom was asked last (None: of nobody yet), with which instructions.

    `shipped` are the instructions that come with the product.
    """

    lane: Lane | None
    instructions: str
    shipped: str
    answers: tuple[RecentAnswer, ...]
    earlier: tuple[EarlierImprovement, ...]


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """An earlier question with its answer; `tag` is the one that its messages stand in."""

    base: Content
    tag: str
    feedback: str
    lane: Lane
    result: Result


class Improver:
    """Asks, and finds again what was asked. What reads the database blocks and belongs on worker threads."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store, self._runner = store, runner

    def ask(self, wanted: ImprovementRequest) -> tuple[RunHandle, str]:
        """Ask; return the run and the tag that the answer's messages stand in. Raises RefusedError."""
        if not any(message.text.strip() for message in wanted.content.messages):
            raise RefusedError("There is no text to improve yet. Write a message, then ask.")
        if not wanted.instructions.strip():
            raise RefusedError("The instructions to the model are empty. Write some, or take those of the product.")
        messages, tag = _messages(wanted)
        rendered = Rendered(messages)
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
        """Stop an answer that still comes; its text is kept."""
        self._runner.stop(handle.output_uids[0])

    def known(self, prompt_uid: str) -> ImprovementDefaults:
        """Return what the person finds when they ask about a prompt."""
        shipped = resource("improve", "instructions.txt").read_text("utf-8").strip()
        return ImprovementDefaults(
            self._last_lane(),
            self._store.get_meta(_INSTRUCTIONS) or shipped,
            shipped,
            tuple(self._store.recent_answers(prompt_uid)),
            self.earlier(prompt_uid),
        )

    def earlier(self, prompt_uid: str) -> tuple[EarlierImprovement, ...]:
        """Return what was asked about a prompt before, newest first."""
        return tuple(self._store.improvements(prompt_uid))

    def past(self, run_uid: str) -> PastQuestion:
        """Return an earlier question with its answer. Raises RefusedError for one that this release cannot read."""
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
        """Keep of whom was asked, and how; instructions of the product are kept as none of one's own."""
        return (
            self._store.set_meta(_LANE, json.dumps(lane.to_json())),
            self._store.set_meta(_INSTRUCTIONS, instructions),
        )

    def _last_lane(self) -> Lane | None:
        try:
            return Lane.from_json(json.loads(self._store.get_meta(_LANE) or "null"))
        except ValueError:
            # Nobody was asked yet, or another release remembers it differently: the person chooses again.
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
            # Only a prompt without any version gets one: a run says what it was about.
            content=wanted.content if version is None else None,
            version_uid=owner.new_uid(),
            sets=(given,),
            lanes=(LaneStart(owner.new_uid(), lane, 0, (OutputStart(transcript.uid),)),),
        )


def as_draft(wanted: ImprovementRequest) -> Draft:
    """Return the question as a draft, for the forecast of what it takes."""
    return Draft(Content(_messages(wanted)[0]), lanes=(wanted.lane,))


def _messages(wanted: ImprovementRequest) -> tuple[tuple[Message, ...], str]:
    text, tag = question(wanted.content, wanted.feedback, wanted.answers)
    return (Message("system", wanted.instructions), Message("user", text)), tag


def proposal_of(content: Content, text: str, tag: str) -> Proposal:
    """Return what an answer proposes for a text; takes up to seconds for long ones. Raises AnswerError."""
    return propose(content, read_answer(text, tag))
