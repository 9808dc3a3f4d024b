"""What holds for every feature: few small services, controllers made late, changes told once."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

from workbench.app.commands import GROUPS, Command
from workbench.ui.composition import FEATURES, commands
from workbench.ui.shell import services as shell_services
from workbench.ui.shell.events import Changed, DataChanged, EventBus, PackChosen, PromptOpened
from workbench.ui.shell.feature import Feature, FeatureHost, Subscription
from workbench.ui.shell.services import Services

MOST_MEMBERS, MOST_METHODS = 10, 8


class Counter:
    """A controller that counts what it is asked for."""

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


def test_a_controller_is_made_by_the_first_command_or_event_and_stopped_if_it_was() -> None:
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


def test_what_a_command_or_a_handled_event_changed_is_told_once() -> None:
    events, told = EventBus(), list[DataChanged]()
    events.subscribe(DataChanged, told.append)
    host = host_of(events, [])
    host.actions()["count"]()
    events.publish(PromptOpened("p"))
    assert told == [DataChanged(Changed.CASES)] * 2


def test_services_stay_small() -> None:
    members = dataclasses.fields(Services)
    assert len(members) <= MOST_MEMBERS
    protocols = [value for value in vars(shell_services).values() if getattr(value, "_is_protocol", False)]
    large = {one.__name__: len(names) for one in protocols if len(names := _methods(one)) > MOST_METHODS}
    assert large == {}


def _methods(protocol: type) -> list[str]:
    return [name for name, value in vars(protocol).items() if not name.startswith("_") and value is not None]


def test_every_command_of_a_feature_has_an_action_and_a_menu() -> None:
    of_features = [command for feature in FEATURES for command in feature.commands]
    assert [command.id for command in of_features if command.run is None] == []
    assert [command.id for command in of_features if command.group not in GROUPS] == []


def test_commands_stand_with_those_that_they_belong_to() -> None:
    shown = [command.id for command in commands()]
    for together in (
        ["delete_prompt", "export_pack", "import_pack", "undo_import", "training", "show_archived"],
        ["paste_sets", "cases", "keep_case", "next_set"],
        ["attach", "techniques", "save_technique", "improve", "paste_dialogue", "find"],
        ["lane_code", "continue_lane", "star_answer"],
        ["mark_row", "compare", "older"],
        ["deleted", "history_backup", "history_restore", "history_check", "history_smaller"],
        ["previous_pane", "settings", "theme_system", "theme_light", "theme_dark", "wrap"],
        ["wrap", "zoom_in", "zoom_out", "zoom_reset", "quit"],
    ):
        at = shown.index(together[0])
        assert shown[at : at + len(together)] == together
