"""The prompts of a history.

Invariant: a prompt's name has a visible character; names may repeat, uids do not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Lane
from workbench.core.runs import PromptRow
from workbench.core.timeline import VersionLabel
from workbench.core.visible_text import visible_note
from workbench.store import Store
from workbench.store.runs.draft_cases import KnownCases
from workbench.usecases.draft_recovery import OpenedDraft, open_draft
from workbench.usecases.problems import RefusedError

NAME_LIMIT = 200
SAMPLE = "sample_prompt"
TOOL_SAMPLE = "tool_sample_prompt"
"""Meta keys that hold the uids of the sample prompts."""

_CLOSED = "closed_folders"

FIRST_DRAFT = Draft(
    content=Content((Message("user", ""),)),
    lanes=(Lane("a", BUILTIN, BUILTIN_MODEL),),
)


class PromptLibrary:
    """Prompts with their drafts and versions. Reads block, writes return futures."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid
        self._now = now

    def all(self, *, archived: bool = False) -> list[PromptRow]:
        """Return the active prompts, or the archived ones."""
        return self._store.prompts(archived=archived)

    def find(self, name: str) -> PromptRow:
        """Return a prompt by uid or name: exact match, else ignoring case, else a unique prefix.

        Raises RefusedError with the existing names.
        """
        rows, name = self.all(), visible_note(name)  # the form in the rows
        for match in (
            [row for row in rows if row.uid == name],
            [row for row in rows if row.name == name],
            [row for row in rows if row.name.casefold() == name.casefold()],
            [row for row in rows if row.name.casefold().startswith(name.casefold())],
        ):
            if len(match) == 1:
                return match[0]
            if match:
                uids = ", ".join(row.uid for row in match)
                raise RefusedError(
                    f"Several prompts are called “{name}”. Rename one in the window, or name one of {uids}."
                )
        known = ", ".join(f"“{row.name}”" for row in rows) or "none"
        raise RefusedError(f"There is no prompt “{name}”. There are: {known}.")

    def sample(self) -> PromptRow:
        """Return the sample prompt, else the prompt last worked on. Raises RefusedError."""
        rows = self.all()
        wanted = (self._store.get_meta(SAMPLE), self._store.last_prompt())
        for uid in wanted:
            if row := next((row for row in rows if row.uid == uid), None):
                return row
        if rows:
            # A judge prompt was open last.
            return rows[0]
        raise RefusedError("There is no prompt yet. Create one in the window, or run a .prompt.yml file.")

    def create(self, name: str, draft: Draft = FIRST_DRAFT, *, uid: str = "") -> tuple[str, Future[None]]:
        """Create a prompt with a draft, under `uid` or a new one; return its uid and a future.

        Raises RefusedError for an invalid name.
        """
        uid = uid or self._new_uid()
        name = clean_name(name)
        # The store writes in order, so the draft's future ends after the prompt's.
        made = self._store.create_prompt(uid, name, self._now())
        return uid, both(made, self._store.save_draft(uid, draft, self._now()))

    def rename(self, prompt_uid: str, name: str) -> Future[None]:
        """Rename a prompt. Raises RefusedError for an invalid name."""
        return self._store.rename_prompt(prompt_uid, clean_name(name), self._now())

    def duplicate(self, prompt_uid: str, name: str) -> tuple[str, Future[None]]:
        """Copy a prompt under a new name; return the copy's uid and a future. Raises RefusedError."""
        uid = self._new_uid()
        return uid, self._store.duplicate_prompt(prompt_uid, uid, clean_name(name), self._now())

    def archive(self, prompt_uid: str, archived: bool = True) -> Future[None]:
        """Archive a prompt, or restore it; nothing is deleted."""
        return self._store.archive_prompt(prompt_uid, archived, self._now())

    def organise(self, prompt_uid: str, folder: str | None = None, tags: Sequence[str] | None = None) -> Future[None]:
        """Move a prompt to a folder ("" for none), and replace its tags; None changes neither.

        Raises RefusedError for a name that is too long.
        """
        return self._store.curation.organise_prompt(prompt_uid, None if folder is None else folder_name(folder), tags)

    def rename_folder(self, name: str, new: str) -> Future[None]:
        """Rename a folder, or join it with another one. Raises RefusedError for a name that is too long."""
        return self._store.curation.rename_folder(name, folder_name(new))

    @property
    def is_writable(self) -> bool:
        """Whether anything can be stored."""
        return not self._store.read_only

    def closed_folders(self) -> tuple[str, ...]:
        """Return the names of the folders that were closed in the list of prompts."""
        try:
            found = json.loads(self._store.get_meta(_CLOSED) or "[]")
        except ValueError:
            return ()  # only which folders are closed is lost
        return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list) else ()

    def close_folders(self, names: Sequence[str]) -> Future[None]:
        """Remember these folders as closed, and all others as open."""
        return self._store.set_meta(_CLOSED, json.dumps(list(names)))

    def draft(self, prompt_uid: str) -> Draft:
        """Return the draft, FIRST_DRAFT if there is none. Raises StoreError if it is damaged."""
        return self._store.draft(prompt_uid) or FIRST_DRAFT

    def open(self, prompt_uid: str) -> OpenedDraft:
        """Return the draft; a damaged one is kept, and one made from the history is returned instead.

        Value sets in the draft of an earlier release become cases of the prompt.
        """
        return open_draft(self._store, prompt_uid, FIRST_DRAFT, self._new_uid)

    def save_draft(self, prompt_uid: str, draft: Draft, known: KnownCases = None) -> Future[None]:
        """Save the draft, with its cases where they differ from the `known` ones in the history, None: all of them."""
        return self._store.save_draft(prompt_uid, draft, self._now(), known)

    def chosen_cases(self, prompt_uid: str, uids: Sequence[str]) -> dict[str, ValueSet]:
        """Return cases as Compose shows them, by uid, without those that are missing or held out."""
        return self._store.packs.chosen(prompt_uid, uids)

    def rebase(self, prompt_uid: str, draft: Draft, based_on: int) -> Future[None]:
        """Save a draft whose text has become a version as one based on that version."""
        return self.save_draft(prompt_uid, replace(draft, based_on=based_on), draft.sets_by_uid)

    def version_numbers(self, prompt_uid: str) -> tuple[int, ...]:
        """Return the numbers of the versions, newest first."""
        return self._store.version_numbers(prompt_uid)

    def version_labels(self, prompt_uid: str) -> list[VersionLabel]:
        """Return the names by which people know the versions, newest first."""
        return self._store.version_labels(prompt_uid)


def folder_name(typed: str) -> str:
    """Return the name of a folder on one line, "" for none. Raises RefusedError if it is too long."""
    name = " ".join(typed.split())
    if len(name) > NAME_LIMIT:
        raise RefusedError(f"This name has more than {NAME_LIMIT} characters. Shorten it.")
    return name


def clean_name(name: str) -> str:
    """Return a name with white space collapsed. Raises RefusedError if it is invalid."""
    cleaned = " ".join(name.split())
    if not cleaned or not any(character.isprintable() and not character.isspace() for character in cleaned):
        raise RefusedError("A prompt needs a name. Type at least one visible character.")
    if len(cleaned) > NAME_LIMIT:
        raise RefusedError(f"This name has {len(cleaned)} characters. Use at most {NAME_LIMIT}.")
    return cleaned


def both(first: Future[None], second: Future[None]) -> Future[None]:
    """Return a future that ends with `second`, with the exception of `first` or else of `second`."""
    joined: Future[None] = Future()

    def settle(done: Future[None]) -> None:
        error = (first.exception() if first.done() else None) or done.exception()
        if error is None:
            joined.set_result(None)
        else:
            joined.set_exception(error)

    second.add_done_callback(settle)
    return joined
