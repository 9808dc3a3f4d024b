"""The reading modes that the user chose.

Invariant: a choice belongs to one lane slot, or to all lanes that have none; "" means automatic.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal


class ModeChoices(QObject):
    """The chosen modes. Unknown ids (of another release) are kept and have no effect."""

    changed = Signal(str)
    """The slot whose choice changed, "" for the default."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._default = ""
        self._slots: dict[str, str] = {}

    @property
    def default(self) -> str:
        """The mode of lanes without a choice of their own."""
        return self._default

    def of(self, slot: str) -> str:
        """Return the mode in effect for a lane."""
        return self._slots.get(slot, self._default)

    def own(self, slot: str) -> str | None:
        """Return a lane's own choice, None when it uses the default."""
        return self._slots.get(slot)

    def choose(self, slot: str, mode: str) -> None:
        """Set the mode of one lane."""
        if self._slots.get(slot) != mode:
            self._slots.pop(slot, None)  # keep the newest choice last
            self._slots[slot] = mode
            self.changed.emit(slot)

    def choose_for_all(self, mode: str) -> None:
        """Set the mode of all lanes; choices of single lanes are dropped."""
        if mode != self._default or self._slots:
            self._default = mode
            self._slots.clear()
            self.changed.emit("")

    def stored(self) -> dict[str, str]:
        """Return the choices by slot, the default under ""."""
        return {**self._slots, "": self._default} if self._default else dict(self._slots)

    def load(self, stored: Mapping[str, str]) -> None:
        """Restore choices that `stored` returned."""
        self._slots = {slot: mode for slot, mode in stored.items() if slot}
        self._default = stored.get("", "")
        self.changed.emit("")
