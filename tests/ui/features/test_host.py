"""Rules for all features: few small services, lazily made controllers, changes published once."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from workbench.app.commands import Command, View
from workbench.app.verdict_keys import VerdictKey
from workbench.ui.composition import FEATURES
from workbench.ui.shell import services as shell_services
from workbench.ui.shell.commands import COMMANDS as OF_SHELL
from workbench.ui.shell.events import Changed, DataChanged, PackChosen, PromptOpened
from workbench.ui.shell.feature import Feature, FeatureHost, FeaturePart, FeatureView, Subscription, bound
from workbench.ui.shell.rooms import Room
from workbench.ui.shell.services import EventBus, Services
from workbench.ui.shell.views import Making, ViewPlace

MOST_MEMBERS, MOST_METHODS = 10, 8


class Counter:
    """A controller that counts its calls."""

    def __init__(self) -> None:
        self.done = self.stopped = 0

    def act(self) -> Changed:
        self.done += 1
        return Changed.CASES

    def stop(self) -> None:
        self.stopped += 1


def host_of(events: EventBus, made: list[Counter]) -> FeatureHost:
    def make(_: Services) -> Counter:
        made.append(Counter())
        return made[-1]

    command = Command("count", "Count", "Edit", run=lambda controller: controller.act())
    opened = Subscription(PromptOpened, lambda controller, _: controller.act())
    services = typing.cast(Services, type("Only", (), {"events": events}))
    return FeatureHost((Feature("counter", (command,), make, subscriptions=(opened,)),), services)


def test_controller_is_created_on_first_use_and_stopped_only_if_created() -> None:
    events, made = EventBus(), list[Counter]()
    host = host_of(events, made)
    actions = host.actions()
    events.publish(PackChosen(Path("a.promptpack")))
    host.stop()
    assert made == []
    events.publish(PromptOpened("p"))
    actions["count"]()
    (counter,) = made
    assert counter.done == 2
    host.stop()
    assert counter.stopped == 1


def test_changes_of_a_command_or_event_are_published_once() -> None:
    events, told = EventBus(), list[DataChanged]()
    events.subscribe(DataChanged, told.append)
    host = host_of(events, [])
    host.actions()["count"]()
    events.publish(PromptOpened("p"))
    assert told == [DataChanged(Changed.CASES)] * 2


def test_part_is_created_for_its_room_and_other_rooms_raise_lookup_error(qapp: object) -> None:
    services = typing.cast(Services, type("Only", (), {"events": EventBus()}))
    room, other = Room[str, QLabel]("page.head"), Room[str, QLabel]("page.foot")
    part = FeaturePart(room, make=lambda controller, given: QLabel(f"{given} {controller.done}"))
    host = FeatureHost((Feature("counter", (), lambda _: Counter(), part=part),), services)
    assert host.part(room, "counted").text() == "counted 0"
    with pytest.raises(LookupError):
        host.part(other, "counted")


def test_every_part_has_preload_modules_and_a_unique_room() -> None:
    parts = [feature.part for feature in FEATURES if feature.part is not None]
    assert all(part.preload for part in parts)
    assert len({part.room for part in parts}) == len(parts)


class Judge(Counter):
    """A controller whose view accepts verdict keys."""

    is_judging = True
    can_undo = can_redo = False

    def undo(self) -> None:
        self.done -= 1

    def redo(self) -> None:
        self.done += 1

    def verdict_key(self, key: VerdictKey) -> bool:
        return key.lane == 1


def steps(place: ViewPlace) -> int:
    """Make the page of a view, and return the number of steps."""
    return sum(1 for _ in place.make())


def viewed(key: View, made: list[Counter], make: Callable[[], Counter]) -> Feature[Counter]:
    """Return a feature with a view whose page takes two steps more than its controller."""

    def controller(_: Services) -> Counter:
        made.append(make())
        return made[-1]

    def page(_: Counter) -> Making:
        yield
        yield
        return typing.cast(QWidget, None)

    view = FeatureView(key, key.title(), 1, page, lambda controller: controller.act(), has_side=False)
    return Feature(key, (), controller, view=view)


def test_view_is_built_in_steps_and_the_first_creates_the_controller() -> None:
    made: list[Counter] = []
    services = typing.cast(Services, type("Only", (), {"events": EventBus()}))
    host = FeatureHost((viewed("rank", made, Counter), viewed("history", made, Counter)), services)
    places = host.places()
    assert [(key, place.title, place.has_side) for key, place in places.items()] == [
        ("rank", "Rank", False),
        ("history", "History", False),
    ]
    assert made == []
    assert steps(places["history"]) == 3
    (counter,) = made
    places["history"].enter()
    assert counter.done == 1


def test_verdicts_go_to_the_controller_of_the_shown_view_if_accepted() -> None:
    made: list[Counter] = []
    services = typing.cast(Services, type("Only", (), {"events": EventBus()}))
    host = FeatureHost((viewed("rank", made, Judge), viewed("history", made, Counter)), services)
    assert host.verdicts("rank") is None
    assert made == [], "the query must not create a controller"
    for place in host.places().values():
        steps(place)
    assert host.verdicts("rank") is made[0]
    assert host.verdicts("history") is None
    assert host.verdicts("compose") is None


def test_services_stay_small() -> None:
    members = dataclasses.fields(Services)
    assert len(members) <= MOST_MEMBERS
    protocols = [value for value in vars(shell_services).values() if getattr(value, "_is_protocol", False)]
    large = {one.__name__: len(names) for one in protocols if len(names := _methods(one)) > MOST_METHODS}
    assert large == {}


def _methods(protocol: type) -> list[str]:
    return [name for name, value in vars(protocol).items() if not name.startswith("_") and value is not None]


class ToldShell:
    """A window that records its calls."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given: self.asked.append((name, *given))


