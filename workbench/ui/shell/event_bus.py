"""Delivers typed events from publishers to subscribers.

Invariant: subscribers are called synchronously on the UI thread, in the order of their subscription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")


class EventBus:
    """Subscriptions by event type."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[type, list[Callable[[Any], object]]] = defaultdict(list)

    def subscribe(self, kind: type[E], act: Callable[[E], object]) -> None:
        """Call `act` with every event of exactly this type."""
        self._subscribers[kind].append(act)

    def publish(self, event: object) -> None:
        """Call all subscribers of the type of `event`."""
        for act in tuple(self._subscribers[type(event)]):
            act(event)
