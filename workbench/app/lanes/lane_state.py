"""View models of a lane's column.

Invariant: a column shows only what is in its `LaneHead` and `LaneStatus`; the text is streamed separately, in chunks.
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
class StaleMark:
    """Where an answer is from (“#26”, "" before that is known), and why it no longer belongs to the draft."""

    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class LaneHead:
    """The settings of a lane. `number` counts from 1; `badge` is short ("built in", "echo", "ollama", "" for none).

    `versions` are what a lane can be pinned to, newest first; `pinned` is the number of one, None for the current text,
    and `pinned_name` its name, "" while that is not read yet.
    `model` is the full id (tooltip), `title` the short name. `read_only` columns show a past iteration.
    """

    slot: str
    number: int
    title: str
    model: str
    badge: str = ""
    pinned: int | None = None
    pinned_name: str = ""
    versions: tuple[VersionLabel, ...] = ()
    params: Params = field(default_factory=Params)
    read_only: bool = False
    place: str = ""
    """The kind of the lane's endpoint, "" if the endpoint was removed."""
    samples: int = 1
    baseline: bool = False
    answered_by: str = ""
    """What the shown answer ran with, if the lane was changed since; else ""."""
    warning: str = ""
    """A short warning such as "retired 2025-09-01", "" for none."""
    warning_reason: str = ""
    """The warning as a sentence with the next step."""
    stale: StaleMark | None = None
    """Set if the shown answer no longer belongs to the draft."""

    def version_name(self, number: int | None) -> str:
        """Return what people call a version of the prompt, "" for None and while its name is not read yet."""
        return "" if number is None else next((one.name for one in self.versions if one.number == number), "")


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """The state of the shown output. `tokens_per_second` and `ttft_ms` are None until known.

    `cost` is formatted ("free", "unknown", "$0.0004", "about $0.0012", "" before any call). `notice` is a transient
    message ("retrying in 3 s: rate limited"). `attempt` of `attempts` count from 1; 0 without any. `has_wire` means
    that a request can be shown. `version` is the version that the shown output ran, or None. `sample` of `samples`
    count from 1; 0 if there is one sample. `kept` is "", or the iteration that the answer is from if the lane was not
    part of the shown one ("#12"); `other_values` means that it answered other values. `tested`: it is an answer of a
    test run, which can be neither judged nor retried.
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
    """The number of tool calls so far; a call counts as soon as its first chunk has arrived."""
    version: int | None = None
    sample: int = 0
    samples: int = 0
    kept: str = ""
    other_values: bool = False
    tested: bool = False
    starred: bool = False
    """Whether the answer has a star."""
    format_check: str = ""
    """The result of checking the answer against its output format ("valid JSON", or the first error), ""
    without one."""
    format_ok: bool | None = None
    """Whether the answer matches that format; None while unknown."""
    cost_source: str = ""
    """The source of the cost ("LiteLLM's price list", "reported by openrouter.ai"), "" for free and unknown."""
    saved: str = ""
    """The amount saved by cached input tokens, "" for none or unknown."""
    empty: EmptyAnswer | None = None
    """Why a finished answer has no text; None for one with text, or before the end."""
    further: int = 0
    """The number of choices in the response beside the shown one."""
    took_ms: int | None = None
    """The time from sending the call to its end; None while it runs and if unknown."""
    silent_s: int = 0
    """How long a stalled stream has brought no token, in whole seconds; 0 for one that goes on."""
    began_ms: int | None = None
    """The start of a running call on the clock `host.clock.monotonic_ms`; None if unknown."""


def is_same_but_standing(old: LaneStatus, new: LaneStatus) -> bool:
    """Whether two states differ in nothing but what the verdict says about the answer."""
    return replace(old, standing=new.standing) == new


@dataclass(frozen=True, slots=True)
class BaseChoice:
    """One entry of the menu of comparison bases."""

    title: str
    base: ComparisonBase
    chosen: bool


@dataclass(frozen=True, slots=True)
class LaneDiff:
    """A comparison of a lane's answer, and the bases it can be compared with. `choose` selects another base."""

    compared: ComparedAnswer
    choices: tuple[BaseChoice, ...]
    choose: Callable[[ComparisonBase], None]
