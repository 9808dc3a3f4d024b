"""The lanes of the draft, and the contents of their headers.

Invariant: a slot is never reused after its lane is removed, so that outputs of another lane cannot appear under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from workbench.app.lanes.lane_state import LaneHead, StaleMark
from workbench.core.lane_presets import in_slots
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, ECHO, LITELLM, MOST_SAMPLES, Endpoint, Lane, Params
from workbench.core.timeline import VersionLabel
from workbench.core.visible_text import visible_name

BADGES = {"builtin": "built in", "gguf": "local file", "echo": "echo"}


def badge(lane: Lane, endpoints: dict[str, Endpoint]) -> str:
    """Return the short label of a lane's endpoint, "" if the model id already says it."""
    endpoint = endpoints.get(lane.endpoint)
    if endpoint is None:
        return "" if lane.endpoint == LITELLM else "endpoint removed"
    if endpoint.kind == "litellm" and not endpoint.has_address:
        return visible_name(lane.model.split("/", 1)[0]) if "/" in lane.model else ""
    if lane.endpoint == ECHO and lane.title == "echo":
        return ""
    return BADGES.get(endpoint.kind, endpoint.name)


def heads(
    lanes: Sequence[Lane],
    endpoints: dict[str, Endpoint],
    versions: Sequence[VersionLabel],
    *,
    read_only: bool = False,
    answered: Callable[[Lane], Lane | None] = lambda _: None,
    stale: Callable[[str], StaleMark | None] = lambda _: None,
) -> list[LaneHead]:
    """Return the headers of `lanes`. `answered` returns a lane as it was when the shown run asked it, `stale` the mark
    of a slot whose answer no longer belongs to the draft."""
    pinned = {lane.pinned for lane in lanes}
    names = {one.number: one.name for one in versions if one.number in pinned}
    return [
        LaneHead(
            slot=lane.slot,
            number=number,
            title=lane.title,
            model=lane.model,
            badge=badge(lane, endpoints),
            pinned=lane.pinned,
            pinned_name=names.get(lane.pinned or 0, ""),
            versions=tuple(versions),
            params=lane.params,
            samples=lane.samples,
            baseline=bool(lane.baseline),
            read_only=read_only,
            place=endpoints[lane.endpoint].kind if lane.endpoint in endpoints else "",
            answered_by=_answered_by(lane, answered(lane), endpoints),
            stale=stale(lane.slot),
        )
        for number, lane in enumerate(lanes, start=1)
    ]


def named_by_files(lanes: Iterable[Lane], endpoints: Mapping[str, Endpoint]) -> tuple[Lane, ...]:
    """Return lanes with the current names of their model files, which can be renamed in the settings."""
    files = {uid: endpoint.name for uid, endpoint in endpoints.items() if endpoint.kind == "gguf"}
    return tuple(replace(lane, model=files[lane.endpoint]) if lane.endpoint in files else lane for lane in lanes)


def _answered_by(lane: Lane, ran: Lane | None, endpoints: Mapping[str, Endpoint]) -> str:
    if ran is None:
        return ""
    (ran,) = named_by_files((ran,), endpoints)
    if replace(ran, label=lane.label, samples=lane.samples, hidden=lane.hidden, baseline=lane.baseline) == lane:
        return ""
    if (ran.endpoint, ran.model) != (lane.endpoint, lane.model):
        return ran.title
    return "other settings"


