"""Messages about a closed history.

Invariant: every message about damage states that nothing was overwritten.
"""

from __future__ import annotations

from workbench.core.text import counted
from workbench.store.salvage.rebuild import SalvageResult
from workbench.usecases.problems import Problem

_DAMAGED = (
    "Nothing was changed. Repair copies everything readable into a new file; a backup is complete but older. "
    "Either way this file is kept."
)
_LOG = (
    "The log with the newest changes of the history is damaged. Nothing was changed. Repair copies everything "
    "readable of both into a new file. Without the damaged part, the history opens as it was a little earlier, "
    "and the log is kept."
)


def damage(problem: Problem, code: str) -> Problem:
    """Return the message about a history that cannot be opened."""
    if code == "log":
        return Problem(_LOG, problem.detail)
    what, _, _ = problem.sentence.partition(". ")
    return Problem(f"{what}. {_DAMAGED}", problem.detail)


def repaired(found: SalvageResult) -> str:
    """Return the message about what a repair could read."""
    parts = [
        f"{counted(found.count('runs'), 'run')}, {counted(found.count('outputs'), 'answer')} and"
        f" {counted(found.count('verdicts'), 'verdict')} of {counted(found.count('prompts'), 'prompt')} could be read."
    ]
    if found.cut:
        parts.append(f"{counted(found.cut, 'text')} lost a part.")
    if found.stand_ins:
        stand = "marks" if found.stand_ins == 1 else "mark"
        parts.append(f"{counted(found.stand_ins, 'note')} {stand} where something was lost.")
    if found.leftover is not None:
        parts.append(f"Data that did not fit is in {found.leftover}.")
    return " ".join([*parts, "Use the repaired history? The old file is kept."])


def not_used(found: SalvageResult) -> str:
    """Return the message about a repaired history that stays beside the damaged one."""
    return f"The history was not changed. The repaired one is kept as {found.path}."
