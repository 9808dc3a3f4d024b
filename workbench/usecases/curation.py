"""Keeping order in the history: stars, tags, notes, and runs that are put away.

Invariant: a tag is one word, so that it can be searched for as it is written; nothing here changes what was run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from workbench.store import Store
from workbench.usecases.problems import RefusedError

MOST_LETTERS = 60


class Curator:
    """Changes what people put on runs. Returns futures; each call is one transaction."""

    def __init__(self, store: Store, now: Callable[[], str]) -> None:
        self._store, self._now = store, now

    def star(self, run_uids: Sequence[str], starred: bool) -> Future[None]:
        """Star runs, or take their stars away."""
        return self._store.curation.star(run_uids, starred)

    def archive(self, run_uids: Sequence[str], archived: bool) -> Future[None]:
        """Put runs away, or bring them back; only `is:archived` shows those that are away."""
        return self._store.curation.archive(run_uids, archived)

    def tag(self, tags: Mapping[str, Sequence[str]]) -> Future[None]:
        """Give each run, by uid, exactly these tags."""
        return self._store.curation.tag(tags)

    def note(self, run_uid: str, note: str) -> Future[None]:
        """Write the note of a run, "" takes it away."""
        return self._store.set_note(run_uid, note, self._now())


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that a text names, apart by spaces or commas, with or without “#”.

    Raises RefusedError for one that is too long.
    """
    found = [word.strip().lstrip("#") for word in text.replace(",", " ").split()]
    long = next((tag for tag in found if len(tag) > MOST_LETTERS), None)
    if long is not None:
        raise RefusedError(f"“{long[:20]}…” is too long for a tag. Take one of at most {MOST_LETTERS} letters.")
    return tuple(dict.fromkeys(tag for tag in found if tag))
