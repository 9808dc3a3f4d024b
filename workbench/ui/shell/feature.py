"""What a feature is: commands, and a controller that carries them out.

Invariant: a feature's controller is made when one of its commands is first used or an event that it handles is first
published, so that a feature costs nothing at the start. The title, condition and action of a command stand in one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from workbench.app.commands import Command
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.services import Services


class Controller(Protocol):
    """Carries out the commands of a feature."""

    def stop(self) -> None:
        """End background work, because the window closes."""


C = TypeVar("C", bound=Controller, covariant=True)


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event that a feature handles even if its controller was not made before."""

    kind: type
    handle: Callable[[Any, Any], object]
    """Takes the controller and the event, and returns what it changed (`Changed`) or None."""


@dataclass(frozen=True, slots=True)
class Feature(Generic[C]):
    """A feature by its name. `make` imports what the feature needs; `preload` names these modules, each one step.

    The `run` of each command takes the controller and returns what it changed, or None. A controller that has to follow
    events only once it is made subscribes by itself.
    """

    id: str
    commands: tuple[Command, ...]
    make: Callable[[Services], C]
    preload: tuple[str, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()


class FeatureHost:
    """The features of one window, and the controllers made so far."""

    def __init__(self, features: Iterable[Feature[Controller]], services: Services) -> None:
        self._services = services
        self._features = {feature.id: feature for feature in features}
        self._controllers: dict[str, Controller] = {}
        for feature in self._features.values():
            for one in feature.subscriptions:
                services.events.subscribe(one.kind, partial(self._handle, feature, one))

    def actions(self) -> dict[str, Callable[[], object]]:
        """Return what each command does, by its id."""
        return {
            command.id: partial(self._run, feature, command)
            for feature in self._features.values()
            for command in feature.commands
        }

    def controller(self, feature_id: str) -> Controller:
        """Return the controller of a feature, made now if it was not yet."""
        if feature_id not in self._controllers:
            self._controllers[feature_id] = self._features[feature_id].make(self._services)
        return self._controllers[feature_id]

    def stop(self) -> None:
        """Stop all controllers."""
        for controller in self._controllers.values():
            controller.stop()

    def _run(self, feature: Feature[Controller], command: Command) -> None:
        assert command.run is not None
        self._tell(command.run(self.controller(feature.id)))

    def _handle(self, feature: Feature[Controller], subscription: Subscription, event: object) -> None:
        self._tell(subscription.handle(self.controller(feature.id), event))

    def _tell(self, changed: object) -> None:
        if isinstance(changed, Changed) and changed:
            self._services.events.publish(DataChanged(changed))
