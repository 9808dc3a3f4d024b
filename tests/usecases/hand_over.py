"""A hand-over to training, as its dialog shows it."""

from __future__ import annotations

from workbench.core.training_commands import training_commands
from workbench.formats.handover_document import HandOverCheck, HandOverFacts, HandOverPart, markdown
from workbench.usecases.handover import HandOver


def hand_over() -> HandOver:
    """Return one with 40 rows."""
    facts = HandOverFacts(
        "Order bot",
        "chosen",
        "Qwen/Qwen3-8B",
        "",
        "order-bot",
        3,
        0.5,
        (
            HandOverPart("quarter", 10, 2_500, 0.00375),
            HandOverPart("half", 20, 5_000, 0.0075),
            HandOverPart("all", 40, 10_000, 0.015),
        ),
        4,
        (("answers to cases of the hold-out", 7),),
        (
            HandOverCheck(
                "Rows", "no", "40 rows to train with: too few, 50 are enough to try. Mark more winners first."
            ),
            HandOverCheck("Hold-out", "yes", "60 hold-out cases, in none of the files."),
            HandOverCheck("People", "unknown", "Name who trains."),
        ),
    )
    return HandOver(facts, markdown(facts, training_commands()), ())
