"""Files to train models with, one module for each format.

Invariant: a module has NAME, KIND, `line(row)` and `fault(data)`; what `line` makes has no fault, and whatever is
written was looked at by `fault`, which knows the format's rules and not how we write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.training import Kind, Row
from workbench.formats.training import openai_preference, openai_sft, trl_kto, trl_preference, trl_sft


def _no_reserve(data: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class TrainingFormat:
    """A format: what its rows are made of, the JSON of a row, and a sentence about what is wrong with such JSON.

    `least` is how many lines whoever trains with it asks for, 0 for any. `reserve` says who of those that take the
    format does not take such a row, "" when all of them do.
    """

    name: str
    kind: Kind
    line: Callable[[Row], dict[str, Any]]
    fault: Callable[[Mapping[str, Any]], str]
    what: str
    least: int = 0
    reserve: Callable[[Mapping[str, Any]], str] = _no_reserve


FORMATS: Mapping[str, TrainingFormat] = {
    one.name: one
    for one in (
        TrainingFormat(
            "openai-sft",
            "chosen",
            openai_sft.line,
            openai_sft.fault,
            "OpenAI chat fine-tuning",
            10,
            openai_sft.reserve,
        ),
        TrainingFormat(
            "openai-preference",
            "preference",
            openai_preference.line,
            openai_preference.fault,
            "preferences for OpenAI, Azure, Together and Fireworks",
            10,
            openai_preference.reserve,
        ),
        TrainingFormat("trl-sft", "chosen", trl_sft.line, trl_sft.fault, "TRL, prompt and completion"),
        TrainingFormat(
            "trl-preference",
            "preference",
            trl_preference.line,
            trl_preference.fault,
            "TRL, DPO with an explicit prompt",
        ),
        TrainingFormat("trl-kto", "label", trl_kto.line, trl_kto.fault, "TRL, KTO with thumbs up and down"),
    )
}
