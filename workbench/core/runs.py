"""Runs, outputs and verdicts as values.

Invariant: an output is identified by (run, lane, value set, sample, attempt); an output that ended is never changed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.core.blocks import OutputFormat
from workbench.core.content import Content
from workbench.core.lanes import Lane
from workbench.core.money import Rates, Usage
from workbench.core.outcome import Outcome
from workbench.core.visible_text import VisibleFields

RunKind = Literal["iteration", "test", "improve", "propose", "judge", "import"]
DRAFTABLE: tuple[RunKind, ...] = ("iteration", "import")
"""Kinds of runs that can be loaded into a draft. A test may have thousands of cases, which are opened one by one; the
other kinds send requests of the product's own."""
OutputState = Literal["waiting", "queued", "streaming", "finished", "failed", "stopped", "interrupted"]
VerdictKind = Literal["winner", "tie", "all_bad", "none"]
RowVerdict = Literal["winner", "lost", "tie", "all_bad", "none"]
"""`lost`: the answer of a lane kept from an earlier iteration won over all answers of this one."""
StepKind = Literal["text", "reasoning", "tool_call", "tool_result"]

ENDED: frozenset[OutputState] = frozenset({"finished", "failed", "stopped", "interrupted"})
WHY_IS_HIDDEN = "This call failed. The reason is shown with the names."
"""Shown for a failure in blind mode, because an endpoint's message may reveal its name."""
LOOP_GAP_MS = 10 * 60 * 1000
MIN_RATE_MS, MIN_RATE_TOKENS = 100, 5
"""Minima for a token rate: with less time, chunking determines it; with fewer tokens, network jitter does."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Whole ms on the engine's monotonic clock since the call arrived there; None if that stage was not reached."""

    queued: int | None = None
    sent: int | None = None
    first: int | None = None
    end: int | None = None

    @property
    def ttft(self) -> int | None:
        """Time to first token in ms: from `sent` to `first`."""
        return None if self.first is None or self.sent is None else self.first - self.sent

    @property
    def duration(self) -> int | None:
        """Time from `sent` to `end` in ms."""
        return None if self.end is None or self.sent is None else self.end - self.sent

    def tokens_per_second(self, output_tokens: int | None) -> float | None:
        """Return output tokens per second from first token to end, None if unknown or below the minima above."""
        if output_tokens is None or output_tokens < MIN_RATE_TOKENS or self.first is None or self.end is None:
            return None
        took = self.end - self.first
        return None if took < MIN_RATE_MS else output_tokens * 1000 / took


@dataclass(frozen=True, slots=True)
class Failure(VisibleFields):
    """An error: a stable code, one sentence with a next step, and the technical detail, which is shown collapsed."""

    code: str
    sentence: str
    detail: str = ""
    SHOWN = ("sentence", "detail")


@dataclass(frozen=True, slots=True)
class Mark(VisibleFields):
    """A change to the request on the way to the provider: a parameter that was added, changed or refused."""

    kind: Literal["added", "changed", "refused"]
    name: str
    detail: str
    SHOWN = ("name", "detail")


ADDRESS = "address"
"""Name of the mark for the request's address; kind "changed" if that is not the provider's public address."""
_USUAL = frozenset({("added", "stream_options"), ("added", ADDRESS)})


def notable(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Return the marks that may affect answers: without the request for token counts and a custom endpoint's address.

    Views of whole requests list all marks.
    """
    return tuple(mark for mark in marks if (mark.kind, mark.name) not in _USUAL)


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """One step of an answer with tool calls.

    `text` is text or reasoning, the arguments of a call as the model wrote them, or the tool's result. `name` and
    `call_id` are the tool's name and the provider's id of the call ("" for text and reasoning). `opaque` is JSON that
    must be returned to the provider unchanged, for example signatures, "" for none.
    """

    kind: StepKind
    text: str = ""
    name: str = ""
    call_id: str = ""
    opaque: str = ""


def steps_so_far(
    rounds: Iterable[AnswerStep], reasoning: str, text: str, calls: Iterable[AnswerStep] = ()
) -> tuple[AnswerStep, ...]:
    """Return all steps of an answer in order: finished rounds, then reasoning, text and calls of the current one.

    () without tool calls: the answer then consists of its reasoning and text.
    """
    before, called = tuple(rounds), tuple(calls)
    return (*before, *said_steps(reasoning, text), *called) if before or called else ()


def said_steps(reasoning: str, text: str, opaque: str = "") -> tuple[AnswerStep, ...]:
    """Return the reasoning and text of one round as steps; `opaque` is returned to the provider with the reasoning."""
    thought = (AnswerStep("reasoning", reasoning, opaque=opaque),) if reasoning or opaque else ()
    return (*thought, AnswerStep("text", text)) if text else thought


def told_steps(result: Result) -> Iterator[tuple[str, str]]:
    """Yield title and text of each step before the final text; nothing without tool calls."""
    said = {"text": "Earlier text", "reasoning": "Reasoning"}
    last = len(result.steps) - 1
    for number, step in enumerate(result.steps):
        if step.kind in ("tool_call", "tool_result"):
            yield f"{'Called' if step.kind == 'tool_call' else 'Result of'} {step.name}", step.text
        elif number < last or step.text != result.text:
            yield said.get(step.kind, "Text"), step.text


@dataclass(frozen=True, slots=True)
class FormatCheck:
    """The result of validating an answer against its output format: `ok` is None if unknown; `words` is the reason."""

    ok: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one output. With `steps`, `text` and `reasoning` are those after the last tool result."""

    state: OutputState
    text: str = ""
    reasoning: str = ""
    model: str = ""
    finish_reason: str = ""
    failure: Failure | None = None
    usage: Usage = field(default_factory=Usage)
    rates: Rates | None = None
    cost_usd: float | None = None
    timing: Timing = field(default_factory=Timing)
    request: Any = None
    """The JSON as sent, without keys; None if nothing was sent."""
    marks: tuple[Mark, ...] = ()
    response: Any = None
    """The raw response or the last chunks of the stream; None if there is none."""
    steps: tuple[AnswerStep, ...] = ()
    """All steps in order, including the final text; () without tool calls."""
    format_check: FormatCheck | None = None
    """Recomputed from text and version, not stored; None without an output format and for unfinished outputs."""


def median_loop_ms(starts_ms: Sequence[int]) -> int | None:
    """Return the median gap between consecutive run starts (ms, ascending), excluding gaps over 10 minutes."""
    gaps = sorted(b - a for a, b in itertools.pairwise(starts_ms) if 0 <= b - a <= LOOP_GAP_MS)
    if not gaps:
        return None
    middle = len(gaps) // 2
    return gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) // 2


