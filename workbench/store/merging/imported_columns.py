"""The columns of tests that an import brings, and undoing them.

Invariant: a prompt that has columns keeps its own. Columns that were changed since are not removed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.core.lanes import Lane
from workbench.core.testing.settings import SuiteSettings
from workbench.store.encoding import digest, dump
from workbench.store.runs.prompts import prompt_id
from workbench.store.sqlite import sqlite3


def take(connection: sqlite3.Connection, prompt_uid: str, columns: Sequence[Lane], samples: int, now: str) -> str:
    """Add columns unless there are some; return what identifies them for `are_changed`, "" for nothing."""
    if not columns:
        return ""
    # The window opens without what tests need.
    from workbench.store.testing import suite_settings

    settings = suite_settings.read(connection, prompt_uid)
    if settings.columns:
        return ""
    settings = replace(settings, columns=tuple(columns), samples=samples)
    suite_settings.put(connection, prompt_id(connection, prompt_uid), settings, now)
    return _digest(settings)


def drop(connection: sqlite3.Connection, prompt_uid: str) -> None:
    """Remove the columns of a prompt."""
    from workbench.store.testing import suite_settings

    settings = suite_settings.read(connection, prompt_uid)
    suite_settings.put_back(connection, prompt_uid, replace(settings, columns=(), samples=1, baseline=""))


def are_changed(connection: sqlite3.Connection, prompt_uid: str, before: str) -> bool:
    """Whether the columns are others than those that `take` identified as `before`."""
    from workbench.store.testing import suite_settings

    return _digest(suite_settings.read(connection, prompt_uid)) != before


def _digest(settings: SuiteSettings) -> str:
    return digest(dump([settings.samples, settings.baseline, *(lane.to_json() for lane in settings.columns)]))
