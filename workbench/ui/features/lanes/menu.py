"""The menu of a lane.

Invariant: the menu contains every action on a lane, reachable by keyboard. Unavailable actions are disabled, not
hidden, so that entries keep their positions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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
_BASES = {
    "previous": "All against their &previous iteration",
    "winner": "All against the &winner",
    "lane": "All against this &lane",
}


@dataclass(frozen=True, slots=True)
class LaneMenuState:
    """The state that the menu depends on."""

    head: LaneHead
    status: LaneStatus
    is_first: bool
    is_last: bool
    running: bool
    has_text: bool


@dataclass(frozen=True, slots=True)
class LaneMenuActs:
    """What the menu does by the column itself: `read_as` fills a menu with the view modes."""

    rename: Callable[[], None]
    edit_params: Callable[[], None]
    read_as: Callable[[QMenu], None]


def lane_menu(state: LaneMenuState, intents: LaneIntents, acts: LaneMenuActs, parent: QWidget) -> QMenu:
    """Build the menu; it deletes itself when closed."""
    menu = QMenu(parent)
    menu.setAccessibleName(f"Menu of lane {state.head.number}")
    menu.aboutToHide.connect(menu.deleteLater)
    made = _LaneMenu(state, intents, acts, menu)
    made.add_setup()
    menu.addSeparator()
    made.add_reading()
    menu.addSeparator()
    made.add_answer()
    menu.addSeparator()
    made.add_place()
    return menu


class _LaneMenu:
    """Adds the groups of entries to a menu."""

    def __init__(self, state: LaneMenuState, intents: LaneIntents, acts: LaneMenuActs, menu: QMenu) -> None:
        self._state, self._intents, self._acts, self._menu = state, intents, acts, menu
        self._slot = state.head.slot
        self._editable = not state.head.read_only
        self._named = not state.status.blind

    def add_setup(self) -> None:
        """What the next run uses."""
        head, intents, slot = self._state.head, self._intents, self._slot
        self._add("Change &model…", lambda: intents.model_requested.emit(slot), self._editable)
        self._add("&Parameters…", self._acts.edit_params, self._editable)
        _add_versions(self._menu, head, lambda number: intents.pin_requested.emit(slot, number), self._editable)
        _add_samples(self._menu, head, lambda count: intents.samples_requested.emit(slot, count), self._editable)
        can_test = self._editable and self._named and not self._state.running
        self._add("Test a success&or…", lambda: intents.successor_requested.emit(slot), can_test)

    def add_reading(self) -> None:
        """How the answer is read, copied and compared."""
        intents, slot, status = self._intents, self._slot, self._state.status
        read = self._below("Read &as")
        self._acts.read_as(read)
        read.addSeparator()
        can_show = status.has_wire and self._named
        self._add("Show re&quest…", lambda: intents.wire_requested.emit(slot), can_show, to=read)
        copy = self._below("&Copy", self._state.has_text)
        self._add("&Answer", lambda: intents.copy_requested.emit(slot), self._state.has_text, to=copy)
        for form, title in (("text", "Plain &text"), ("markdown", "&Markdown"), ("json", "&JSON")):
            self._add(title, partial(intents.copy_as_requested.emit, slot, form), to=copy)
        diff = self._below("Di&ff", self._state.has_text)
        for base, title in _BASES.items():
            self._add(title, partial(intents.diff_requested.emit, slot, base), to=diff)

    def add_answer(self) -> None:
        """What can be done with the answer."""
        intents, slot, state = self._intents, self._slot, self._state
        # Retry is in the footer as well, if there is room for it.
        can_retry = self._editable and has_ended(state.status) and not state.head.answered_by
        self._add("Retr&y", lambda: intents.retry_requested.emit(slot), can_retry, key="retry_lane")
        can_continue = state.has_text and not state.running and self._named
        self._add(
            "Con&tinue from this answer", lambda: intents.continue_requested.emit(slot), can_continue, "continue_lane"
        )
        self._add(
            "Remove star from ans&wer" if state.status.starred else "Star this ans&wer",
            lambda: intents.star_requested.emit(slot),
            state.status.state == "finished" and self._named,
        )

    def add_place(self) -> None:
        """Which lanes there are, and which of them run."""
        intents, slot, state = self._intents, self._slot, self._state
        if self._editable:
            is_kept = bool(state.head.baseline)
            run = self._below("R&un")
            self._add("&Only this lane", lambda: intents.run_requested.emit(slot), not is_kept, "run_lane", run)
            words = "Run a&gain with the others" if is_kept else "&Keep as baseline, do not run again"
            can_keep = is_kept or state.status.attempts > 0
            self._add(words, lambda: intents.baseline_requested.emit(slot), can_keep, to=run)
            lane = self._below("&Lane")
            self._add("Re&name…", self._acts.rename, self._named, to=lane)
            self._add("&Duplicate", lambda: intents.duplicate_requested.emit(slot), to=lane)
            self._add("Move &left", lambda: intents.move_requested.emit(slot, -1), not state.is_first, to=lane)
            self._add("Move &right", lambda: intents.move_requested.emit(slot, 1), not state.is_last, to=lane)
            self._add("&Hide", lambda: intents.hide_requested.emit(slot), to=lane)
            self._add("Get &code…", lambda: intents.code_requested.emit(slot), self._named, to=lane)
        can_remove = self._editable and not state.running
        words = "&Remove lane (stop the run first)" if state.running and self._editable else "&Remove lane"
        self._add(words, lambda: intents.remove_requested.emit(slot), can_remove)

    def _below(self, title: str, enabled: bool = True) -> QMenu:
        menu = self._menu.addMenu(title)
        menu.menuAction().setEnabled(enabled)
        return menu

    def _add(
        self, text: str, act: Callable[[], object], enabled: bool = True, key: str = "", to: QMenu | None = None
    ) -> None:
        """Add an entry to the menu or to the one below it; `key` is the command whose key is shown."""
        shown = self._intents.key_name(key) if key else ""
        entry = (to or self._menu).addAction(f"{text}\t{shown}" if shown else text)
        entry.setEnabled(enabled)
        entry.triggered.connect(lambda _checked=False: act())


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
