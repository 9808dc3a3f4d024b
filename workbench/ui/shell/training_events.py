"""Typed events about training; see `events`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandOverRequested:
    """The user requests the hand-over of one prompt to training."""

    prompt_uid: str
