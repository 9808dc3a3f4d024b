"""What a report says about a hand-over to training: base model, settings and shares to start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.core.decide.decision import Decision

_LEANS_TO_TRAINING = frozenset({"TUNE_LORA", "HYBRID", "REJECT_TUNED"})


@dataclass(frozen=True, slots=True)
class HandOverPlan:
    """What would be handed over. `base_retires_on` is None if no date is known.

    `is_suggested` if nothing but the suggestion of `settings_date` speaks for the base model. `validation` is the
    fraction of the rows for validation; `learning_rate` is written as in the commands.
    """

    base_model: str
    base_retires_on: date | None
    is_suggested: bool
    rank: int
    alpha: int
    learning_rate: str
    epochs: int
    validation: float
    settings_date: date


def leans_to_training(decision: Decision) -> bool:
    """Whether the decision is about a tuned model."""
    return decision.code in _LEANS_TO_TRAINING
