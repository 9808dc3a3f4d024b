"""Importing text that was typed before an earlier window had opened completely.

Invariant: a draft that changed after the text was typed is never overwritten, and the text is removed from its file
only after it is in the history.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from workbench.core.drafts import Draft
from workbench.core.lanes import for_new_prompt
from workbench.store import Store, StoreError, early_draft
from workbench.store.early_draft import EarlyDraft
from workbench.usecases.problems import Problem
from workbench.usecases.prompts import FIRST_DRAFT, PromptLibrary

NAME = "Typed before the window was open"


@dataclass(frozen=True, slots=True)
class RecoveredDraft:
    """What to report about an early draft, None for nothing; and `prompt_uid`'s new draft if saving it failed."""

    problem: Problem | None = None
    prompt_uid: str = ""
    unsaved: Draft | None = None


def take_over(store: Store, prompts: PromptLibrary, session: str = "") -> RecoveredDraft:
    """Save the early drafts that sessions other than `session` left beside the history.

    The newest one replaces the stored draft if it was typed over that draft. A text becomes a prompt of its own,
    whatever its age, unless it is that, a base of another early draft, or in the history. What cannot be saved stays
    in its file for the next start. Never raises StoreError.
    """
    found = [one for one in early_draft.read(store.path) if one.session != session]
    typed_over = {(one.prompt_uid, base) for one in found for base in one.bases}
    taken = RecoveredDraft()
    for one in reversed(found):
        try:
            is_known = (one.prompt_uid, early_draft.text_hash(one.content, one.values)) in typed_over
            this = RecoveredDraft() if is_known else _save(prompts, one)
        except StoreError:
            return taken
        if this.unsaved is None:
            with contextlib.suppress(OSError):  # the next start finds it in the history
                early_draft.remove(store.path, one.session)
        taken = taken if taken.problem or taken.unsaved else this
    return taken


def _save(prompts: PromptLibrary, found: EarlyDraft) -> RecoveredDraft:
    text = early_draft.text_hash(found.content, found.values)
    lanes, why = FIRST_DRAFT.lanes, ""
    try:
        opened = prompts.open(found.prompt_uid)
    except StoreError as error:
        if error.code != "missing":
            raise
    else:
        lanes, why = opened.draft.lanes, "its draft was changed elsewhere"
        stored = early_draft.text_hash(opened.draft.content, opened.draft.values)
        if stored == text:
            return RecoveredDraft()
        if stored in found.bases and opened.problem is None:
            draft = replace(opened.draft, content=found.content, values=found.values)
            try:
                prompts.save_draft(found.prompt_uid, draft, opened.draft.sets_by_uid).result()
            except StoreError:
                return RecoveredDraft(None, found.prompt_uid, draft)
            return RecoveredDraft()
    _, made = prompts.create(NAME, Draft(found.content, found.values, for_new_prompt(lanes)))
    made.result()
    return RecoveredDraft(typed_early(why))


def typed_early(why: str = "") -> Problem:
    """Return the report that early text became a prompt of its own; `why` is the reason, if any."""
    return Problem(f"What you typed before the window was open is in the prompt “{NAME}”{why and f': {why}'}.")
