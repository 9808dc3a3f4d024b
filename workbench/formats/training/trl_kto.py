"""TRL's unpaired preference type, conversational: `{"prompt", "completion", "label"}`.

Invariant: `label` is true for a good answer and false for a bad one.
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
        "completion": messages.trl(row.completion),
        "label": row.label,
        **messages.trl_tools(row.tools),
    }


def fault(data: Mapping[str, Any]) -> str:
    """Return what is wrong with a row, "" if nothing."""
    if wrong := prompt_fault(data, ("completion",), ("label",)):
        return wrong
    return "" if isinstance(data.get("label"), bool) else "the label is neither true nor false"


FORMAT = TrainingFormat(
    name="trl-kto",
    order=50,
    kind="label",
    title="TRL KTO: thumbs up and down",
    what="TRL, KTO with thumbs up and down",
    help="TRL, KTO with thumbs up (winners) and down (the rest, and all bad)",
    line=line,
    fault=fault,
)
