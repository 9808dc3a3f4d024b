"""What callers hand to the history when a run starts, and what they get back.

Invariant: identities and times come from the caller; the history makes neither for rows that callers name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.core.changes import Change
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import AnswerStep, BesideLane, RunKind, RunSet

if TYPE_CHECKING:
    from workbench.core.technique_marks import TechniqueMark


@dataclass(frozen=True, slots=True)
class OutputStart:
    """One call that is about to be made; `sample` and `value_set` (its place in the run) count from 0."""

    uid: str
    sample: int = 0
    value_set: int = 0


@dataclass(frozen=True, slots=True)
class LaneStart:
    """A lane of a run; `position` is its place from the left, from 0."""

    uid: str
    lane: Lane
    position: int
    outputs: tuple[OutputStart, ...]


@dataclass(frozen=True, slots=True)
class RunStart:
    """Everything that is known before anything is sent.

    `based_on` is the version number the text started from. `content` is the current text, needed if any lane is not
    pinned; `version_uid` names the version that it becomes if it is new. `sets` are the value sets that the run goes
    through, at least one. `beside` are the lanes that show earlier answers meanwhile. `techniques` were inserted into
    the text since the version that it is based on.
    """

    uid: str
    kind: RunKind
    prompt_uid: str
    owner_uid: str
    started_at: str
    based_on: int | None
    content: Content | None
    version_uid: str
    sets: tuple[RunSet, ...]
    lanes: tuple[LaneStart, ...]
    note: str = ""
    blind: bool = False
    beside: tuple[BesideLane, ...] = ()
    techniques: tuple[TechniqueMark, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstVersion:
    """A version of a prompt that is just being made, with a note on what it is about."""

    uid: str
    content: Content
    note: str = ""


@dataclass(frozen=True, slots=True)
class WholePrompt:
    """A prompt that comes whole or not at all: versions oldest first, draft, and the small fact that names it."""

    uid: str
    name: str
    versions: tuple[FirstVersion, ...]
    draft: Draft
    fact: str


@dataclass(frozen=True, slots=True)
class PartialText:
    """A piece of what an output says or thinks in its present round, from its character `at` on."""

    output_uid: str
    kind: Literal["text", "reasoning"]
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class PartialCall:
    """A piece of the arguments of tool call `number` (from 0) of the present round, from their character `at` on."""

    output_uid: str
    number: int
    name: str
    call_id: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class PartialRounds:
    """Rounds with tools that are over: their steps, of which `first` came before. What follows begins anew."""

    output_uid: str
    first: int
    steps: tuple[AnswerStep, ...]


Partial = PartialText | PartialCall | PartialRounds
"""What an output said since it was saved last."""


@dataclass(frozen=True, slots=True)
class RunBegun:
    """Where the run landed; `version_number` is None if every lane is pinned, `lane_versions` follow the lanes."""

    run_uid: str
    number: int
    version_number: int | None
    lane_versions: tuple[int, ...]
    change: Change = field(default_factory=Change)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How much was left unfinished by processes that died: outputs, and the runs they belong to."""

    outputs: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class DraftLane:
    """A lane of the draft of a prompt that is in use: neither archived nor deleted."""

    prompt_uid: str
    prompt_name: str
    slot: str
    endpoint: str
    model: str
