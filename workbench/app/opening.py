"""What is read before the window can be completed.

Invariant: it is read on a thread of its own; what is returned needs no further read to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import PromptRow
from workbench.usecases.early_drafts import take_over
from workbench.usecases.problems import Problem
from workbench.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database, its prompts, and the draft to show; `prompt_uid` is "" and `draft` None when there is none.

    `problem` is what to say about the draft, None for nothing.
    """

    workbench: Workbench
    prompts: tuple[PromptRow, ...]
    endpoints: tuple[Endpoint, ...]
    prompt_uid: str
    draft: Draft | None
    problem: Problem | None = None
    blind: bool = False
    """Whether the next runs hide who answers what, as it was left."""


def read(workbench: Workbench, wanted: str = "", typed: Draft | None = None, session: str = "") -> Opened:
    """Read what the window shows first: the prompt `wanted`, else the one last worked on. Raises StoreError.

    What was `typed` into a prompt that this history does not have, as one that was mended, becomes a prompt. So may
    what was typed at an earlier start, other than that of `session`, and never stored.
    """
    taken = take_over(workbench.store, workbench.prompts, session)
    rows = workbench.prompts.all()
    if wanted and not any(row.uid == wanted for row in rows):
        wanted = ""
        if typed is not None:
            wanted, made = workbench.prompts.create("Typed before the history was open", typed)
            made.result()
            rows = workbench.prompts.all()
    uid = wanted or workbench.store.last_prompt() or ""
    opened = workbench.prompts.open(uid) if uid else None
    draft = opened.draft if opened else None
    if taken.unsaved is not None and taken.prompt_uid == uid:
        draft = taken.unsaved
    return Opened(
        workbench,
        tuple(rows),
        tuple(workbench.endpoints.all()),
        uid,
        draft,
        (opened.problem if opened else None) or taken.problem,
        bool(workbench.store.get_meta("blind")),
    )
