"""Runs, outputs and verdicts as values.

Invariant: an output is named by (run, lane, value set, sample, attempt); nothing that ended is ever changed.
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
from workbench.core.visible_text import VisibleFields

RunKind = Literal["iteration", "test", "improve", "judge", "import"]
DRAFTABLE: tuple[RunKind, ...] = ("iteration", "test", "import")
"""The kinds of runs whose text, values and lanes a draft can have; what a model was asked besides has others."""
OutputState = Literal["waiting", "queued", "streaming", "finished", "failed", "stopped", "interrupted"]
VerdictKind = Literal["winner", "tie", "all_bad", "none"]
RowVerdict = Literal["winner", "lost", "tie", "all_bad", "none"]
"""`lost`: an answer of an earlier iteration, kept beside this one, was better than all of its own."""
StepKind = Literal["text", "reasoning", "tool_call", "tool_result"]

ENDED: frozenset[OutputState] = frozenset({"finished", "failed", "stopped", "interrupted"})
WHY_IS_HIDDEN = "This call failed. Why is shown with the names."
"""What is told of a failure while it is hidden who answers: what an endpoint says may name it."""
LOOP_GAP_MS = 10 * 60 * 1000
MIN_RATE_MS = 100
"""Between first token and end; less than this tells how an answer was packed into pieces, not how fast it was made."""
MIN_RATE_TOKENS = 5
"""The same for tokens: over two or three of them one hiccup of the network decides."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Whole ms on the engine's monotonic clock since the call arrived there; None when the moment never came."""

    queued: int | None = None
    sent: int | None = None
    first: int | None = None
    end: int | None = None

    @property
    def ttft(self) -> int | None:
        """Time to first token in ms: sent to first."""
        return None if self.first is None or self.sent is None else self.first - self.sent

    @property
    def duration(self) -> int | None:
        """Sent to end in ms."""
        return None if self.end is None or self.sent is None else self.end - self.sent

    def tokens_per_second(self, output_tokens: int | None) -> float | None:
        """Return output tokens per second from first token to end, or None when unknown or too short to tell."""
        if output_tokens is None or output_tokens < MIN_RATE_TOKENS or self.first is None or self.end is None:
            return None
        took = self.end - self.first
        return None if took < MIN_RATE_MS else output_tokens * 1000 / took


@dataclass(frozen=True, slots=True)
class Failure(VisibleFields):
    """What went wrong: a stable code, one sentence with a next step, and the folded technical detail."""

    code: str
    sentence: str
    detail: str = ""
    SHOWN = ("sentence", "detail")


@dataclass(frozen=True, slots=True)
class Mark(VisibleFields):
    """Something the way to the provider did to the request: it added, changed or refused a parameter."""

    kind: Literal["added", "changed", "refused"]
    name: str
    detail: str
    SHOWN = ("name", "detail")


ADDRESS = "address"
"""The name of the mark that says where a request went: "changed" when that is not the provider's public address."""
_USUAL = frozenset({("added", "stream_options"), ("added", ADDRESS)})


