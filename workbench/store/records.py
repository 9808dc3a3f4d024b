"""What callers pass to the history when a run starts, and what they get back.

Invariant: ids and times come from the caller; the history makes neither for rows that callers name.
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
    """A call that is about to be made; `sample` and `value_set` (its position in the run) count from 0."""

    uid: str
    sample: int = 0
    value_set: int = 0


@dataclass(frozen=True, slots=True)
class LaneStart:
    """A lane of a run; `position` counts from 0, from the left."""

    uid: str
    lane: Lane
    position: int
    outputs: tuple[OutputStart, ...]


@dataclass(frozen=True, slots=True)
class RunStart:
    """Everything known about a run before anything is sent.

    `based_on` is the number of the version that the text started from. `content` is the current text, required if any
    lane is not pinned; `version_uid` is the uid of its version if that is new. `sets` are the value sets of the run, at
    least one. `beside` are the lanes that show earlier answers meanwhile. `techniques` were inserted into the text
    since the version it is based on.
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
    """A version of a prompt that is being created, with a note about its purpose."""

    uid: str
    content: Content
    note: str = ""


@dataclass(frozen=True, slots=True)
class WholePrompt:
    """A prompt added as a whole: versions oldest first, draft, and the meta key `fact` that stores its uid."""

    uid: str
    name: str
    versions: tuple[FirstVersion, ...]
    draft: Draft
    fact: str


@dataclass(frozen=True, slots=True)
class PartialText:
    """A chunk of an output's text or reasoning in its current round, from character `at` on."""

    output_uid: str
    kind: Literal["text", "reasoning"]
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class PartialCall:
    """A chunk of the arguments of tool call `number` (from 0) in the current round, from character `at` on."""

    output_uid: str
    number: int
    name: str
    call_id: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class PartialRounds:
    """Finished rounds with tool calls: their steps, after `first` earlier ones. A new round follows."""

    output_uid: str
    first: int
    steps: tuple[AnswerStep, ...]


Partial = PartialText | PartialCall | PartialRounds
"""What an output produced since it was last saved."""


@dataclass(frozen=True, slots=True)
class RunBegun:
    """The stored run; `version_number` is None if every lane is pinned, `lane_versions` follow the lanes.

    `version_name` is what people call the current text's version; that of the first lane if every lane is pinned.
    """

    run_uid: str
    number: int
    version_number: int | None
    lane_versions: tuple[int, ...]
    change: Change = field(default_factory=Change)
    version_name: str = ""


@dataclass(frozen=True, slots=True)
class RecoveredOutputs:
    """What dead processes left unfinished: the number of outputs, and of the runs they belong to."""

    outputs: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class DraftLane:
    """A lane in the draft of a prompt that is neither archived nor deleted."""

    prompt_uid: str
    prompt_name: str
    slot: str
    endpoint: str
    model: str
