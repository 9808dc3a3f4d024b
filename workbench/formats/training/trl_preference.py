"""TRL's preference type with an explicit prompt, conversational: `{"prompt", "chosen", "rejected"}`.

Invariant: both answers are to the prompt of the same row, and differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.training import TrainingRow
from workbench.formats.training import messages
from workbench.formats.training.format import TrainingFormat
from workbench.formats.training.trl_sft import prompt_fault


def line(row: TrainingRow) -> dict[str, Any]:
    """Return the JSON of a row."""
    return {
        "prompt": messages.trl(row.prompt),
        "chosen": messages.trl(row.completion),
        "rejected": messages.trl(row.rejected),
        **messages.trl_tools(row.tools),
    }


def fault(data: Mapping[str, Any]) -> str:
    """Return what is wrong with a row, "" if nothing."""
    if wrong := prompt_fault(data, ("chosen", "rejected")):
        return wrong
    return "both answers are the same" if data["chosen"] == data["rejected"] else ""


FORMAT = TrainingFormat(
    name="trl-preference",
    order=40,
    kind="preference",
    title="TRL preferences (DPO), with an explicit prompt",
    what="TRL, DPO with an explicit prompt",
    help="TRL, DPO with an explicit prompt",
    line=line,
    fault=fault,
)
