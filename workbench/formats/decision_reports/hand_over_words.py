"""What a report says of a hand-over to training: the points of DECIDE's list, each with what is known today."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from workbench.core.decide.evidence import CaseCounts
from workbench.core.decide.figure_words import listed, percent
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.hand_over import HandOverPlan
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.routes import day_words
from workbench.core.text import counted


def hand_over_lines(report: DecisionReport) -> Iterator[tuple[str, str]]:
    """Yield the points of a hand-over with what is known of each, none if the decision is not about a tuned model."""
    plan, cases = report.hand_over, report.cases
    if plan is None:
        return
    yield "Training files", _files_words(0 if report.training is None else report.training.rows)
    share = percent(plan.validation)
    yield "Split", f"{share} of the rows are for validation, the same for every file. Similar rows stay on one side."
    yield "Base model", _base_words(plan)
    epochs = counted(plan.epochs, "epoch")
    yield (
        "Settings",
        (
            f"start from LoRA rank {plan.rank}, alpha {plan.alpha}, learning rate {plan.learning_rate} and {epochs} "
            f"(as of {day_words(plan.settings_date)})."
        ),
    )
    held = counted(cases.holdout, "case")
    yield "Hold-out", f"{held}, which decide in the end." if cases.holdout else "none yet. Set one aside."
    yield "Guard sets", _guard_words(cases)
    yield "People", _people_words(report.goals)
    day = "" if plan.base_retires_on is None else f" on {day_words(plan.base_retires_on)}"
    yield (
        "Next training",
        (f"when the prompt or the labels change, and before the base model retires{day}. Name who does it."),
    )
    name = report.prompt if report.prompt.isprintable() else "PROMPT"
    yield (
        "Files and commands",
        (
            "“Hand over to training…” among the training files of the app, or in a terminal: "
            f"workbench history handover FOLDER --prompt {shlex.quote(name)}"
        ),
    )


def _files_words(rows: int) -> str:
    files = f"a quarter, half and all of the {counted(rows, 'usable row')}" if rows else "no usable rows yet"
    return f"{files}. No case of the hold-out or of a guard set is in them."


def _base_words(plan: HandOverPlan) -> str:
    as_of = f" (suggested, as of {day_words(plan.settings_date)})" if plan.is_suggested else ""
    if plan.base_retires_on is None:
        return f"{plan.base_model}{as_of}. No retirement date is known: keep a copy of open weights."
    return f"{plan.base_model}{as_of}. It retires on {day_words(plan.base_retires_on)}, and the tuned model with it."


def _guard_words(cases: CaseCounts) -> str:
    counts = {"general": cases.general, "refusal": cases.refusal}
    there = [counted(count, f"{kind} case") for kind, count in counts.items() if count]
    missing = [f"{kind} cases" for kind, count in counts.items() if not count]
    todo = f"Add {listed(missing)} before you train." if missing else ""
    return " ".join(filter(None, (f"{listed(there)}." if there else "none yet.", todo)))


def _people_words(goals: DecideGoals) -> str:
    answers = {"label": goals.can_label, "train": goals.can_train, "serve": goals.can_serve}
    ways = (("you have people to", True), ("nobody can", False), ("not known who can", None))
    said = [(words, [what for what, known in answers.items() if known is answer]) for words, answer in ways]
    return f"{'; '.join(f'{words} {listed(found)}' for words, found in said if found)}."
