"""Lane presets in the window: their menu, their entries in the palette, and what these do.

Invariant: presets are read each time they are shown, because another window may have changed them. Whatever changes
lanes or presets can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from workbench.core.lane_presets import MOST_NAME, LanePreset
from workbench.core.reused_lanes import AvailableLanes, reusable
from workbench.core.text import counted, first_line
from workbench.ui.shell.events import PaletteOpening
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services
from workbench.ui.widgets.small_controls import safe_tip
from workbench.usecases.lane_presets import KnownPresets, LanePresets, lanes_to_save
from workbench.usecases.problems import RefusedError

if TYPE_CHECKING:
    from workbench.app.palette.palette import PaletteEntry
    from workbench.core.lanes import Lane

_LAST_USED = "The last used lanes"
_LONGEST = 36
"""Characters of a name in a menu, so that menus fit beside each other on a small screen."""


class LanePresetActions:
    """The actions on presets in one window."""

    def __init__(self, services: Services, owner: LanesOwner) -> None:
        self._services, self._notices = services, services.notices
        self._lanes, self._board, self._button = owner.lanes, owner.board, owner.presets
        self._presets = LanePresets(services.backend.store)
        self._button.clicked.connect(self.open_menu)
        services.events.subscribe(PaletteOpening, self._add_source)

    def open_menu(self) -> None:
        """Open the menu above its button."""
        self._services.navigator.show("compose")
        self._services.tasks.run(self._presets.read, self._open)

    def menu(self, known: KnownPresets) -> QMenu:
        """Return the menu of these presets."""
        menu = QMenu(self._services.dialogs.widget())
        menu.setAccessibleName("Lane presets")
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        save = menu.addAction("&Save these lanes as a preset…", self.ask_name)
        save.setEnabled(self._services.navigator.action("save_lane_preset").isEnabled())
        self._add_first(menu.addMenu("&New prompts start with"), known)
        for title, act in (("&Rename", self._ask_new_name), ("Re&move", self._remove)):
            changing = menu.addMenu(title)
            changing.setToolTipsVisible(True)
            changing.setEnabled(bool(known.presets) and self._presets.is_writable)
            for preset in known.presets:
                entry = changing.addAction(_plain(preset.name), partial(act, known, preset))
                entry.setToolTip(safe_tip(preset.name))
        menu.addSeparator()
        shown = _shape(self._lanes.lanes)
        for preset in known.presets:
            entry = menu.addAction(
                f"{_plain(preset.name)}\t{counted(len(preset.lanes), 'lane')}", partial(self.use, preset)
            )
            entry.setToolTip(safe_tip(f"{preset.name}: {preset.summary}"))
            entry.setCheckable(True)
            entry.setChecked(_shape(preset.lanes) == shown)
            entry.setEnabled(not self._refusal())
        if not known.presets:
            menu.addAction("No presets yet").setEnabled(False)
        return menu

    def use(self, preset: LanePreset) -> None:
        """Show the lanes of a preset instead of those of the draft."""
        if refusal := self._refusal():
            self._notices.refused(refusal)
            return
        self._services.navigator.show("compose")
        self._services.tasks.run(lambda: self._presets.usable(preset.lanes), partial(self._exchange, preset.name))

    def ask_name(self) -> None:
        """Ask for a name for the lanes of the draft, and save them under it."""
        try:
            lanes = lanes_to_save(self._lanes.lanes)
        except RefusedError as error:
            self._notices.refused(error.sentence)
            return
        self._services.tasks.run(self._presets.read, lambda known: self._ask_name(known, lanes))

    def _refusal(self) -> str:
        """Return why the lanes cannot be exchanged or saved now, "" if they can."""
        if not self._services.navigator.action("add_lane").isEnabled():
            return "These lanes cannot be changed. Go back to the draft, or judge the blind answers first."
        if self._board.is_running():
            return "The lanes cannot be exchanged during a run. Stop it, or wait until it has ended."
        return ""

    def _open(self, known: KnownPresets) -> None:
        menu, corner = self.menu(known), self._button.mapToGlobal(QPoint(0, 0))
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))

    def _add_first(self, menu: QMenu, known: KnownPresets) -> None:
        """Add the choices for the lanes of new prompts, with a check mark at the current one."""
        menu.setEnabled(self._presets.is_writable)
        menu.setToolTipsVisible(True)
        for name in ("", *(preset.name for preset in known.presets)):
            entry = menu.addAction(_plain(name) or _LAST_USED, partial(self._start_with, name))
            entry.setToolTip(safe_tip(name))
            entry.setCheckable(True)
            entry.setChecked(name == known.first)

    def _start_with(self, name: str) -> None:
        words = f"the preset “{name}”" if name else "the last used lanes"
        self._write(
            lambda: self._presets.start_with(name),
            lambda: self._notices.brief("lane_preset", f"New prompts start with {words}."),
        )

    def _exchange(self, name: str, found: AvailableLanes) -> None:
        if refusal := self._refusal():
            self._notices.refused(refusal)
            return
        if not found.lanes:
            self._notices.refused(f"No lane of “{name}” can be used. {found.sentence}")
            return
        if _shape(self._lanes.lanes) == _shape(found.lanes) and not found.sentence:
            self._notices.brief("lane_preset", f"These are the lanes of “{name}” already.")
            return
        before = self._lanes.lanes
        undo = self._lanes.exchange(found.lanes)
        # Omitted lanes come first, because the end of a long notice is cut.
        said = f"{found.sentence} The other lanes of “{name}” are here." if found.sentence else ""
        said = said or f"The lanes are now those of “{name}”."
        self._notices.offer(said, "Undo", undo, lambda: self._lanes.lanes == before)

    def _ask_name(self, known: KnownPresets, lanes: Sequence[Lane]) -> None:
        from workbench.ui.features.lanes.preset_dialog import PresetDialog

        titles = ", ".join(lane.title for lane in lanes)
        dialog = PresetDialog(self._services.dialogs.widget(), known, titles[:MOST_NAME].strip(), titles)
        dialog.accepted.connect(lambda: self._save(known, lanes, dialog.name, is_first=dialog.first.isChecked()))
        dialog.open()

    def _save(self, known: KnownPresets, lanes: Sequence[Lane], name: str, *, is_first: bool) -> None:
        replaced = known.get(name)

        def write() -> Future[None]:
            saved = self._presets.save(name, lanes)
            changes_first = is_first != (known.first == name)
            return self._presets.start_with(name if is_first else "") if changes_first else saved

        def undo() -> None:
            if replaced is None:
                self._write(lambda: self._presets.remove(name))
            else:
                self._write(lambda: self._presets.put_back(replaced, is_first=False))
            if is_first != (known.first == name):
                self._write(lambda: self._presets.start_with(known.first))

        said = f"Saved {counted(len(lanes), 'lane')} as the preset “{name}”."
        if is_first:
            said += " New prompts start with it."
        self._write(write, lambda: self._notices.offer(said, "Undo", undo))

    def _ask_new_name(self, known: KnownPresets, preset: LanePreset) -> None:
        from workbench.ui.features.lanes.preset_dialog import PresetDialog

        dialog = PresetDialog(self._services.dialogs.widget(), known, preset.name, preset.summary, renamed=True)
        dialog.accepted.connect(lambda: self._rename(preset.name, dialog.name))
        dialog.open()

    def _rename(self, name: str, new: str) -> None:
        if new != name:
            undo = partial(self._write, lambda: self._presets.rename(new, name))
            said = f"The preset “{name}” is now called “{new}”."
            self._write(lambda: self._presets.rename(name, new), lambda: self._notices.offer(said, "Undo", undo))

    def _remove(self, known: KnownPresets, preset: LanePreset) -> None:
        is_first = known.first == preset.name
        undo = partial(self._write, lambda: self._presets.put_back(preset, is_first=is_first))
        said = f"The preset “{preset.name}” was removed."
        if is_first:
            said += " New prompts start with the last used lanes."
        self._write(lambda: self._presets.remove(preset.name), lambda: self._notices.offer(said, "Undo", undo))

    def _write(self, write: Callable[[], Future[None]], then: Callable[[], None] = lambda: None) -> None:
        self._services.tasks.watch(write(), lambda _: then())

    def _add_source(self, opening: PaletteOpening) -> None:
        from workbench.app.palette.palette import PaletteEntry, PaletteSource

        refusal = "not now" if self._refusal() else ""

        def entry(preset: LanePreset) -> PaletteEntry:
            act = partial(self.use, preset)
            return PaletteEntry(
                "preset", preset.name, f"Lanes: {preset.name}", act, preset.summary, unavailable=refusal
            )

        def read() -> Sequence[PaletteEntry]:
            return [entry(preset) for preset in self._presets.read().presets]

        opening.add(PaletteSource("lane presets", "", read, slow=True))


def _shape(lanes: Sequence[Lane]) -> list[Lane]:
    """Return the lanes that run without their slots, to compare them."""
    return [replace(lane, slot="") for lane in reusable(lanes)]


def _plain(name: str) -> str:
    """Return a name as the text of a menu entry, whose tooltip has all of it."""
    return first_line(name, _LONGEST).replace("&", "&&")
