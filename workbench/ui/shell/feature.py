"""What a feature is: commands, a controller that carries them out, and perhaps a view.

Invariant: a feature's controller is made when one of its commands is first used, an event that it handles is first
published or its view is made, so that a feature costs nothing at the start. The title, condition and action of a
command stand in one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import Command, View
from workbench.app.verdict_keys import VerdictKey
from workbench.ui.shell.commands import COMMANDS
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.rooms import G, Room, W
from workbench.ui.shell.services import Services
from workbench.ui.shell.views import Making, ViewPlace


class FeatureController(Protocol):
    """Carries out the commands of a feature."""

    def stop(self) -> None:
        """End background work, because the window closes."""


@runtime_checkable
class VerdictController(Protocol):
    """The controller of a view in which keys give verdicts. It is asked only while its view is shown."""

    @property
    def is_judging(self) -> bool:
        """Whether something waits for a verdict."""

    @property
    def can_undo(self) -> bool:
        """Whether a verdict can be taken back."""

    @property
    def can_redo(self) -> bool:
        """Whether a verdict that was taken back can be given again."""

    def undo(self) -> None:
        """Take the last verdict back."""

    def redo(self) -> None:
        """Give the verdict again that was taken back last."""

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict that a key means; False when it means none now."""


C = TypeVar("C", bound=FeatureController, covariant=True)


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event that a feature handles even if its controller was not made before."""

    kind: type
    handle: Callable[[Any, Any], object]
    """Takes the controller and the event, and returns what it changed (`Changed`) or None."""


@dataclass(frozen=True, slots=True)
class FeatureView:
    """A view of a feature: `key` names it in conditions of commands, and its tab says `title`."""

    key: View
    title: str
    position: int
    """Of its tab, from left to right; there may be gaps."""
    make: Callable[[Any], Making]
    """Takes the controller, and makes the page in steps. The page may be any of the protocols in `shell.views`."""
    enter: Callable[[Any], object]
    """Takes the controller, and gives the page the keyboard."""
    has_side: bool = True
    """Whether the side bar is beside it."""
    preload: tuple[str, ...] = ()
    """The modules that it is made of, imported before it is made while the window is idle, each one step."""


@dataclass(frozen=True, slots=True)
class FeaturePart:
    """A widget of a feature that stands in a page of another one, or what this shows. It is made while the window is
    built.
    """

    room: Room[Any, Any]
    make: Callable[[Any, Any], object]
    """Takes the controller and what the owner of the room gives, and returns what the type of the room says."""
    preload: tuple[str, ...] = ()
    """The modules that this needs; a thread imports them before the window is built."""


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
    view: FeatureView | None = None
    part: FeaturePart | None = None


class FeatureSet:
    """All features of a window. Views come in the order of their positions, everything else in that of the features."""

    def __init__(self, features: Iterable[Feature[Any]]) -> None:
        self._features = tuple(features)

    def __iter__(self) -> Iterator[Feature[Any]]:
        return iter(self._features)

    def commands(self) -> CommandRegistry:
        """Return the commands of the window, those of features last in their group unless they follow another one."""
        return CommandRegistry((*COMMANDS, *(command for feature in self for command in feature.commands)))

    def views(self) -> tuple[View, ...]:
        """Return the ids of all views, in the order of their tabs."""
        return tuple(view.key for view in self._views())

    def preload_parts(self) -> tuple[str, ...]:
        """Return the modules that the window cannot be built without."""
        return tuple(name for feature in self if feature.part is not None for name in feature.part.preload)

    def preload_views(self) -> tuple[str, ...]:
        """Return the modules that views are made of, to be imported before these are made."""
        return tuple(name for view in self._views() for name in view.preload)

    def preload(self) -> tuple[str, ...]:
        """Return the modules that features want to have imported while the window is idle."""
        return tuple(name for feature in self for name in feature.preload)

    def _views(self) -> list[FeatureView]:
        views = [feature.view for feature in self if feature.view is not None]
        return sorted(views, key=lambda view: view.position)


def bound(commands: Iterable[Command], controller: object) -> dict[str, Callable[[], object]]:
    """Return what each command does with a controller that is there, by the command's id."""
    return {command.id: partial(command.run, controller) for command in commands if command.run is not None}


class FeatureHost:
    """The features of one window, and the controllers made so far."""

    def __init__(self, features: Iterable[Feature[FeatureController]], services: Services) -> None:
        self._services = services
        self._features = {feature.id: feature for feature in features}
        self._controllers: dict[str, FeatureController] = {}
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

    def controller(self, feature_id: str) -> FeatureController:
        """Return the controller of a feature, made now if it was not yet."""
        if feature_id not in self._controllers:
            self._controllers[feature_id] = self._features[feature_id].make(self._services)
        return self._controllers[feature_id]

    def part(self, room: Room[G, W], given: G) -> W:
        """Return the widget for a room, made now by the feature that has one; raises LookupError where none has."""
        for feature in self._features.values():
            if feature.part is not None and feature.part.room == room:
                made: W = feature.part.make(self.controller(feature.id), given)  # type: ignore[assignment] # see `make`
                return made
        raise LookupError(room.id)

    def places(self) -> dict[View, ViewPlace]:
        """Return the views of the features, in the order of their tabs."""
        return {
            view.key: ViewPlace(
                view.title, partial(self._make_view, feature, view), partial(self._enter, feature, view), view.has_side
            )
            for feature, view in sorted(
                ((one, one.view) for one in self._features.values() if one.view is not None),
                key=lambda pair: pair[1].position,
            )
        }

    def verdicts(self, shown: View) -> VerdictController | None:
        """Return the controller of the shown view if verdicts are given there, and the view is made."""
        for feature in self._features.values():
            if feature.view is not None and feature.view.key == shown:
                controller = self._controllers.get(feature.id)
                return controller if isinstance(controller, VerdictController) else None
        return None

    def stop(self) -> None:
        """Stop all controllers."""
        for controller in self._controllers.values():
            controller.stop()

    def _make_view(self, feature: Feature[FeatureController], view: FeatureView) -> Making:
        controller = self.controller(feature.id)
        yield
        return (yield from view.make(controller))

    def _enter(self, feature: Feature[FeatureController], view: FeatureView) -> None:
        view.enter(self.controller(feature.id))

    def _run(self, feature: Feature[FeatureController], command: Command) -> None:
        assert command.run is not None
        self._tell(command.run(self.controller(feature.id)))

    def _handle(self, feature: Feature[FeatureController], subscription: Subscription, event: object) -> None:
        self._tell(subscription.handle(self.controller(feature.id), event))

    def _tell(self, changed: object) -> None:
        if isinstance(changed, Changed) and changed:
            self._services.events.publish(DataChanged(changed))
