"""Taking what was typed before an earlier end of the window into the history.

Invariant: a draft that changed since the text was typed over it is never overwritten, and the text is removed from its
file only once it is in the history.
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
    """What to say about an early draft, None for nothing; and the draft of `prompt_uid` if that cannot be saved now."""

    problem: Problem | None = None
    prompt_uid: str = ""
    unsaved: Draft | None = None


def take_over(store: Store, prompts: PromptLibrary, session: str = "") -> RecoveredDraft:
    """Save the early drafts that sessions other than `session` left beside the history.

    The newest one that was typed over the stored draft replaces it. What is neither that, nor what it was typed over,
    nor in the history, becomes a prompt of its own, whatever its age. What cannot be saved stays in its file, for the
    next start. Never raises StoreError.
    """
    found = [one for one in early_draft.read(store.path) if one.session != session]
    typed_over = {(one.prompt_uid, base) for one in found for base in one.bases}
    taken = RecoveredDraft()
    for one in reversed(found):
        try:
            is_known = (one.prompt_uid, early_draft.text_hash(one.content, one.values)) in typed_over
            this = RecoveredDraft() if is_known else _save(store, prompts, one)
        except StoreError:
            return taken
        if this.unsaved is None:
            with contextlib.suppress(OSError):  # the next start finds that the history has it
                early_draft.remove(store.path, one.session)
        taken = taken if taken.problem or taken.unsaved else this
    return taken


def _save(store: Store, prompts: PromptLibrary, found: EarlyDraft) -> RecoveredDraft:
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
                prompts.save_draft(found.prompt_uid, draft).result()
            except StoreError:
                return RecoveredDraft(None, found.prompt_uid, draft)
            return RecoveredDraft()
    _, made = prompts.create(NAME, Draft(found.content, found.values, for_new_prompt(lanes)))
    made.result()
    return RecoveredDraft(typed_early(why))


def typed_early(why: str = "") -> Problem:
    """Return what to say when text that was typed early became a prompt of its own, with the reason if there is one."""
    return Problem(f"What you typed before the window was open is in the prompt “{NAME}”{why and f': {why}'}.")