def test_shell_commands_call_the_matching_window_methods() -> None:
    shell = ToldShell()
    actions = bound(OF_SHELL, shell)
    for act in actions.values():
        act()
    assert dict(zip(actions, shell.asked, strict=True)) == {
        "view_compose": ("show", "compose"),
        "menu": ("open_menu",),
        "context_menu": ("open_context_menu",),
        "next_pane": ("step_pane", 1),
        "previous_pane": ("step_pane", -1),
        "wrap": ("toggle_wrap",),
        "filter_iterations": ("filter_iterations",),
        "fold_side": ("toggle_side",),
        "fold_editor": ("toggle_editor",),
        "escape": ("escape",),
        "undo": ("undo",),
        "redo": ("redo",),
        "quit": ("quit",),
    }


TOGETHER = (
    ["delete_prompt", "export_pack", "import_pack", "undo_import", "training", "show_archived"],
    ["paste_sets", "cases", "keep_case", "next_set"],
    ["attach", "techniques", "save_technique", "improve", "paste_dialogue", "find"],
    ["lane_code", "continue_lane", "star_answer"],
    ["mark_row", "compare", "older"],
    ["archive_prompt", "delete_prompt", "export_pack"],
    ["note", "open_run", "star_run", "tag_run", "archive_run", "delete_run", "purge_run", "copy_rows"],
    ["copy_run_requests", "save_search", "saved_searches", "deleted", "history_backup"],
    ["deleted", "history_backup", "history_restore", "history_check", "history_smaller"],
    ["previous_pane", "settings", "theme_system", "theme_light", "theme_dark", "wrap"],
    ["wrap", "zoom_in", "zoom_out", "zoom_reset", "quit"],
    ["history_smaller", "judge", "judge_undo", "judge_skip", "judge_prompt", "judge_reveal", "group_both"],
    ["view_compose", "view_history", "view_rank", "palette"],
)


def test_related_commands_are_listed_together() -> None:
    # A command that is in none of these groups may stand anywhere.
    named = {name for together in TOGETHER for name in together}
    shown = [command.id for command in FEATURES.commands() if command.id in named]
    for together in TOGETHER:
        at = shown.index(together[0])
        assert shown[at : at + len(together)] == together
