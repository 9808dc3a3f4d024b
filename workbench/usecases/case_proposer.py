"""Asking a model for further cases of a prompt.

Invariant: nothing is added to the prompt here. Only the cases and answers that the person ticked leave this computer,
and never a case of the hold-out, nor an answer to its values. The request is recorded before it is sent, like every
run.
"""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core.blocks import OutputFormat
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.improvement import EarlierImprovement, RecentAnswer
from workbench.core.lanes import BUILTIN, Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Result, RunSet
from workbench.core.templates import content_variables
from workbench.core.testing.case_identity import asked_values
from workbench.core.testing.case_proposals import (
    MOST_SHOWN,
    MOST_WANTED,
    ProposedCases,
    answer_format,
    read_cases,
    request_text,
)
from workbench.host.dirs import resource
from workbench.store import Store
from workbench.store.records import LaneStart, OutputStart, RunStart
from workbench.usecases.lane_calls import LaneQuestion
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner, RunOwner

_SLOT = "propose"
_LANE, _INSTRUCTIONS = "propose_lane", "propose_instructions"
_FIELDS = ("count", "wish", "variables", "cases", "answers")
_NO_VARIABLES = (
    "This prompt has no variables, so its cases could not differ. Put one where the input goes, such as {{question}}, "
    "then ask."
)


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """A request for `count` cases: prompt and text, the lane to ask, instructions, and what to cover.

    `shown` are the cases and `answers` the answers that the model sees.
    """

    prompt_uid: str
    content: Content
    based_on: int | None
    lane: Lane
    instructions: str
    count: int = 10
    wish: str = ""
    shown: tuple[Case, ...] = ()
    answers: tuple[RecentAnswer, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that each case gives a value."""
        return tuple(content_variables(self.content))


@dataclass(frozen=True, slots=True)
class ProposerDefaults:
    """What a request starts from: the lane (None before the first one), the instructions used last, the shipped ones,
    what can be shown to the model, and earlier requests, newest first. `cases` are those outside the hold-out."""

    lane: Lane | None
    instructions: str
    shipped: str
    cases: tuple[Case, ...]
    answers: tuple[RecentAnswer, ...]
    earlier: tuple[EarlierImprovement, ...]


@dataclass(frozen=True, slots=True)
class PastCaseRequest:
    """An earlier request with its answer."""

    variables: tuple[str, ...]
    wish: str
    lane: Lane
    result: Result


class CaseProposer:
    """Requests cases and reads earlier answers. Database reads block; use them on worker threads."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store, self._runner = store, runner

    def ask(self, wanted: CaseRequest) -> RunHandle:
        """Start a request, and return its run. Raises RefusedError."""
        if refusal := _refusal(wanted):
            raise RefusedError(refusal)
        rendered = RenderedRequest(_messages(wanted), _format(wanted))
        values = (
            str(wanted.count),
            wanted.wish,
            json.dumps(wanted.variables, ensure_ascii=False),
            json.dumps([case.uid for case in wanted.shown]),
            json.dumps([answer.uid for answer in wanted.answers]),
        )
        given = RunSet("", "", tuple(zip(_FIELDS, values, strict=True)))
        return self._runner.start_aside(
            wanted.prompt_uid,
            LaneQuestion(wanted.lane, rendered),
            lambda handle, owner: self._start(wanted, given, handle, owner),
        )

    def stop(self, handle: RunHandle) -> None:
        """Stop a streaming answer; its text is kept."""
        self._runner.stop(handle.output_uids[0])

    def known(self, prompt_uid: str) -> ProposerDefaults:
        """Return what a request for a prompt starts from."""
        shipped = resource("cases", "propose.txt").read_text("utf-8").strip()
        cases = self._store.packs.cases(prompt_uid)
        hidden = {asked_values(case) for case in cases if case.held_out}
        return ProposerDefaults(
            self._last_lane(),
            self._store.get_meta(_INSTRUCTIONS) or shipped,
            shipped,
            tuple(case for case in cases if not case.held_out),
            tuple(one for one in self._store.recent_answers(prompt_uid) if asked_values(_asked(one)) not in hidden),
            self.earlier(prompt_uid),
        )

    def earlier(self, prompt_uid: str) -> tuple[EarlierImprovement, ...]:
        """Return the earlier requests for cases of a prompt, newest first."""
        return tuple(self._store.improvements(prompt_uid, kind="propose"))

    def past(self, run_uid: str) -> PastCaseRequest:
        """Return an earlier request with its answer. Raises RefusedError for one that this release cannot read."""
        detail = self._store.iteration_detail(run_uid)
        values = dict(detail.sets[0].values)
        try:
            variables = json.loads(values["variables"])
            if not isinstance(variables, list) or not all(isinstance(one, str) for one in variables):
                raise ValueError("the variables are not a list of names")
            wish = values["wish"]
        except (KeyError, ValueError) as error:
            raise RefusedError(
                "Another release recorded this proposal in a way that cannot be shown here. Ask again, or open it with "
                "that release.",
                f"{type(error).__name__}: {error}",
            ) from error
        return PastCaseRequest(tuple(variables), wish, detail.lanes[0].lane, detail.outputs[-1].result)

    def read(self, prompt_uid: str, result: Result, variables: tuple[str, ...]) -> ProposedCases:
        """Return the cases in an answer; those that the prompt has are marked. Raises CaseProposalError, StoreError."""
        known = self._store.packs.cases(prompt_uid)
        return read_cases(result.text, variables, known, is_cut=result.finish_reason == "length")

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

    def _start(self, wanted: CaseRequest, given: RunSet, handle: RunHandle, owner: RunOwner) -> RunStart:
        version = self._store.version_meant(wanted.prompt_uid, wanted.content, wanted.based_on)
        (transcript,) = handle.transcripts
        lane = Lane(_SLOT, wanted.lane.endpoint, wanted.lane.model, wanted.lane.params, version)
        return RunStart(
            uid=handle.run_uid,
            kind="propose",
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


def as_draft(wanted: CaseRequest) -> Draft:
    """Return a request as a draft, to forecast its cost."""
    return Draft(Content(_messages(wanted), output=_format(wanted)), lanes=(wanted.lane,))


def _format(wanted: CaseRequest) -> OutputFormat:
    """Return the form of the answer, with bounds for the built-in model."""
    return answer_format(wanted.variables, wanted.count if wanted.lane.endpoint == BUILTIN else 0)


def _refusal(wanted: CaseRequest) -> str:
    """Return why a request cannot be sent, "" if it can."""
    if not any(message.text.strip() for message in wanted.content.messages):
        return "There is no text to write cases for yet. Write a message with a variable, then ask."
    if not wanted.variables:
        return _NO_VARIABLES
    if not wanted.instructions.strip():
        return "The instructions to the model are empty. Write some, or use the default ones."
    if not 1 <= wanted.count <= MOST_WANTED:
        return f"Ask for 1 to {MOST_WANTED} cases at a time."
    if len(wanted.shown) > MOST_SHOWN:
        return f"{MOST_SHOWN} cases are the most that can be shown to the model. Untick some."
    return ""


def _messages(wanted: CaseRequest) -> tuple[Message, ...]:
    text = request_text(wanted.content, wanted.variables, wanted.count, wanted.wish, wanted.shown, wanted.answers)
    return Message("system", wanted.instructions), Message("user", text)


def _asked(answer: RecentAnswer) -> Case:
    return Case("", values=answer.values)
