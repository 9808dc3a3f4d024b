"""Scenes of presets: the menu without any and with many, their dialog, their notices, and recently used models."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import BOTH, Theme, command, dialog, opened, provider, shots, show, small
from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane, Params
from workbench.ui.features.lanes.preset_dialog import PresetDialog
from workbench.ui.features.palette.dialog import PaletteDialog

_TEXT = Content((Message("user", "Where is my order?"),))
_GONE = Lane("z", "removed-endpoint", "house-model-with-a-long-name")
_LONG = "The three we compare for long legal answers in German and Dutch"


def presets(demo: Demo) -> None:
    """Save, choose, rename and remove presets; choose a model that was used before."""
    window = demo.window
    with provider(demo, "Acme") as (_, endpoint):
        lanes = (Lane("a", endpoint, "fake", Params(temperature=0.2)), Lane("b", ECHO, ECHO_MODEL))
        show(demo, _TEXT, lanes)
        demo.run()
        command(demo, "lane_model")
        dialog(demo, "recent-models")
        _menu(demo, "presets-none", ("light",))
        command(demo, "save_lane_preset")
        opened(demo, PresetDialog)
        shots(demo, "presets-save", narrow=True)
        window.store.lane_presets.save(_LONG[:60], [*lanes, _GONE]).result(60)
        for number in range(1, 30):
            many = [Lane(f"m{at}", LITELLM, f"acme/model-{at}") for at in range(number % 5 + 1)]
            window.store.lane_presets.save(f"Comparison {number}", many).result(60)
        opened(demo, PresetDialog).reject()
        _menu(demo, "presets-many")
        demo.pause(100)
        _submenu(demo, "New prompts start with", "presets-first")
        _submenu(demo, "Rename", "presets-rename-menu").actions()[-1].trigger()
        _close_menus(demo)
        opened(demo, PresetDialog)
        shots(demo, "presets-rename", narrow=True)
        opened(demo, PresetDialog).reject()
        demo.resize((1024, 700))
        _menu(demo, "presets-many-narrow", ("light",))
        demo.resize((1440, 900))
        palette = _search(demo, "lanes: the three")
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        demo.until("its lanes are shown", lambda: window.notice.key == "offer")
        shots(demo, "presets-used")
        small(demo, "presets-used-narrow")
        _search(demo, "lanes: comp")
        dialog(demo, "presets-palette", ("light",))


def _search(demo: Demo, text: str) -> PaletteDialog:
    """Open the palette with the results of a search."""
    command(demo, "palette")
    palette = opened(demo, PaletteDialog)
    demo.until("the lists are there", lambda: not palette.is_reading)
    palette.field.setText(text)
    demo.until("a preset is found", palette.current)
    return palette


def _submenu(demo: Demo, title: str, name: str) -> QMenu:
    """Take pictures of a submenu of the menu of presets, which stays open."""
    for theme in BOTH:
        _close_menus(demo)
        demo.window.theme.set_mode(theme)
        command(demo, "lane_presets")
        demo.until("the menu is open", QApplication.activePopupWidget)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        entry = next(one for one in menu.actions() if one.text().replace("&", "") == title)
        menu.setActiveAction(entry)
        QTest.keyClick(menu, Qt.Key.Key_Right)
        demo.until("the submenu is open", entry.menu().isVisible)
        demo.picture(f"{name}-{theme}")
    demo.window.theme.set_mode("light")
    submenu = entry.menu()
    assert isinstance(submenu, QMenu)
    return submenu


def _close_menus(demo: Demo) -> None:
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
        demo.pause(60)


def _menu(demo: Demo, name: str, themes: tuple[Theme, ...] = BOTH) -> None:
    for theme in themes:
        demo.window.theme.set_mode(theme)
        command(demo, "lane_presets")
        demo.until("the menu is open", QApplication.activePopupWidget)
        demo.picture(f"{name}-{theme}")
        popup = QApplication.activePopupWidget()
        assert popup is not None
        popup.close()
        demo.pause(60)
    demo.window.theme.set_mode("light")
