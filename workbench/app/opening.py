"""Reads what the window needs before it can be completed.

Invariant: everything is read on a separate thread; the result can be shown without further reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from workbench.core.content import Content
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Endpoint, for_new_prompt
from workbench.core.runs import PromptRow
from workbench.host.clock import utc_now
from workbench.store.runs.draft_cases import AdoptedSets
from workbench.usecases.early_drafts import NAME, take_over, typed_early
from workbench.usecases.problems import Problem
from workbench.usecases.prompts import FIRST_DRAFT
from workbench.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True)
class OpenedWorkbench:
    """An open database, its prompts, and the draft to show; without a prompt, `prompt_uid` is "" and `draft` None.

    `problem` is a message about the draft, or None.
    """

    workbench: Workbench
    prompts: tuple[PromptRow, ...]
    endpoints: tuple[Endpoint, ...]
    prompt_uid: str
    draft: Draft | None
    problem: Problem | None = None
    blind: bool = False
    """Whether the next runs are blind, as stored at the end of the last session."""
    known: Mapping[str, ValueSet] = field(default_factory=dict)
    """The cases of the draft as the history has them, by uid."""
    adopted: AdoptedSets | None = None
    """Value sets of an earlier release that became cases, None for none."""
    cases: int = 0
    """The number of cases of the prompt."""


def read(workbench: Workbench, wanted: str = "", session: str = "") -> OpenedWorkbench:
    """Read what the window shows first: the prompt `wanted`, else the one last worked on. Raises StoreError.

    Unsaved text of an earlier start, other than that of `session`, may become a prompt.
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
        opened.known if opened else {},
        opened.adopted if opened else None,
        opened.cases if opened else 0,
    )


def own_prompt(
    opened: OpenedWorkbench, shown_uid: str, *, is_new: bool, text: tuple[Content, tuple[tuple[str, str], ...]]
) -> tuple[OpenedWorkbench, Future[None]] | None:
    """Create a prompt from text and values typed over a draft other than the one `opened`.

    They were typed over the draft of the prompt `shown_uid`; `is_new` if no draft was visible. Returns what to show in
    place of `opened` and a future of its storage, or None if the text belongs to the opened draft.
    """
    if shown_uid == opened.prompt_uid:
        return None
    draft = Draft(*text, for_new_prompt((opened.draft or FIRST_DRAFT).lanes))
    # With this uid, the next start finds the early draft stored if the process ends before it is removed.
    uid, made = opened.workbench.prompts.create(NAME, draft, uid=shown_uid if is_new else "")
    row = PromptRow(uid, NAME, 0, False, utc_now())
    said = opened.problem or typed_early()
    return replace(
        opened, prompts=(row, *opened.prompts), prompt_uid=uid, draft=draft, problem=said, known={}, cases=0
    ), made
