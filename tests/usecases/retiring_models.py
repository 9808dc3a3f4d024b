"""Retiring models, as the list of them shows them."""

from __future__ import annotations

from datetime import date

from workbench.core.lanes import LITELLM
from workbench.store.runs.model_uses import ModelUse
from workbench.usecases.retirement_radar import PackUse, RetiringModel

RETIRING = (
    RetiringModel(
        "gpt-4-0613",
        date(2026, 10, 23),
        True,
        "gpt-5.5",
        (
            ModelUse("lane", "bot", "Order bot", LITELLM, "gpt-4-0613", count=2),
            ModelUse("column", "bot", "Order bot", LITELLM, "gpt-4-0613"),
            ModelUse("winner", "triage", "Ticket triage", LITELLM, "gpt-4-0613", count=7),
            ModelUse("label", "triage", "Ticket triage", LITELLM, "gpt-4-0613", "production"),
        ),
        (PackUse("Support", "bot", "Order bot", "gpt-4-0613"),),
    ),
    RetiringModel(
        "anthropic/old",
        date(2027, 1, 5),
        False,
        "",
        (ModelUse("winner", "triage", "Ticket triage", LITELLM, "anthropic/old"),),
    ),
)
