"""What a lane's column shows, as values.

Invariant: a column shows nothing that is not in its `LaneHead` and `LaneStatus`; the text itself streams apart from
both, appended in pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from workbench.core.empty_answers import EmptyAnswer
from workbench.core.lanes import Params
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark, OutputState
from workbench.core.timeline import VersionLabel

if TYPE_CHECKING:
    from workbench.usecases.comparison import ComparedAnswer, ComparisonBase

ColumnState = Literal["idle"] | OutputState
Standing = Literal["", "winner", "tie", "bad"]


@dataclass(frozen=True, slots=True)
class LaneHead:
    """The settings of a lane. `number` counts from 1; `badge` is short ("built in", "echo", "ollama", "" for none).

    `versions` are what a lane can be pinned to, newest first; `pinned` is None for the current text.
    `model` is the full id (tooltip), `title` the short name. `read_only` columns show a past iteration.
    """

    slot: str
    number: int
    title: str
    model: str
    badge: str = ""
    pinned: int | None = None
    versions: tuple[VersionLabel, ...] = ()
    params: Params = field(default_factory=Params)
    read_only: bool = False
    place: str = ""
    """The kind of the endpoint that is set, "" when it was removed."""
    samples: int = 1
    baseline: bool = False
    answered_by: str = ""
    """What the shown answer ran with, when the lane was changed since; "" when the lane is as it ran."""
    warning: str = ""
    """"retired 2025-09-01" or the like, "" for nothing."""
    warning_reason: str = ""
    """The same as a sentence with the next step."""


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """How the shown output stands. `tokens_per_second` and `ttft_ms` are None until known.

    `cost` is ready to show ("free", "unknown", "$0.0004", "about $0.0012", "" before any call). `notice` is a passing
    remark ("retrying in 3 s: rate limited"). `attempt` of `attempts` count from 1; 0 when there was none.
    `has_wire` says whether a request can be shown. `version` is the version that the shown output ran, or None.
    `sample` of `samples` count from 1; 0 when the lane was asked once. `kept` is "" or the iteration that the answer is
    from when the lane had no part in the shown one ("iteration 12"); `other_values` says that it answered other values.
    """

    state: ColumnState = "idle"
    ttft_ms: int | None = None
    tokens_per_second: float | None = None
    usage: Usage = field(default_factory=Usage)
    cost: str = ""
    notice: str = ""
    failure: Failure | None = None
    marks: tuple[Mark, ...] = ()
    finish_reason: str = ""
    attempt: int = 0
    attempts: int = 0
    standing: Standing = ""
    blind: bool = False
    has_wire: bool = False
    calls: int = 0
    """How often a tool was called so far; a call counts as soon as its first piece is there."""
    version: int | None = None
    sample: int = 0
    samples: int = 0
    kept: str = ""
    other_values: bool = False
    starred: bool = False
    """Whether the answer has a star, which training files can go by."""
    format_check: str = ""
    """How the answer stands against its output format ("valid JSON", or the first error), "" without one."""
    format_ok: bool | None = None
    """Whether the answer has that format; None while nobody knows."""
    cost_source: str = ""
    """Where the cost is from ("LiteLLM's price list", "reported by openrouter.ai"), "" for free and unknown."""
    saved: str = ""
    """What cached input tokens did not cost, "" for nothing or unknown."""
    empty: EmptyAnswer | None = None
    """Why an answer that finished has no text; None for one that has, or has not finished."""
    further: int = 0
    """How many choices the response holds beside the shown one."""
    began_ms: int | None = None
    """When a call that goes on was asked for, on the clock of `host.clock.monotonic_ms`; None where nobody knows."""


def is_same_but_standing(old: LaneStatus, new: LaneStatus) -> bool:
    """Whether two states differ in nothing but what the verdict says about the answer."""
    return replace(old, standing=new.standing) == new


@dataclass(frozen=True, slots=True)
class BaseChoice:
    """One entry of the menu of bases."""

    title: str
    base: ComparisonBase
    chosen: bool


@dataclass(frozen=True, slots=True)
class LaneDiff:
    """What a lane shows: the comparison, and what it could be compared with. `choose` takes another base."""

    compared: ComparedAnswer
    choices: tuple[BaseChoice, ...]
    choose: Callable[[ComparisonBase], None]