def notable(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Leave out what changes no answer: the wish for token counts, and the address of an endpoint of one's own.

    What shows whole requests lists them all the same.
    """
    return tuple(mark for mark in marks if (mark.kind, mark.name) not in _USUAL)


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """One thing on the way to an answer in which tools took part.

    `text` is what was said or thought, the arguments of a call as the model wrote them, or what the tool gave back.
    `name` and `call_id` are the tool's name and the provider's id of the call ("" for text and reasoning). `opaque` is
    JSON of what the provider wants back unchanged, signatures for example, "" for nothing.
    """

    kind: StepKind
    text: str = ""
    name: str = ""
    call_id: str = ""
    opaque: str = ""


def steps_so_far(
    rounds: Iterable[AnswerStep], reasoning: str, text: str, calls: Iterable[AnswerStep] = ()
) -> tuple[AnswerStep, ...]:
    """Return all steps of an answer in order: finished rounds, then what was thought, said and called since.

    () when no tool took part: the answer is its reasoning and its text then.
    """
    before, called = tuple(rounds), tuple(calls)
    return (*before, *said_steps(reasoning, text), *called) if before or called else ()


def said_steps(reasoning: str, text: str, opaque: str = "") -> tuple[AnswerStep, ...]:
    """Return what was thought and said in one round as steps; `opaque` is what goes back with the thoughts."""
    thought = (AnswerStep("reasoning", reasoning, opaque=opaque),) if reasoning or opaque else ()
    return (*thought, AnswerStep("text", text)) if text else thought


def told_steps(result: Result) -> Iterator[tuple[str, str]]:
    """Yield title and text of what came before the final text, where a tool took part."""
    said = {"text": "Said first", "reasoning": "Thought"}
    last = len(result.steps) - 1
    for number, step in enumerate(result.steps):
        if step.kind in ("tool_call", "tool_result"):
            yield f"{'Called' if step.kind == 'tool_call' else 'Came back from'} {step.name}", step.text
        elif number < last or step.text != result.text:
            yield said.get(step.kind, "Said"), step.text


@dataclass(frozen=True, slots=True)
class FormatCheck:
    """How an answer stands against its output format: valid or not, None where that cannot be told, and why."""

    ok: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Result:
    """How one output ended. With `steps`, `text` and `reasoning` are those after the last tool answered."""

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
    """The JSON that went on the wire, without keys; None when nothing was sent."""
    marks: tuple[Mark, ...] = ()
    response: Any = None
    """The raw response or the last chunks of the stream; None when there is none."""
    steps: tuple[AnswerStep, ...] = ()
    """Everything in order, the final text included; () when no tool took part."""
    format_check: FormatCheck | None = None
    """Not stored, because text and version tell it anew; None without an output format, and for what did not finish."""


def median_loop_ms(starts_ms: Sequence[int]) -> int | None:
    """Return the median gap between consecutive run starts (ms, ascending), gaps over 10 minutes left out."""
    gaps = sorted(b - a for a, b in itertools.pairwise(starts_ms) if 0 <= b - a <= LOOP_GAP_MS)
    if not gaps:
        return None
    middle = len(gaps) // 2
    return gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) // 2


@dataclass(frozen=True, slots=True)
class PromptRow(VisibleFields):
    """A prompt as the list shows it."""

    uid: str
    name: str
    iterations: int
    archived: bool
    updated_at: str
    SHOWN = ("name",)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """An immutable version; `parent` is a version number of the same prompt.

    `newer` is "" or a sentence: a newer release made it, and `content` is only what this one can show of it.
    """

    uid: str
    number: int
    hash: str
    parent: int | None
    created_at: str
    content: Content
    note: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many answers a run has, one per lane, and how many of them ended otherwise than finished.

    `cut` are those that finished only because they may have no more tokens, `empty` those that finished without a text.
    """

    answers: int = 0
    failed: int = 0
    interrupted: int = 0
    stopped: int = 0
    cut: int = 0
    empty: int = 0

    @property
    def trouble(self) -> Literal["", "failed", "interrupted", "stopped"]:
        """What weighs most of how answers ended, "" when all finished."""
        return "failed" if self.failed else "interrupted" if self.interrupted else "stopped" if self.stopped else ""

    @property
    def words(self) -> str:
        """Trouble, and answers that were cut off or are empty, in a few words, "" for none.

        "failed" when it befell all, else "1 of 2 failed".
        """
        counted = (
            (self.failed, "failed"),
            (self.interrupted, "interrupted"),
            (self.stopped, "stopped"),
            (self.cut, "cut off"),
            (self.empty, "empty"),
        )
        told = [(count, word) for count, word in counted if count]
        if len(told) == 1 and told[0][0] == self.answers:
            # "empty" alone might be the prompt.
            return told[0][1] if not self.empty else "empty answer" if self.empty == 1 else "empty answers"
        parts = [
            f"{count} of {self.answers} {word}" if i == 0 else f"{count} {word}" for i, (count, word) in enumerate(told)
        ]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class IterationRow(VisibleFields):
    """One line of the timeline.

    `winner` is what people read of `verdict`: the title of the winning lane, "lost to 12 gpt", "tie", "all bad", "" for
    none; with several value sets each of them and how often. `version` is the number
    of the version that its current lanes used; `branched` says that this version's parent was not the newest.
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
    """It ran blind, and a part of it is not judged yet."""
    kind: RunKind = "iteration"
    damage: str = ""
    """What of it cannot be read, in a few words, "" for nothing; something neutral stands in its place."""
    SHOWN = ("winner", "summary")

    @property
    def uid(self) -> str:
        """What the row is known by among all rows of the timeline."""
        return self.run_uid


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """One attempt as stored. `position` and `value_set` are places of lane and value set in the run, from 0."""

    uid: str
    position: int
    sample: int
    attempt: int
    result: Result
    value_set: int = 0


@dataclass(frozen=True, slots=True)
class PastAnswer(VisibleFields):
    """An answer that others are compared with: its iteration's number, the name of its lane then, and its text."""

    uid: str
    number: int
    title: str
    text: str
    SHOWN = ("title",)


@dataclass(frozen=True, slots=True)
class RunLane:
    """A lane as it ran: what was set, and the version it resolved to."""

    position: int
    lane: Lane
    version: int
    output: OutputFormat | None = None
    """The output format of that version."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The latest judgement of a run; `positions` are the winning (or tied) lanes.

    `kept` are the slots of lanes that stood beside the run (`BesideLane`) and share that place; if all were bad, those
    that were judged with the others.
    """

    kind: VerdictKind
    positions: tuple[int, ...] = ()
    blind: bool = False
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An output that a verdict compares: of the lane at `place` of the run, or of the kept lane in this slot."""

    uid: str
    place: int | str
    state: OutputState

    def is_first(self, verdict: Verdict) -> bool:
        """Whether a verdict names it: as the winner, as tied, as bad. One without places names all."""
        named = (*verdict.positions, *verdict.kept)
        return self.place in named or not named


@dataclass(frozen=True, slots=True)
class BesideLane:
    """A lane that stood beside a run without being asked: it showed what it had answered in the run of `run_uid`.

    `place` is its place among all lanes of then, from 0, those of the run included. `hidden` and `baseline` say why it
    was not asked; neither does for one that was left out once.
    """

    slot: str
    run_uid: str
    place: int
    hidden: bool = False
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class RunSet(VisibleFields):
    """A value set as a run went through it; `uid` and `name` are "" for values that belong to no named set."""

    uid: str
    name: str
    values: tuple[tuple[str, str], ...]
    SHOWN = ("name",)


@dataclass(frozen=True, slots=True)
class IterationDetail:
    """An iteration exactly as it was: content of the version it ran, value sets, lanes, all attempts, verdicts.

    `values` and `verdict` are those of the first set; `sets` and `verdicts` go on from there, by position. `newer` is
    what it is in a `VersionRow`.
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
    """The sets, by position, whose answers are shown without names until they are judged."""
    beside: tuple[BesideLane, ...] = ()
    """The lanes that stood beside it, by place."""
    earlier: tuple[IterationDetail, ...] = ()
    """The iterations that their answers are from, with those lanes alone."""