@dataclass(frozen=True, slots=True)
class PromptRow(VisibleFields):
    """A row of the list of prompts."""

    uid: str
    name: str
    iterations: int
    archived: bool
    updated_at: str
    folder: str = ""
    tags: tuple[str, ...] = ()
    SHOWN = ("name", "folder")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """An immutable version, which people call `name`; `parent` is a version number of the same prompt.

    `newer` is "", or a sentence if a newer release made it and `content` is only the part that this one can show.
    """

    uid: str
    number: int
    hash: str
    parent: int | None
    created_at: str
    content: Content
    note: str = ""
    newer: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class IterationRow(VisibleFields):
    """One row of the timeline.

    `winner` is `verdict` as shown: the title of the winning lane, "lost to #12 gpt", "tie", "all bad", "" for none;
    with several value sets, each of them with a count. `version` is the number of the version that its unpinned lanes
    used and `version_name` its name ("" in a list, if that is its origin); `branched`: its parent was not the newest.
    """

    run_uid: str
    number: int
    version: int
    started_at: str
    note: str
    summary: str
    added: int
    removed: int
    verdict: RowVerdict
    winner: str
    running: bool
    branched: bool = False
    outcome: Outcome = field(default_factory=Outcome)
    blind: bool = False
    """Whether it ran blind and is not fully judged yet."""
    kind: RunKind = "iteration"
    damage: str = ""
    """The unreadable parts in a few words, "" for none; neutral values are substituted for them."""
    version_name: str = ""
    SHOWN = ("winner", "summary")

    @property
    def uid(self) -> str:
        """The unique id of the row within the timeline."""
        return self.run_uid


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """One attempt as stored. `position` and `value_set` are the indices of lane and value set in the run, from 0."""

    uid: str
    position: int
    sample: int
    attempt: int
    result: Result
    value_set: int = 0


@dataclass(frozen=True, slots=True)
class PastAnswer(VisibleFields):
    """A past answer to compare with: its iteration's number, its lane's title at that time, and its text."""

    uid: str
    number: int
    title: str
    text: str
    SHOWN = ("title",)


@dataclass(frozen=True, slots=True)
class RunLane:
    """A lane as it ran: its settings, and the version it resolved to, with its output format and what it is called."""

    position: int
    lane: Lane
    version: int
    output: OutputFormat | None = None
    version_name: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The latest verdict on a run; `positions` are the winning (or tied) lanes.

    `kept` are the slots of lanes beside the run (`BesideLane`) that also won or tied; for `all_bad`, those judged
    along with the others.
    """

    kind: VerdictKind
    positions: tuple[int, ...] = ()
    blind: bool = False
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An output compared by a verdict: of the run's lane at index `place`, or of the kept lane with this slot."""

    uid: str
    place: int | str
    state: OutputState

    def is_first(self, verdict: Verdict) -> bool:
        """Whether a verdict names it, as winner, tied or bad. A verdict without lanes names all outputs."""
        named = (*verdict.positions, *verdict.kept)
        return self.place in named or not named


@dataclass(frozen=True, slots=True)
class BesideLane:
    """A lane beside a run that was not called: it showed its answers from the run `run_uid`.

    `place` is its index among all lanes at that time, from 0, including those of the run. `hidden` and `baseline` are
    the reasons why it was not called; neither is set for a lane that was left out once.
    """

    slot: str
    run_uid: str
    place: int
    hidden: bool = False
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class RunSet(VisibleFields):
    """A value set as used by a run; `uid` and `name` are "" for values that belong to no named set."""

    uid: str
    name: str
    values: tuple[tuple[str, str], ...]
    SHOWN = ("name",)


@dataclass(frozen=True, slots=True)
class IterationDetail:
    """A complete iteration: content of its version, value sets, lanes, all attempts, verdicts.

    `values` and `verdict` are those of the first set; `sets` and `verdicts` have those of all sets, by position.
    `newer` is as in `VersionRow`.
    """

    row: IterationRow
    content: Content
    based_on: int | None
    values: tuple[tuple[str, str], ...]
    lanes: tuple[RunLane, ...]
    outputs: tuple[OutputRecord, ...]
    verdict: Verdict
    newer: str = ""
    sets: tuple[RunSet, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    blind: frozenset[int] = frozenset()
    """Positions of the sets whose answers are shown without names until they are judged."""
    beside: tuple[BesideLane, ...] = ()
    """The lanes beside the run, by place."""
    earlier: tuple[IterationDetail, ...] = ()
    """The iterations from which the lanes in `beside` show answers, reduced to those lanes."""
