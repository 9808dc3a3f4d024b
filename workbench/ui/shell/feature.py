"""The structure of a feature: commands, a controller that carries them out, and perhaps a view.

Invariant: a feature's controller is made when one of its commands is first used, an event it handles is first
published, or its view is made, so that a feature costs nothing at start-up. Title, condition and action of a command
are in one row.
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
        """Stop background work, because the window closes."""


@runtime_checkable
class VerdictController(Protocol):
    """The controller of a view with verdict keys. Called only while its view is shown."""

    @property
    def is_judging(self) -> bool:
        """Whether a judgement is expected."""

    @property
    def can_undo(self) -> bool:
        """Whether a verdict can be undone."""

    @property
    def can_redo(self) -> bool:
        """Whether an undone verdict can be redone."""

    def undo(self) -> None:
        """Undo the last verdict."""

    def redo(self) -> None:
        """Redo the verdict undone last."""

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict of a key; return False if it has no meaning now."""


C = TypeVar("C", bound=FeatureController, covariant=True)


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event that a feature handles even if its controller was not made before."""

    kind: type
    handle: Callable[[Any, Any], object]
    """Takes the controller and the event, and returns the changes (`Changed`) or None."""


@dataclass(frozen=True, slots=True)
class FeatureView:
    """A view of a feature: `key` is its id in the conditions of commands, `title` the text of its tab."""

    key: View
    title: str
    position: int
    """Sort key of its tab, from left to right; there may be gaps."""
    make: Callable[[Any], Making]
    """Takes the controller, and makes the page in steps. The page may implement any protocol of `shell.views`."""
    enter: Callable[[Any], object]
    """Takes the controller, and focuses the page."""
    has_side: bool = True
    """Whether the side bar is shown beside it."""
    preload: tuple[str, ...] = ()
    """Modules of the page, imported in single steps while the window is idle, before the page is made."""


@dataclass(frozen=True, slots=True)
class FeaturePart:
    """A widget of a feature for a room in another feature's page, or the content of the room. Made while the window is
    built.
    """

    room: Room[Any, Any]
    make: Callable[[Any, Any], object]
    """Takes the controller and what the owner of the room provides, and returns an object of the room's type."""
    preload: tuple[str, ...] = ()
    """Modules of this part; a thread imports them before the window is built."""


@dataclass(frozen=True, slots=True)
class Feature(Generic[C]):
    """A feature and its name. `make` imports what the feature needs; `preload` lists these modules, one step each.

    The `run` of each command takes the controller and returns its changes, or None. A controller that has to handle
    events only after it is made subscribes by itself.
    """

    id: str
    commands: tuple[Command, ...]
    make: Callable[[Services], C]
    preload: tuple[str, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    view: FeatureView | None = None
    part: FeaturePart | None = None


class FeatureSet:
    """All features of a window. Views are ordered by position, everything else by feature."""

    def __init__(self, features: Iterable[Feature[Any]]) -> None:
        self._features = tuple(features)

    def __iter__(self) -> Iterator[Feature[Any]]:
        return iter(self._features)

    def commands(self) -> CommandRegistry:
        """Return the commands of the window; those of features are last in their group unless they name another one
        with `after`."""
        return CommandRegistry((*COMMANDS, *(command for feature in self for command in feature.commands)))

    def views(self) -> tuple[View, ...]:
        """Return the ids of all views, in tab order."""
        return tuple(view.key for view in self._views())

    def preload_parts(self) -> tuple[str, ...]:
        """Return the modules required to build the window."""
        return tuple(name for feature in self if feature.part is not None for name in feature.part.preload)

    def preload_views(self) -> tuple[str, ...]:
        """Return the modules of the views, to be imported before these are made."""
        return tuple(name for view in self._views() for name in view.preload)

    def preload(self) -> tuple[str, ...]:
        """Return the modules that features preload while the window is idle."""
        return tuple(name for feature in self for name in feature.preload)

    def _views(self) -> list[FeatureView]:
        views = [feature.view for feature in self if feature.view is not None]
        return sorted(views, key=lambda view: view.position)


def bound(commands: Iterable[Command], controller: object) -> dict[str, Callable[[], object]]:
    """Return the actions of commands with an existing controller, by command id."""
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
        """Return the actions of all commands, by id."""
        return {
            command.id: partial(self._run, feature, command)
            for feature in self._features.values()
            for command in feature.commands
        }

    def checks(self) -> dict[str, Callable[[], bool]]:
        """Return whether the toggles among the commands are on, by id."""
        return {
            command.id: partial(self._is_checked, feature, command)
            for feature in self._features.values()
            for command in feature.commands
            if command.checked is not None
        }

    def _is_checked(self, feature: Feature[FeatureController], command: Command) -> bool:
        return command.checked is not None and command.checked(self.controller(feature.id))

    def controller(self, feature_id: str) -> FeatureController:
        """Return the controller of a feature, creating it if necessary."""
        if feature_id not in self._controllers:
            self._controllers[feature_id] = self._features[feature_id].make(self._services)
        return self._controllers[feature_id]

    def part(self, room: Room[G, W], given: G) -> W:
        """Create the widget for a room from the feature that provides it; raises LookupError if none does."""
        for feature in self._features.values():
            if feature.part is not None and feature.part.room == room:
                made: W = feature.part.make(self.controller(feature.id), given)  # type: ignore[assignment] # see `make`
                return made
        raise LookupError(room.id)

    def places(self) -> dict[View, ViewPlace]:
        """Return the views of the features, in tab order."""
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
        """Return the controller of the shown view if it has verdict keys and is made."""
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
