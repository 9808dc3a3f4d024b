"""Calls to the engine and its events, as frozen values.

Invariant: every accepted call ends in exactly one `CallEnded`; `CallDelta` offsets count code points of that kind's
text, without gaps, so the text so far is always the concatenation of the deltas since the last `CallStepped`, and the
same holds for the arguments of each tool call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.core.blocks import OutputFormat, Tool
from workbench.core.content import TOOL_ROUNDS, Message
from workbench.core.judging.decisions import DecisionQuestion
from workbench.core.lanes import Endpoint
from workbench.core.providers import secret_settings
from workbench.core.runs import AnswerStep, Failure, Mark, Result

DeltaKind = Literal["text", "reasoning"]
NoticeKind = Literal["starting", "ready", "restarting", "dead", "runtime", "fault"]
WarmKind = Literal["litellm", "builtin"]
EngineState = Literal["new", "starting", "ready", "restarting", "closed"]
CallTask = Literal["chat", "embed", "decide"]
"""What a model is asked for: an answer to messages; the vectors of texts; or decisions about an input."""
MOST_TEXTS = 256
"""Texts of one `embed` call; their vectors fit into an answer, with up to 7,000 dimensions."""
MOST_DECISIONS = 128
"""Questions of one `decide` call, the limit of the Decisions API."""


class EngineError(Exception):
    """A question to the engine (models, key check, rendering) failed; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class ModelIds(tuple[str, ...]):
    """The model ids that an endpoint lists, in its order. `left_out` counts those dropped beyond the limit."""

    left_out: int = 0

    @classmethod
    def cut(cls, ids: Iterable[str], left_out: int) -> ModelIds:
        """Return `ids` with the number of ids that were dropped."""
        found = cls(ids)
        found.left_out = left_out
        return found

    @property
    def remark(self) -> str:
        """A sentence about the dropped ids, "" when there are none."""
        if not self.left_out:
            return ""
        return f"The endpoint lists {self.left_out:,} more models than are shown; type the name of one that is missing."


@dataclass(frozen=True, slots=True)
class TokensCounted:
    """Tokens of each message, counted by `tokenizer` (an id); `whole` is the prompt's total in the model's own format.

    `reason` says why another tokenizer than the requested one was used, "" otherwise.
    """

    tokenizer: str
    counts: tuple[int, ...]
    whole: int | None = None
    reason: str = ""

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> TokensCounted:
        """Read the engine's answer."""
        return cls(message["tokenizer"], tuple(message["counts"]), message.get("whole"), message.get("reason", ""))


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds: to connect, from sent to the first text, and between received chunks after that.

    A call that does not stream receives nothing before its end: its timeout is `first` + `silence`.
    """

    connect: float = 10.0
    first: float = 60.0
    silence: float = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one model. `id` is the output's uid and unique among calls in flight.

    `params` are the set parameters in chat-completions form (`Params.request()`). `key`, `secret_headers` and
    `settings` (parameters of the provider, some of them secret) are sent to `endpoint` only. `group` is the run: groups
    waiting at one endpoint are served round-robin. `retries` counts repetitions after the first attempt, per round.
    `tool_rounds` limits the rounds in which the model may call `tools`. `files` are hash and path of each attached
    file. `format_in_words` says why the format `output` has to be requested in the prompt, "" when the provider
    enforces it. `think_tags` is the lane's parameter of that name, "" for unset. `marks` are those known beforehand.

    A call of the task `embed` has the texts as messages, and one of `decide` has its input as messages and `questions`.
    Neither streams or uses tools, and their result's text is JSON: `core.judging.vectors.read_vectors` and
    `core.judging.decisions.read_answers` read it.
    """

    id: str
    endpoint: Endpoint
    model: str
    messages: tuple[Message, ...]
    params: dict[str, Any] = field(default_factory=dict)
    key: str = field(default="", repr=False)
    secret_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    stream: bool = True
    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int = 3
    group: str = ""
    output: OutputFormat | None = None
    tools: tuple[Tool, ...] = ()
    tool_rounds: int = TOOL_ROUNDS
    format_in_words: str = ""
    files: tuple[tuple[str, str], ...] = ()
    think_tags: str = ""
    marks: tuple[Mark, ...] = ()
    task: CallTask = "chat"
    questions: tuple[DecisionQuestion, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the model writes text, which is billed as output."""
        return self.task == "chat"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets of the call, which are redacted from texts."""
        known = secret_settings()
        return (
            self.key,
            *(value for _, value in self.secret_headers),
            *(part for name, value in self.settings if name in known for part in _secret_parts(value)),
        )


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """The key check of a `provider`; `model` is used where nothing cheaper proves the key."""

    provider: str
    model: str
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def _secret_parts(value: str) -> tuple[str, ...]:
    """Return a secret, plus the private keys in it when it is the JSON of a key file."""
    if not value.lstrip().startswith("{"):
        return (value,)
    try:
        data = json.loads(value)
    except ValueError:
        return (value,)
    return (value, *(text for text in data.values() if isinstance(text, str) and "PRIVATE KEY" in text))


@dataclass(frozen=True, slots=True)
class CallQueued:
    """The engine has accepted the call; it may wait for a free slot at its endpoint."""

    id: str


@dataclass(frozen=True, slots=True)
class RequestSent:
    """The request was sent. `wire` is its JSON body, without keys; a retry emits this event again."""

    id: str
    wire: Any
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRetrying:
    """The attempt failed before any text arrived. `attempt` is the number of the next one, from 2, after `in_ms`.

    `reason` is the sentence of the failure, `code` its code.
    """

    id: str
    in_ms: int
    attempt: int
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class CallDelta:
    """A chunk of text of one kind; `offset` is the number of code points of that kind before it."""

    id: str
    kind: DeltaKind
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A chunk of a tool call that is being streamed: call `number` of the current round, from 0.

    `name` and `call_id` are those of the call as far as known, `text` is the next part of its arguments, and `offset`
    is the number of code points before it. The end of the round gives the authoritative call.
    """

    id: str
    number: int
    name: str
    call_id: str
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class CallStepped:
    """A round with tools ended; `steps` are all its steps, in order. Later offsets start at 0."""

    id: str
    steps: tuple[AnswerStep, ...]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call ended: finished, failed or stopped, with all its text."""

    id: str
    result: Result


@dataclass(frozen=True, slots=True)
class EngineNotice:
    """A notice about the engine itself, for a status line; never about one call."""

    kind: NoticeKind
    text: str
    id: str = ""


Event = CallQueued | RequestSent | CallRetrying | CallDelta | ToolCallDelta | CallStepped | CallEnded | EngineNotice
