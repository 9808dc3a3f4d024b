"""What the engine is asked for and what it tells: calls and events as frozen values.

Invariant: every call that was accepted ends in exactly one `CallEnded`; `Delta` offsets count code points of that
kind's text, without gaps, so the text so far is always the concatenation of the deltas seen since the last `Stepped`,
and the same holds for the arguments of each tool call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.core.blocks import OutputFormat, Tool
from workbench.core.content import TOOL_ROUNDS, Message
from workbench.core.lanes import Endpoint
from workbench.core.providers import secret_settings
from workbench.core.runs import AnswerStep, Failure, Mark, Result

DeltaKind = Literal["text", "reasoning"]
NoticeKind = Literal["starting", "ready", "restarting", "dead", "runtime", "fault"]
WarmKind = Literal["litellm", "builtin"]
EngineState = Literal["new", "starting", "ready", "restarting", "closed"]


class EngineError(Exception):
    """A question to the engine (models, key check, rendering) that has no answer; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class ModelIds(tuple[str, ...]):
    """The model ids that an endpoint lists, in its order. `left_out` counts those beyond the most that are taken."""

    left_out: int = 0

    @classmethod
    def cut(cls, ids: Iterable[str], left_out: int) -> ModelIds:
        """Return ids of which so many were left out."""
        found = cls(ids)
        found.left_out = left_out
        return found

    @property
    def remark(self) -> str:
        """A sentence about what was left out, "" when nothing was."""
        if not self.left_out:
            return ""
        return f"The endpoint lists {self.left_out:,} more models than are shown; type the name of one that is missing."


@dataclass(frozen=True, slots=True)
class TokensCounted:
    """Tokens of each message as `tokenizer` (an id) counts them; `whole` is what the model's own format makes of all.

    `reason` says why it is not the vocabulary that was asked for, "" when it is.
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
    """Seconds: to connect, from sent to the first text, and between two signs of life after that.

    A call that does not stream shows no sign of life before its end: it gets `first` + `silence`.
    """

    connect: float = 10.0
    first: float = 60.0
    silence: float = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """One question to one model. `id` is the output's uid and unique among calls in flight.

    `params` is the chat-completions form of what was set (`Params.request()`). `key`, `secret_headers` and `settings`
    (parameters of the provider, some of them secret) go to `endpoint` and nowhere else. Calls of one `group` (a run)
    wait in turn with those of other groups. `retries` counts repetitions after the first attempt, of each round. A
    model may call `tools` in `tool_rounds` rounds before it is stopped. `files` are hash and path of each attached
    file. `format_in_words` says why the form of `output` has to be asked for in words, "" to let the provider hold the
    model to it. `think_tags` is the lane's parameter of that name, "" for unset. `marks` are those that
    are known before it is made.
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

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything in it that is taken out of texts."""
        known = secret_settings()
        return (
            self.key,
            *(value for _, value in self.secret_headers),
            *(part for name, value in self.settings if name in known for part in _secret_parts(value)),
        )


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What is checked: the key of a `provider`, with a `model` to ask where nothing cheaper proves it."""

    provider: str
    model: str
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def _secret_parts(value: str) -> tuple[str, ...]:
    """Return a secret, and where it is the JSON of a key file the private key in it, too."""
    if not value.lstrip().startswith("{"):
        return (value,)
    try:
        data = json.loads(value)
    except ValueError:
        return (value,)
    return (value, *(text for text in data.values() if isinstance(text, str) and "PRIVATE KEY" in text))


@dataclass(frozen=True, slots=True)
class Queued:
    """The engine has the call; it may wait for a free place at its endpoint."""

    id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The request is on its way. `wire` is its JSON body, without keys; a repeated attempt sends this again."""

    id: str
    wire: Any
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrying:
    """Nothing has arrived and the engine tries again after `in_ms`; `attempt` is the one that comes, from 2."""

    id: str
    in_ms: int
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class Delta:
    """More text of one kind; `offset` is the number of code points of that kind before it."""

    id: str
    kind: DeltaKind
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Calling:
    """More of a tool call that the model is writing: call `number` of the present round, from 0.

    `name` and `call_id` are those of the call as far as they are known, `text` are more of its arguments, and `offset`
    is the number of code points of them before it. Only the end of the round tells the call as it counts.
    """

    id: str
    number: int
    name: str
    call_id: str
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Stepped:
    """A round with tools is over; `steps` are all that it held, in order. The offsets of what follows start at 0."""

    id: str
    steps: tuple[AnswerStep, ...]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over: finished, failed or stopped, with all its text."""

    id: str
    result: Result


@dataclass(frozen=True, slots=True)
class EngineNotice:
    """Something about the engine itself, for a status line; never about one call."""

    kind: NoticeKind
    text: str
    id: str = ""


Event = Queued | Sent | Retrying | Delta | Calling | Stepped | CallEnded | EngineNotice
