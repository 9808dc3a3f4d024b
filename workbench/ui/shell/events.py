"""Typed events between the parts of the window.

Invariant: publishers and subscribers do not know each other. Subscribers are called synchronously on the UI thread, in
the order of their subscription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path
from typing import Any, TypeVar

E = TypeVar("E")


class Changed(Flag):
    """What an action changed, so that the views that show it refresh."""

    DRAFT = auto()
    RUNS = auto()
    VERDICTS = auto()
    PROMPTS = auto()
    CASES = auto()
    SETTINGS = auto()


@dataclass(frozen=True, slots=True)
class DataChanged:
    """Stored data changed; published once for each action."""

    what: Changed


@dataclass(frozen=True, slots=True)
class PackChosen:
    """A person chose a pack where something else could have been chosen, too, or dropped one."""

    path: Path


@dataclass(frozen=True, slots=True)
class PackExportRequested:
    """A person wants to export one prompt as a pack."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class TrainingRequested:
    """A person wants training files of one prompt."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class PromptOpened:
    """Compose shows another prompt."""

    prompt_uid: str


class EventBus:
    """Subscriptions by the type of an event."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[type, list[Callable[[Any], object]]] = defaultdict(list)

    def subscribe(self, kind: type[E], act: Callable[[E], object]) -> None:
        """Call `act` with every event of exactly this type."""
        self._subscribers[kind].append(act)

    def publish(self, event: object) -> None:
        """Call all subscribers of the type of `event`."""
        for act in tuple(self._subscribers[type(event)]):
            act(event)
