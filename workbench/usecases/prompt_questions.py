"""Questions about a prompt to one model: what asking for a better version and asking for cases have in common.

Invariant: the question is recorded before it is sent, like every run, and refers to a version of the prompt. Lane and
instructions of the last question of a kind are kept apart from those of other kinds.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from workbench.core.cases import Case
from workbench.core.content import Content
from workbench.core.improvement import EarlierImprovement, RecentAnswer
from workbench.core.lanes import Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Result, RunKind, RunSet
from workbench.host.dirs import resource
from workbench.store import Store
from workbench.store.records import LaneStart, OutputStart, RunStart
from workbench.usecases.lane_calls import LaneQuestion
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner, RunOwner

T = TypeVar("T")

NO_INSTRUCTIONS = "The instructions to the model are empty. Write some, or use the default ones."


@dataclass(frozen=True, slots=True)
class PromptQuestion:
    """A question about a prompt: its uid and text, the version that the text is based on, the lane to ask, and the
    instructions."""

    prompt_uid: str
    content: Content
    based_on: int | None
    lane: Lane
    instructions: str

    @property
    def has_text(self) -> bool:
        """Whether the prompt has any text."""
        return any(message.text.strip() for message in self.content.messages)


@dataclass(frozen=True, slots=True)
class QuestionDefaults:
    """What a question starts from: the lane (None before the first one) and the instructions used last.

    `shipped` are the instructions that come with the product, `answers` and `cases` those that the model can be shown,
    and `earlier` the questions of this kind about the prompt, newest first.
    """

    lane: Lane | None
    instructions: str
    shipped: str
    answers: tuple[RecentAnswer, ...]
    earlier: tuple[EarlierImprovement, ...]
    cases: tuple[Case, ...] = ()


class PromptQuestions(ABC):
    """Asks questions of one kind and reads earlier ones. Database reads block; use them on worker threads."""

    def __init__(self, store: Store, runner: Runner, kind: RunKind, shipped: tuple[str, str]) -> None:
        """`shipped` is the resource with the instructions that come with the product."""
        self._store, self._runner, self._shipped = store, runner, shipped
        self.kind: RunKind = kind

    @abstractmethod
    def known(self, prompt_uid: str) -> QuestionDefaults:
        """Return what a question about a prompt starts from."""

    def stop(self, handle: RunHandle) -> None:
        """Stop a streaming answer; its text is kept."""
        self._runner.stop(handle.output_uids[0])

    def earlier(self, prompt_uid: str) -> tuple[EarlierImprovement, ...]:
        """Return the earlier questions of this kind about a prompt, newest first."""
        return tuple(self._store.improvements(prompt_uid, kind=self.kind))

    def remember(self, lane: Lane, instructions: str) -> tuple[Future[None], ...]:
        """Save the lane and the instructions; "" stands for the shipped instructions."""
        return (
            self._store.set_meta(f"{self.kind}_lane", json.dumps(lane.to_json())),
            self._store.set_meta(f"{self.kind}_instructions", instructions),
        )

    def _defaults(
        self, prompt_uid: str, answers: Iterable[RecentAnswer], cases: Iterable[Case] = ()
    ) -> QuestionDefaults:
        shipped = resource(*self._shipped).read_text("utf-8").strip()
        used = self._store.get_meta(f"{self.kind}_instructions") or shipped
        return QuestionDefaults(
            self._last_lane(), used, shipped, tuple(answers), self.earlier(prompt_uid), tuple(cases)
        )

    def _send(self, wanted: PromptQuestion, rendered: RenderedRequest, recorded: Mapping[str, str]) -> RunHandle:
        """Start the run of a question; `recorded` is what `_recorded` reads again."""
        given = RunSet("", "", tuple(recorded.items()))
        return self._runner.start_aside(
            wanted.prompt_uid,
            (LaneQuestion(wanted.lane, rendered),),
            lambda handle, owner: self._start(wanted, given, handle, owner),
        )

    def _recorded(self, run_uid: str, read: Callable[[Mapping[str, str]], T]) -> tuple[T, Lane, Result]:
        """Return what `read` makes of the values recorded with an earlier question, its lane and its answer.

        `read` raises KeyError or ValueError for values that this release cannot read, which becomes a RefusedError.
        """
        detail = self._store.iteration_detail(run_uid)
        try:
            values = read(dict(detail.sets[0].values))
        except (KeyError, ValueError) as error:
            raise RefusedError(
                "Another release recorded this proposal in a way that cannot be shown here. Ask again, or open it with "
                "that release.",
                f"{type(error).__name__}: {error}",
            ) from error
        return values, detail.lanes[0].lane, detail.outputs[-1].result

    def _last_lane(self) -> Lane | None:
        try:
            return Lane.from_json(json.loads(self._store.get_meta(f"{self.kind}_lane") or "null"))
        except ValueError:
            # No question yet, or another release stored it differently: the person chooses again.
            return None

    def _start(self, wanted: PromptQuestion, given: RunSet, handle: RunHandle, owner: RunOwner) -> RunStart:
        version = self._store.version_meant(wanted.prompt_uid, wanted.content, wanted.based_on)
        (transcript,) = handle.transcripts
        lane = Lane(self.kind, wanted.lane.endpoint, wanted.lane.model, wanted.lane.params, version)
        return RunStart(
            uid=handle.run_uid,
            kind=self.kind,
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