class LaneList(QObject):
    """Edits the lanes of the draft. `changed` is emitted after every change by the user."""

    changed = Signal()
    edited = Signal(object)
    """Before `changed`, when single lanes were edited: all lanes as they were before."""
    loaded = Signal()
    """The lanes were replaced by those of a draft or of an iteration."""

    def __init__(self, new_slot: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_slot = new_slot
        self._lanes: list[Lane] = []

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes from left to right."""
        return tuple(self._lanes)

    @property
    def shown(self) -> tuple[Lane, ...]:
        """The lanes that are not hidden."""
        return tuple(lane for lane in self._lanes if not lane.hidden)

    @property
    def to_run(self) -> int:
        """The number of lanes that a run asks."""
        return sum(not lane.hidden and not lane.baseline for lane in self._lanes)

    def load(self, lanes: Sequence[Lane]) -> None:
        """Load the lanes of another draft; does not count as a change."""
        self._lanes = list(lanes)
        self.loaded.emit()

    def replace_all(self, lanes: Sequence[Lane]) -> None:
        """Replace all lanes with those of a restored iteration; counts as a change."""
        self._lanes = list(lanes)
        self.loaded.emit()
        self.changed.emit()

    def put_back(self, lanes: Sequence[Lane]) -> None:
        """Replace all lanes with those before or after an edit; counts as a change, but as no edit."""
        self._lanes = list(lanes)
        self.changed.emit()

    def exchange(self, lanes: Iterable[Lane]) -> Callable[[], None]:
        """Replace all lanes with those of a preset; return a callable that puts the old ones back.

        A lane with a model that is there already takes its slot, so that its answers stay.
        """
        before = self.lanes
        self._edit(in_slots(lanes, before, self._new_slot))
        return lambda: self._edit(list(before))

    def follow_files(self, endpoints: Mapping[str, Endpoint]) -> None:
        """Update lanes to the current names of their model files; a change if any name differs."""
        if (named := named_by_files(self._lanes, endpoints)) != self.lanes:
            self.replace_all(named)

    def get(self, slot: str) -> Lane | None:
        """Return the lane in `slot`."""
        return next((lane for lane in self._lanes if lane.slot == slot), None)

    def add(self, endpoint: str = BUILTIN, model: str = BUILTIN_MODEL, params: Params | None = None) -> str:
        """Append a lane on the current text and return its slot."""
        slot = self._new_slot()
        self._edit([*self._lanes, Lane(slot, endpoint, model, params or Params())])
        return slot

    def duplicate(self, slot: str) -> str:
        """Insert a copy to the right of a lane and return its slot, "" if there is no such lane."""
        position = self._position(slot)
        if position < 0:
            return ""
        copy = replace(self._lanes[position], slot=self._new_slot())
        self._edit([*self._lanes[: position + 1], copy, *self._lanes[position + 1 :]])
        return copy.slot

    def remove(self, slot: str) -> Callable[[], None]:
        """Remove a lane, whose outputs stay in the history; return a callable that puts it back."""
        position = self._position(slot)
        if position < 0:
            return lambda: None
        gone = self._lanes[position]
        self._edit([*self._lanes[:position], *self._lanes[position + 1 :]])

        def bring_back() -> None:
            if self._position(slot) < 0:
                self._edit([*self._lanes[:position], gone, *self._lanes[position:]])

        return bring_back

    def move(self, slot: str, delta: int) -> None:
        """Move a lane `delta` places to the right (negative: left), as far as there is room."""
        position = self._position(slot)
        target = max(0, min(len(self._lanes) - 1, position + delta))
        if position >= 0 and target != position:
            others = [lane for lane in self._lanes if lane.slot != slot]
            self._edit([*others[:target], self._lanes[position], *others[target:]])

    def place(self, slot: str, before: str) -> None:
        """Move a lane to the left of another one, or to the end if `before` is no lane."""
        moved = self.get(slot)
        others = [lane for lane in self._lanes if lane.slot != slot]
        target = next((i for i, lane in enumerate(others) if lane.slot == before), len(others))
        if moved is not None and before != slot:
            self._edit([*others[:target], moved, *others[target:]])

    def set_model(self, slot: str, endpoint: str, model: str) -> None:
        """Set the model. A label given by hand is cleared, because it named the old model.

        Parameters are cleared when leaving the built-in model, because the sample prompts limit its answer length; a
        real model must not inherit that unnoticed.
        """
        lane = self.get(slot)
        leaves = lane is not None and lane.endpoint == BUILTIN != endpoint
        changes = {"params": Params()} if leaves else {}
        self._update(slot, endpoint=endpoint, model=model, label="", **changes)

    def set_params(self, slot: str, params: Params) -> None:
        """Set the parameters."""
        self._update(slot, params=params)

    def set_samples(self, slot: str, samples: int) -> None:
        """Set the number of answers per run."""
        self._update(slot, samples=max(1, min(MOST_SAMPLES, samples)))

    def set_hidden(self, slot: str, *, hidden: bool) -> None:
        """Hide a lane, which excludes it from runs, or show it."""
        self._update(slot, hidden=hidden)

    def show_all(self) -> None:
        """Show all hidden lanes."""
        self._edit([replace(lane, hidden=False) if lane.hidden else lane for lane in self._lanes])

    def set_baseline(self, slot: str, run_uid: str) -> None:
        """Make a lane keep its answers of a run and not be run again; "" includes it in runs again."""
        self._update(slot, baseline=run_uid)

    def set_pinned(self, slot: str, version: int | None) -> None:
        """Pin a version; None follows the current text."""
        self._update(slot, pinned=version)

    def set_label(self, slot: str, label: str) -> None:
        """Set a label; "" shows the model's name again."""
        self._update(slot, label=label.strip())

    def _update(self, slot: str, **changes: object) -> None:
        position = self._position(slot)
        if position < 0:
            return
        updated = replace(self._lanes[position], **changes)  # type: ignore[arg-type] # names are checked by replace
        self._edit([*self._lanes[:position], updated, *self._lanes[position + 1 :]])

    def _edit(self, lanes: list[Lane]) -> None:
        """Replace the lanes by edited ones, if they differ."""
        if lanes != self._lanes:
            before, self._lanes = self.lanes, lanes
            self.edited.emit(before)
            self.changed.emit()

    def _position(self, slot: str) -> int:
        return next((i for i, lane in enumerate(self._lanes) if lane.slot == slot), -1)
