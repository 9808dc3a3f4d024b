"""The registry of lane parameters, one row each.

Invariant: this table is the only definition of a parameter's name, range, labels and names in other formats. The form,
the summary in a lane's header, the command line and its help, requests, and every file format read it through
`table()`, so that a new row appears everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.parameter import FORMATS, Parameter, WireName

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Reasoning efforts in LiteLLM's order."""


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
        is_sampling=True,
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
        is_sampling=True,
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
        is_sampling=True,
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
        is_sampling=True,
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
