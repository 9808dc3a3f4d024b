"""Creates, renames, duplicates and archives prompts, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInSession,
    standins,
    wait_for,
    window_modules,
)
from workbench.app.palette.palette import PaletteSource
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.prompts import FEATURE
from workbench.ui.features.prompts.controller import PromptsController
from workbench.ui.features.prompts.dialog import PlaceDialog
from workbench.ui.shell.events import PackExportRequested, PaletteOpening, PromptDeletionRequested, TrainingRequested
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.rooms import PROMPTS
from workbench.ui.shell.views import ViewPlace, at_once
from workbench.ui.widgets.theme import Theme


class StandInSide:
    """A hidden side bar that records its calls."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.focused = self.filtered = 0

    def edit_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        self.named.append(uid)

    def point_at(self, uid: str, menu: QMenu) -> None:
        pass

    def is_shown(self) -> bool:
        return False

    def focus_list(self) -> None:
        self.focused += 1

    def filter_list(self) -> None:
        self.filtered += 1


def main(folder: Path) -> None:
    """Print the prompts and the published events."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    session = StandInSession()
    services = standins(store, Theme(app, "light"), session=session)
    events = services.events
    assert isinstance(events, StandInEvents)
    host = FeatureHost((FEATURE,), services)
    actions, side = host.actions(), StandInSide()
    part = host.part(PROMPTS, side)
    listed = part.prompts.model

    def names() -> list[str]:
        return sorted(row.name for row in listed.prompts)

    actions["new_prompt"]()
    first = session.uid
    wait_for(lambda: side.named == [first])
    part.prompts.rename(first, "Order bot")
    actions["duplicate_prompt"]()
    copied, copy = names(), session.uid
    actions["archive_prompt"]()
    archived, opened = names(), session.uid == first
    actions["show_archived"]()
    shown = names()
    actions["rename_prompt"]()
    controller = host.controller("prompts")
    assert isinstance(controller, PromptsController)
    menu = controller.menu(copy)
    texts = {action.text(): action for action in menu.actions()}
    for text in ("Export as a pack…", "Training files…", "Delete", "Bring back"):
        texts[text].trigger()
    actions["show_archived"]()
    sources: list[PaletteSource] = []
    events.publish(PaletteOpening(sources.append))
    found = {entry.title: entry for entry in sources[0].read()}
    found["Order bot copy"].act()
    assert isinstance(services.navigator, StandInNavigator)
    services.navigator.places = {"compose": ViewPlace("Compose", at_once(QWidget), lambda: None)}
    actions["switch_prompt"]()
    actions["search_prompts"]()
    actions["organise_prompt"]()
    place = services.dialogs.widget().findChild(PlaceDialog)
    assert place is not None
    place.field.setText("Support")
    place.tag_field.setText("live, #de")
    place.keep()
    wait_for(lambda: listed.folders() == ["Support"])
    told = {
        "commands": sorted(actions),
        "copied": copied,
        "saved": session.saved,
        "archived": archived,
        "opened": opened,
        "shown": shown,
        "named": [uid == first for uid in side.named],
        "menu": list(texts),
        "published": [
            type(event).__name__
            for event in events.published
            if isinstance(event, PackExportRequested | PromptDeletionRequested | TrainingRequested)
        ],
        "brought_back": names(),
        "found": {title: entry.unavailable for title, entry in found.items()},
        "placed": [(row.folder, row.tags) for row in listed.prompts if row.uid == copy],
        "filtered": side.filtered,
        "went": session.uid == copy,
        "focused": side.focused,
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
