"""Typed events about tests; see `shell.events`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CasesRequested:
    """The user requests the cases of the open prompt."""


@dataclass(frozen=True, slots=True)
class ChecksRequested:
    """The user requests the checks that apply to all cases of the open prompt."""
