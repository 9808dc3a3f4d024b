"""What is read before the window can be completed.

Invariant: it is read on a thread of its own; what is returned needs no further read to be shown.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace

from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, for_new_prompt
from workbench.core.runs import PromptRow
from workbench.host.clock import utc_now
from workbench.usecases.early_drafts import NAME, take_over, typed_early
from workbench.usecases.problems import Problem
from workbench.usecases.prompts import FIRST_DRAFT
from workbench.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True)
class OpenedWorkbench:
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


def read(workbench: Workbench, wanted: str = "", session: str = "") -> OpenedWorkbench:
    """Read what the window shows first: the prompt `wanted`, else the one last worked on. Raises StoreError.

    What was typed at an earlier start, other than that of `session`, and never stored may become a prompt.
    """
    taken = take_over(workbench.store, workbench.prompts, session)
    rows = workbench.prompts.all()
    if wanted and not any(row.uid == wanted for row in rows):
        wanted = ""
    uid = wanted or workbench.store.last_prompt() or ""
    opened = workbench.prompts.open(uid) if uid else None
    draft = opened.draft if opened else None
    if taken.unsaved is not None and taken.prompt_uid == uid:
        draft = taken.unsaved
    return OpenedWorkbench(
        workbench,
        tuple(rows),
        tuple(workbench.endpoints.all()),
        uid,
        draft,
        (opened.problem if opened else None) or taken.problem,
        bool(workbench.store.get_meta("blind")),
    )


def own_prompt(
    opened: OpenedWorkbench, shown_uid: str, *, is_new: bool, text: tuple[Content, tuple[tuple[str, str], ...]]
) -> tuple[OpenedWorkbench, Future[None]] | None:
    """Make a prompt of text and values that were typed over a draft other than the one that was `opened`.

    They were typed over that of the prompt `shown_uid`, which `is_new` when no draft was to be seen. Return what to
    show in place of `opened` and when it is stored, None where the text belongs to the draft that was opened.
    """
    if shown_uid == opened.prompt_uid:
        return None
    draft = Draft(*text, for_new_prompt((opened.draft or FIRST_DRAFT).lanes))
    # With this uid the next start finds its early draft stored, when the process ends before that is removed.
    uid, made = opened.workbench.prompts.create(NAME, draft, uid=shown_uid if is_new else "")
    row = PromptRow(uid, NAME, 0, False, utc_now())
    said = opened.problem or typed_early()
    return replace(opened, prompts=(row, *opened.prompts), prompt_uid=uid, draft=draft, problem=said), made
