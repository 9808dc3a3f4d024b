"""Organising the history: stars, tags, notes and archived runs.

Invariant: a tag is one word, so that a search for it works as written; nothing here changes what was run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from workbench.store import Store
from workbench.usecases.problems import RefusedError

MOST_LETTERS = 60


class Curator:
    """Changes a person's marks on runs. Returns futures; each call is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def star(self, run_uids: Sequence[str], starred: bool) -> Future[None]:
        """Add or remove the stars of runs."""
        return self._store.curation.star(run_uids, starred)

    def archive(self, run_uids: Sequence[str], archived: bool) -> Future[None]:
        """Archive or restore runs; searches show archived ones only with `is:archived`."""
        return self._store.curation.archive(run_uids, archived)

    def tag(self, tags: Mapping[str, Sequence[str]]) -> Future[None]:
        """Replace the tags of each run, by uid."""
        return self._store.curation.tag(tags)

    def note(self, run_uid: str, note: str) -> Future[None]:
        """Set the note of a run; "" removes it."""
        return self._store.set_note(run_uid, note)


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags in a text, separated by spaces or commas, with or without “#”.

    Raises RefusedError for a tag that is too long.
    """
    found = [word.strip().lstrip("#") for word in text.replace(",", " ").split()]
    long = next((tag for tag in found if len(tag) > MOST_LETTERS), None)
    if long is not None:
        raise RefusedError(f"“{long[:20]}…” is too long for a tag. Use at most {MOST_LETTERS} characters.")
    return tuple(dict.fromkeys(tag for tag in found if tag))
