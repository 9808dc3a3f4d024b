"""The menu of a lane.

Invariant: the menu contains every action on a lane, reachable by keyboard. Unavailable actions are disabled, not
hidden, so that entries keep their positions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.text import opening_words, plural
from workbench.core.timeline import VersionLabel
from workbench.ui.features.lanes.lane_intents import LaneIntents
from workbench.ui.widgets.wording import has_ended

_DIRECT_VERSIONS = 20
_VERSIONS_PER_MENU = 25
_LABEL_LENGTH = 44
_TIP_LENGTH = 80


@dataclass(frozen=True, slots=True)
class LaneMenuState:
    """The state that the menu depends on."""

    head: LaneHead
    status: LaneStatus
    is_first: bool
    is_last: bool
    running: bool
    has_text: bool


def lane_menu(
    state: LaneMenuState,
    intents: LaneIntents,
    *,
    rename: Callable[[], None],
    edit_params: Callable[[], None],
    parent: QWidget,
) -> QMenu:
    """Build the menu; it deletes itself when closed."""
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
    add(
        "Test a success&or…",
        lambda: intents.successor_requested.emit(slot),
        editable and not state.status.blind and not state.running,
    )
    add("&Parameters…", edit_params, editable)
    _add_versions(menu, head, lambda number: intents.pin_requested.emit(slot, number), editable)
    _add_samples(menu, head, lambda count: intents.samples_requested.emit(slot, count), editable)
    add("Re&name…", rename, editable and not state.status.blind)
    menu.addSeparator()
    add("&Duplicate", lambda: intents.duplicate_requested.emit(slot), editable)
    add("Move &left", lambda: intents.move_requested.emit(slot, -1), editable and not state.is_first)
    add("Move ri&ght", lambda: intents.move_requested.emit(slot, 1), editable and not state.is_last)
    menu.addSeparator()
    add("Show re&quest…", lambda: intents.wire_requested.emit(slot), state.status.has_wire and not state.status.blind)
    add("Get c&ode…", lambda: intents.code_requested.emit(slot), editable and not state.status.blind)
    add(
        "Con&tinue from this answer",
        lambda: intents.continue_requested.emit(slot),
        state.has_text and not state.running and not state.status.blind,
    )
    add(
        "Remove star from ans&wer" if state.status.starred else "Star this ans&wer",
        lambda: intents.star_requested.emit(slot),
        state.status.state == "finished" and not state.status.blind,
    )
    # Retry is in the footer as well, if there is room for it.
    can_retry = editable and has_ended(state.status) and not head.answered_by
    add("Retr&y", lambda: intents.retry_requested.emit(slot), can_retry)
    add("&Copy answer", lambda: intents.copy_requested.emit(slot), state.has_text)
    forms = menu.addMenu("Copy &as")
    forms.menuAction().setEnabled(state.has_text)
    for form, title in (("text", "Plain &text"), ("markdown", "&Markdown"), ("json", "&JSON")):
        entry = forms.addAction(title)
        entry.triggered.connect(lambda _checked=False, form=form: intents.copy_as_requested.emit(slot, form))
    menu.addSeparator()
    if editable:
        add("R&un only this lane", lambda: intents.run_requested.emit(slot), not head.baseline)
        text = "Run &again with the others" if head.baseline else "&Keep as baseline"
        add(text, lambda: intents.baseline_requested.emit(slot), bool(head.baseline) or state.status.attempts > 0)
        add("&Hide lane", lambda: intents.hide_requested.emit(slot))
    remove = add("&Remove lane", lambda: intents.remove_requested.emit(slot), editable and not state.running)
    if state.running and editable:
        remove.setText("&Remove lane (stop the run first)")
    return menu


def _add_samples(menu: QMenu, head: LaneHead, choose: Callable[[int], None], editable: bool) -> None:
    samples = menu.addMenu("&Samples")
    samples.menuAction().setEnabled(editable)
    offer_samples(samples, head.samples, choose)


def offer_samples(menu: QMenu, current: int, choose: Callable[[int], None]) -> None:
    """Fill a menu with the possible numbers of samples per run; the current one is checked."""
    for count in range(1, MOST_SAMPLES + 1):
        entry = menu.addAction(f"{count} {plural(count, 'sample per run', 'samples per run')}")
        entry.setCheckable(True)
        entry.setChecked(current == count)
        entry.triggered.connect(lambda _checked=False, count=count: choose(count))


def _add_versions(menu: QMenu, head: LaneHead, pin: Callable[[int | None], None], editable: bool) -> None:
    """Add the newest versions, the pinned one and the first; the others go into the submenu "More…"."""
    versions = menu.addMenu("&Version")
    versions.menuAction().setEnabled(editable)
    versions.setToolTipsVisible(True)
    _add_version(versions, None, head, pin)
    if head.versions:
        versions.addSeparator()
    direct, older = head.versions[:_DIRECT_VERSIONS], head.versions[_DIRECT_VERSIONS:]
    kept = [label for label in older if label.number == head.pinned or label is older[-1]]
    for label in (*direct, *kept):
        _add_version(versions, label, head, pin)
    if len(older) > len(kept):
        versions.addSeparator()
        _add_lazily(versions.addMenu("More…"), older, head, pin)


def _add_lazily(
    menu: QMenu, labels: tuple[VersionLabel, ...], head: LaneHead, pin: Callable[[int | None], None]
) -> None:
    """Fill a menu with versions when first opened; many are split into submenus that each fit on a screen."""
    menu.setToolTipsVisible(True)

    def fill() -> None:
        if not menu.isEmpty():
            return
        if len(labels) <= _VERSIONS_PER_MENU:
            for label in labels:
                _add_version(menu, label, head, pin)
            return
        size = max(_VERSIONS_PER_MENU, -(-len(labels) // _VERSIONS_PER_MENU))
        for start in range(0, len(labels), size):
            part = labels[start : start + size]
            holds_pinned = " ✓" if any(label.number == head.pinned for label in part) else ""
            _add_lazily(menu.addMenu(_escaped(f"{part[0].name} … {part[-1].name}{holds_pinned}")), part, head, pin)

    menu.aboutToShow.connect(fill)


def _add_version(menu: QMenu, label: VersionLabel | None, head: LaneHead, pin: Callable[[int | None], None]) -> None:
    """Add one version, or the current text if `label` is None."""
    number = None if label is None else label.number
    entry = menu.addAction("Current text" if label is None else version_text(label))
    if label is not None:
        entry.setToolTip(opening_words(label.opening, _TIP_LENGTH))
    entry.setCheckable(True)
    entry.setChecked(head.pinned == number)
    entry.triggered.connect(lambda _checked=False: pin(number))


def version_text(label: VersionLabel) -> str:
    """Return the entry of a version on one line: its name, and its note or how its text begins."""
    return _escaped("   ".join(filter(None, (label.name, opening_words(label.text, _LABEL_LENGTH)))))


def _escaped(text: str) -> str:
    """Return a text for a menu, where & marks a mnemonic."""
    return text.replace("&", "&&")
