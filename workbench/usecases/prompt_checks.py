"""The checks for all cases of a prompt.

Invariant: saving checks changes no other test setting of the prompt.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from workbench.core.cases import Check
from workbench.core.testing.settings import SuiteSettings


class SuiteSettingsStore(Protocol):
    """The part of the history that holds the test settings of prompts."""

    def settings(self, prompt_uid: str) -> SuiteSettings:
        """Return the settings of a prompt, the defaults if it has none; blocks. Raises StoreError."""

    def save_settings(self, prompt_uid: str, settings: SuiteSettings, now: str) -> Future[None]:
        """Store settings; the future may fail with StoreError."""


class PromptChecks:
    """Reads and saves the checks of prompts; both methods block and raise StoreError."""

    def __init__(self, store: SuiteSettingsStore, now: Callable[[], str]) -> None:
        """`now` returns the time in UTC as stored."""
        self._store = store
        self._now = now

    def of(self, prompt_uid: str) -> tuple[Check, ...]:
        """Return the checks for all cases of a prompt."""
        return self._store.settings(prompt_uid).checks

    def save(self, prompt_uid: str, checks: tuple[Check, ...]) -> None:
        """Replace the checks of a prompt, and wait until they are stored."""
        settings = self._store.settings(prompt_uid)
        if settings.checks != checks:
            self._store.save_settings(prompt_uid, replace(settings, checks=checks), self._now()).result()
