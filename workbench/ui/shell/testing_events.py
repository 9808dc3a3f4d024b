"""Typed events about tests; see `shell.events`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CasesRequested:
    """The user requests the cases of the open prompt."""


@dataclass(frozen=True, slots=True)
class ChecksRequested:
    """The user requests the checks that apply to all cases of the open prompt."""


@dataclass(frozen=True, slots=True)
class SuiteRunChosen:
    """The user opens a test run in the Test view, where its prompt may not be open yet."""

    prompt_uid: str
    run_uid: str
