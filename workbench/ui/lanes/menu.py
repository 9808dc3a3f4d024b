"""The menu of a lane.

Invariant: everything that can be done to a lane is here, reachable by keyboard; what cannot be done now is shown and
disabled, so that nothing moves around.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workbench.app.lane_state import LaneHead, LaneStatus
from workbench.ui.lanes.intents import Intents

_DIRECT_VERSIONS = 20
_VERSIONS_PER_MENU = 25


@dataclass(frozen=True, slots=True)
class MenuState:
    """What the menu depends on."""

    head: LaneHead
    status: LaneStatus
    is_first: bool
    is_last: bool
    running: bool
    has_text: bool


def lane_menu(
    state: MenuState, intents: Intents, *, rename: Callable[[], None], edit_params: Callable[[], None], parent: QWidget
) -> QMenu:
    """Build the menu; it deletes itself when it has closed."""
    head, slot = state.head, state.head.slot
    editable = not head.read_only
    menu = QMenu(parent)
    menu.setAccessibleName(f"Menu of lane {head.number}")
    menu.aboutToHide.connect(menu.deleteLater)

    def add(text: str, action: Callable[[], object], enabled: bool = True) -> QAction:
        entry = menu.addAction(text)
        entry.setEnabled(enabled)
        entry.triggered.connect(lambda _checked=False: action())
        return entry

    add("Change &model…", lambda: intents.model_requested.emit(slot), editable)
    add("&Parameters…", edit_params, editable)
    _add_versions(menu, head, lambda number: intents.pin_requested.emit(slot, number), editable)
    add("Re&name…", rename, editable and not state.status.blind)
    menu.addSeparator()
    add("&Duplicate", lambda: intents.duplicate_requested.emit(slot), editable)
    add("Move &left", lambda: intents.move_requested.emit(slot, -1), editable and not state.is_first)
    add("Move ri&ght", lambda: intents.move_requested.emit(slot, 1), editable and not state.is_last)
    menu.addSeparator()
    add("Show re&quest…", lambda: intents.wire_requested.emit(slot), state.status.has_wire and not state.status.blind)
    add("&Copy answer", lambda: intents.copy_requested.emit(slot), state.has_text)
    menu.addSeparator()
    remove = add("&Remove lane", lambda: intents.remove_requested.emit(slot), editable and not state.running)
    if state.running and editable:
        remove.setText("&Remove lane (stop the run first)")
    return menu


def _add_versions(menu: QMenu, head: LaneHead, pin: Callable[[int | None], None], editable: bool) -> None:
    versions = menu.addMenu("&Version")
    versions.menuAction().setEnabled(editable)
    _add_version(versions, "Current text", None, head, pin)
    if head.versions:
        versions.addSeparator()
    direct, older = head.versions[:_DIRECT_VERSIONS], head.versions[_DIRECT_VERSIONS:]
    for number in direct:
        _add_version(versions, f"v{number}", number, head, pin)
    for start in range(0, len(older), _VERSIONS_PER_MENU):
        part = older[start : start + _VERSIONS_PER_MENU]
        holds_pinned = " ✓" if head.pinned in part else ""
        _add_lazily(versions.addMenu(f"v{part[0]} … v{part[-1]}{holds_pinned}"), part, head, pin)


def _add_lazily(menu: QMenu, part: tuple[int, ...], head: LaneHead, pin: Callable[[int | None], None]) -> None:
    def fill() -> None:
        if menu.isEmpty():
            for number in part:
                _add_version(menu, f"v{number}", number, head, pin)

    menu.aboutToShow.connect(fill)


def _add_version(menu: QMenu, text: str, number: int | None, head: LaneHead, pin: Callable[[int | None], None]) -> None:
    entry = menu.addAction(text)
    entry.setCheckable(True)
    entry.setChecked(head.pinned == number)
    entry.triggered.connect(lambda _checked=False: pin(number))
