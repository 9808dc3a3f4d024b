"""Searches and triggers commands in the palette, and changes a shortcut, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.bench.histories import add_iterations, echo_history
from tests.ui.features.standins import (
    StandInEvents,
    StandInSelection,
    StandInSession,
    standin_models,
    standins,
    wait_for,
    window_modules,
)
from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import Command
from workbench.app.palette.palette import PaletteEntry, PaletteSource
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.palette import FEATURE
from workbench.ui.features.palette.controller import PaletteController
from workbench.ui.shell.events import KeyBindingsRequested, PaletteOpening, RunChosen, SearchChosen, TechniqueChosen
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.key_bindings import KeyBindings
from workbench.ui.shell.services import ShownTimeline
from workbench.ui.widgets.theme import Theme
from workbench.usecases.saved_searches import Bookmarks


def main(folder: Path) -> None:
    """Print the results, the published events and the changed shortcut."""
    app = QApplication([])
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 3)
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    Bookmarks(store, utc_now, lambda: "s").save("Good ones", "is:starred").result(60)
    selection, session = StandInSelection(), StandInSession()
    services = standins(store, Theme(app, "light"), selection, session)
    services = replace(services, backend=replace(services.backend, models=standin_models(store, folder)))
    session.uid = store.prompts()[0].uid
    host = FeatureHost((FEATURE,), services)
    actions, events, done = host.actions(), services.events, list[str]()
    assert isinstance(events, StandInEvents)
    command = PaletteEntry("command", "echo", "Say it again", lambda: done.append("echo"))
    events.subscribe(PaletteOpening, lambda event: event.add(PaletteSource("commands", ">", lambda: [command])))
    keys = KeyBindings(CommandRegistry((Command("echo", "Say it again", "Edit"),)), {})
    events.subscribe(KeyBindingsRequested, lambda event: event.use(keys))
    controller = host.controller("palette")
    assert isinstance(controller, PaletteController)

    def choose(text: str) -> str:
        actions["palette"]()
        palette = controller.palette
        assert palette is not None
        palette.field.setText(text)
        entry = palette.current()
        assert entry is not None, text
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        QApplication.processEvents()
        return entry.title

    titles = [choose("say it"), choose("? good"), choose("#")]
    technique = next(source for source in controller.sources() if source.name == "techniques").read()[0]
    wait_for(lambda: _chosen(events, RunChosen))
    selection.rows = ShownTimeline(is_past=True)
    past = next(source for source in controller.sources() if source.name == "techniques").read()[0]
    technique.act()
    actions["shortcuts"]()
    actions["shortcuts"]()
    sheet = controller.sheet
    assert sheet is not None
    sheet.select("echo")
    sheet.add.click()
    QTest.keyClick(sheet.add, Qt.Key.Key_F12, Qt.KeyboardModifier.ControlModifier)
    shown = sheet.shown_titles()
    sheet.close()
    told = {
        "commands": sorted(actions),
        "sources": [source.name for source in controller.sources()],
        "found": titles,
        "done": done,
        "searched": [event.query for event in _chosen(events, SearchChosen)],
        "opened": [event.wish for event in _chosen(events, RunChosen) if event.prompt_uid == session.uid],
        "techniques": len(_chosen(events, TechniqueChosen)),
        "remembered": [mark.partition(":")[0] for mark in json.loads(store.get_meta("palette_recent") or "[]")],
        "unavailable": [technique.unavailable, past.unavailable],
        "sheet": shown,
        "rebound": keys.name("echo"),
        "open": [controller.palette is not None, controller.sheet is not None],
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


def _chosen(events: StandInEvents, kind: type[Any]) -> list[Any]:
    return [event for event in events.published if isinstance(event, kind)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
