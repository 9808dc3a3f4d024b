"""What a feature is: commands, and a controller that carries them out.

Invariant: a feature's controller is made when one of its commands is first used, or one of the events that it reacts to
first happens, so that a feature costs nothing at the start. The title, condition and action of a command stand in one
row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
class Feature(Generic[C]):
    """A feature by its name. `make` imports what the feature needs; `preload` names these modules.

    The `run` of each command takes the controller and returns what it changed, or None. `reactions` names the events
    that make the controller if need be, with what it does then: each takes the controller and the event. What only
    concerns a controller that is there already, it subscribes to itself.
    """

    id: str
    commands: tuple[Command, ...]
    make: Callable[[Services], C]
    preload: tuple[str, ...] = ()
    reactions: Mapping[type, Callable[[Any, Any], object]] = field(default_factory=dict)


class FeatureHost:
    """The features of one window, and the controllers made so far."""

    def __init__(self, features: Iterable[Feature[Controller]], services: Services) -> None:
        self._services = services
        self._features = {feature.id: feature for feature in features}
        self._controllers: dict[str, Controller] = {}
        for feature in self._features.values():
            for kind, act in feature.reactions.items():
                services.events.subscribe(kind, partial(self._react, feature, act))

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

    def _react(self, feature: Feature[Controller], act: Callable[[Any, Any], object], event: object) -> None:
        self._tell(act(self.controller(feature.id), event))

    def _tell(self, changed: object) -> None:
        if isinstance(changed, Changed) and changed:
            self._services.events.publish(DataChanged(changed))
