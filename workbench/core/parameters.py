"""The registry of lane parameters, one row each.

Invariant: this table is the only definition of a parameter's name, range, labels and names in other formats. The form,
the summary in a lane's header, the command line and its help, requests, and every file format read it through
`table()`, so that a new row appears everywhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.escaped_lines import escaped, read_lines

Kind = Literal["number", "integer", "switch", "choice", "texts"]
Value = float | int | bool | str | tuple[str, ...]

FORMATS = ("github", "promptfoo", "promptfoo-other", "llm", "openai", "anthropic")
"""Formats with parameter names of their own: `modelParameters` of a `.prompt.yml`; the `config` of promptfoo's
providers with OpenAI's parameters, and of its other providers; the options of llm; arguments of OpenAI's library;
Anthropic's Messages API."""
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Reasoning efforts in LiteLLM's order."""
_DIGITS = 18
"""Maximum digits of an integer: no provider has larger ones, and they would not fit into SQLite's 64 bits."""
_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?")
_SHORT = 12
"""Longest text in characters that the summary shows."""


@dataclass(frozen=True, slots=True)
class WireName:
    """The name of a parameter in requests to a provider that is called without LiteLLM's translation.

    `models` is a regular expression for the models that use it, "" for all. `replaces` is the name that it replaces if
    that is not the row's own.
    """

    provider: str
    name: str
    models: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `name` is its key in stored lanes and in chat completions.

    `label` is shown in the form, `brief` in the header ("temp 0.2"); `help` is a sentence without the range. `low` and
    `high` are inclusive. `choices` are the values of a `choice`; `unset` is a word for the effect of having none, ""
    if the provider decides. `formats` has the name in each of FORMATS, "" if that format has none. `aliases` are other
    names for the same value; `carriers` are settings of translated requests that hold it in another form or for one
    kind of server only. A parameter that is not `is_sent` controls how an answer is read and is left out of requests.
    """

    name: str
    kind: Kind
    label: str
    brief: str
    help: str
    formats: Mapping[str, str]
    aliases: frozenset[str] = frozenset()
    wire: tuple[WireName, ...] = ()
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unset: str = ""
    is_sent: bool = True
    carriers: frozenset[str] = frozenset()

    @property
    def requirement(self) -> str:
        """The valid values in words, for example "a number from 0 to 2", "one of low, high"."""
        if self.kind in ("number", "integer"):
            noun = "a number" if self.kind == "number" else "a whole number"
            if self.low is None:
                return noun
            return (
                f"{noun}, at least {self.low:g}" if self.high is None else f"{noun} from {self.low:g} to {self.high:g}"
            )
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        return "true or false" if self.kind == "switch" else "a list of texts that are not empty"

    @property
    def is_text(self) -> bool:
        """Whether its value is text."""
        return self.kind in ("choice", "texts")

    def stored(self, value: Any) -> Value | None:
        """Return a stored value in canonical form, None for unset. Raises ValueError for the wrong type.

        The range is not checked, so that values accepted by an older release or another tool stay readable.
        """
        if value is None:
            return None
        if self.kind == "texts":
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                raise ValueError(f"The {self.label.lower()} of a lane are not a list of texts.")
            return tuple(value) or None
        if self.kind == "choice":
            if not isinstance(value, str):
                raise ValueError(f"The {self.name} of a lane is not a text.")
            return value or None
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise ValueError(f"The {self.name} of a lane is neither true nor false.")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float if self.kind == "number" else int):
            noun = "number" if self.kind == "number" else "whole number"
            raise ValueError(f"The {self.name} of a lane is not a {noun}.")
        try:
            if math.isfinite(number := float(value)):
                return number if self.kind == "number" else value
        except OverflowError:
            pass
        raise ValueError(f"The {self.name} of a lane is not a number.")

    def checked(self, value: Any) -> Value | None:
        """Return a value from a user or a file in canonical form, None for unset. Raises ValueError with a sentence."""
        found = self.stored(value)
        if found is not None and not self.allows(found):
            raise ValueError(f"The {self.name} of a lane must be {self.requirement}.")
        return found

    def allows(self, value: Value) -> bool:
        """Whether a value of the right type is in range."""
        if self.kind == "choice":
            return value in self.choices
        if isinstance(value, tuple):
            return all(value)
        if isinstance(value, str | bool):
            return True
        if self.kind == "integer" and abs(value) >= 10**_DIGITS:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def read(self, text: str) -> Value | None:
        r"""Parse typed text, None for blank. Raises ValueError, whose text contains `requirement`.

        A comma is accepted as the decimal point. Lists have one text per line, with the escapes \n, \t, \r and \\.
        """
        if self.kind == "texts":
            return read_lines(text) or None
        text = text.strip()
        if not text:
            return None
        found = self._typed(text)
        if found is None or not self.allows(found):
            raise ValueError(f"{self.label} must be {self.requirement}.")
        return found

    def _typed(self, text: str) -> Value | None:
        if self.kind == "switch":
            return {"true": True, "false": False}.get(text.lower())
        if self.kind == "choice":
            return text.lower()
        if self.kind == "integer":
            return int(text) if re.fullmatch(rf"[+-]?[0-9]{{1,{_DIGITS}}}", text) else None
        # float() would also accept 0_1 and digits of other scripts.
        value = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else math.inf
        return value if math.isfinite(value) else None

    def show(self, value: Value | None) -> str:
        """Format a value so that `read` returns it unchanged, "" for unset."""
        if value is None:
            return ""
        if isinstance(value, tuple):
            return "\n".join(map(escaped, value))
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float) and value.is_integer():
            return repr(int(value))
        return str(value) if isinstance(value, str) else repr(value)

    def summary(self, value: Value) -> str:
        """Format a value for the header: "temp 0.2", "2 stops", "logprobs on"."""
        if isinstance(value, tuple):
            if len(value) == 1 and len(value[0]) <= _SHORT:
                return f"{self.brief} “{escaped(value[0])}”"
            return f"{len(value)} {self.brief}{'s' if len(value) > 1 else ''}"
        if isinstance(value, bool):
            return f"{self.brief} {'on' if value else 'off'}"
        return f"{self.brief} {value:g}" if isinstance(value, float) else f"{self.brief} {value}"


def _formats(
    *, github: str = "", promptfoo: str = "", other: str = "", llm: str = "", openai: str = "", anthropic: str = ""
) -> Mapping[str, str]:
    return dict(zip(FORMATS, (github, promptfoo, other, llm, openai, anthropic), strict=True))


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "temperature",
        "number",
        "Temperature",
        "temp",
        "Randomness of the word choice: 0 takes the most likely word.",
        _formats(
            github="temperature",
            promptfoo="temperature",
            other="temperature",
            llm="temperature",
            openai="temperature",
            anthropic="temperature",
        ),
        low=0,
        high=2,
    ),
    Parameter(
        "top_p",
        "number",
        "Top p",
        "top_p",
        "Chooses only from the most likely words that together have this probability.",
        _formats(github="topP", promptfoo="top_p", other="top_p", llm="top_p", openai="top_p", anthropic="top_p"),
        frozenset({"topP"}),
        carriers=frozenset({"p"}),
        low=0,
        high=1,
    ),
    Parameter(
        "top_k",
        "integer",
        "Top k",
        "top_k",
        "Chooses only from this many of the most likely words.",
        _formats(llm="top_k", anthropic="top_k"),
        frozenset({"topK"}),
        carriers=frozenset({"k"}),
        low=0,
    ),
    Parameter(
        "min_p",
        "number",
        "Min p",
        "min_p",
        "Leaves out words that are less likely than this share of the most likely one.",
        _formats(llm="min_p"),
        frozenset({"minP"}),
        low=0,
        high=1,
    ),
    Parameter(
        "max_tokens",
        "integer",
        "Max tokens",
        "max",
        "Maximum length of an answer in tokens, including its reasoning.",
        _formats(
            github="maxTokens",
            promptfoo="max_tokens",
            other="max_tokens",
            llm="max_tokens",
            openai="max_tokens",
            anthropic="max_tokens",
        ),
        frozenset({"max_completion_tokens", "maxOutputTokens", "max_output_tokens", "maxTokens", "max_new_tokens"}),
        (
            # OpenAI's reasoning models reject the old name; Mistral knows only the old one.
            WireName("openai", "max_completion_tokens", r"^(o[1-9]|gpt-[5-9]|gpt-\d\d)"),
            WireName("mistral", "max_tokens", replaces="max_completion_tokens"),
        ),
        # Ollama also accepts -1 and -2 under its own name.
        carriers=frozenset({"num_predict", "maxTokenCount", "max_gen_len"}),
        low=1,
    ),
    Parameter(
        "stop",
        "texts",
        "Stop sequences",
        "stop",
        "An answer ends before the first of these.",
        _formats(promptfoo="stop", llm="stop", openai="stop", anthropic="stop_sequences"),
        frozenset({"stop_sequences", "stopSequences"}),
    ),
    Parameter(
        "seed",
        "integer",
        "Seed",
        "seed",
        "The same seed should give the same answer again; not every model honours it.",
        _formats(promptfoo="seed", llm="seed", openai="seed"),
        frozenset({"random_seed", "randomSeed"}),
        (WireName("mistral", "random_seed"),),
    ),
    Parameter(
        "frequency_penalty",
        "number",
        "Frequency penalty",
        "freq. penalty",
        "Above 0, words become less likely the more often they were used.",
        _formats(promptfoo="frequency_penalty", llm="frequency_penalty", openai="frequency_penalty"),
        frozenset({"frequencyPenalty"}),
        low=-2,
        high=2,
    ),
    Parameter(
        "presence_penalty",
        "number",
        "Presence penalty",
        "pres. penalty",
        "Above 0, words become less likely once they were used.",
        _formats(promptfoo="presence_penalty", llm="presence_penalty", openai="presence_penalty"),
        frozenset({"presencePenalty"}),
        low=-2,
        high=2,
    ),
    Parameter(
        "repetition_penalty",
        "number",
        "Repetition penalty",
        "rep. penalty",
        "Above 1, words of prompt and answer become less likely; 1 changes nothing.",
        _formats(llm="repetition_penalty"),
        frozenset({"repetitionPenalty"}),
        # llama.cpp and Ollama know no other name.
        carriers=frozenset({"repeat_penalty"}),
        low=0,
        high=2,
    ),
    Parameter(
        "reasoning_effort",
        "choice",
        "Reasoning effort",
        "effort",
        "How much a model reasons before it answers.",
        _formats(promptfoo="reasoning_effort", llm="reasoning_effort", openai="reasoning_effort"),
        carriers=frozenset({"thinking", "thinkingConfig", "thinking_config", "reasoning", "output_config", "think"}),
        choices=EFFORTS,
    ),
    Parameter(
        "logprobs",
        "switch",
        "Log probabilities",
        "logprobs",
        "Adds the probability of each word of the answer to the raw response.",
        _formats(llm="logprobs", openai="logprobs"),
        carriers=frozenset({"responseLogprobs"}),
    ),
    Parameter(
        "top_logprobs",
        "integer",
        "Top log probabilities",
        "top_logprobs",
        "How many alternatives to each word of the answer to add to the raw response, with their probabilities.",
        _formats(llm="top_logprobs", openai="top_logprobs"),
        carriers=frozenset({"logprobs"}),
        low=0,
        high=20,
    ),
    Parameter(
        "think_tags",
        "choice",
        "Think tags",
        "think tags",
        "Not set: an answer that begins with <think> is reasoning up to </think>. kept: it stays text. unopened: also "
        "an answer without <think> begins as reasoning, for models that write only </think>.",
        _formats(),
        # Not a setting of the endpoint: one server has models with and without tags, and a stored run must record it.
        choices=("kept", "unopened"),
        unset="reasoning",
        is_sent=False,
    ),
)


def table() -> tuple[Parameter, ...]:
    """Return all rows, in the order of the form."""
    return PARAMETERS


def parameter(name: str) -> Parameter | None:
    """Return the row with this name, None if there is none."""
    return next((row for row in table() if row.name == name), None)


def names_in(format_: str) -> dict[str, str]:
    """Return the parameters of a format: its names mapped to row names."""
    return {row.formats[format_]: row.name for row in table() if row.formats[format_]}


def wire_names(provider: str, model: str) -> dict[str, str]:
    """Return the renamed parameters for a model of a provider that is called without translation: old name to new."""
    return {
        name.replaces or row.name: name.name
        for row in table()
        for name in row.wire
        if name.provider == provider and (not name.models or re.search(name.models, model))
    }
