"""Displays and corrects the techniques of a judged version.

Invariant: one version is shown at a time; a change is shown only after it is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from workbench.core.technique_marks import TOLD
from workbench.store.runs.technique_marks import VersionMarks
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import set_role

_LONGEST = 40
"""Maximum length of a technique's name on its chip, in characters."""


class VersionTechniques(QWidget):
    """A version selector, a chip per technique of the version, and a button to add more. Hidden without versions."""

    said = Signal(int, str, str, bool)
    """Version number, key and name of a technique, and whether the version uses it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._versions: tuple[VersionMarks, ...] = ()
        self._choices: tuple[tuple[str, str], ...] = ()
        self.chips: list[QPushButton] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        title = QLabel("Techniques of version", self)
        set_role(title, "heading")
        self.choice = ChoiceBox(self)
        self.choice.setAccessibleName("Version whose techniques are shown")
        self.choice.setMinimumContentsLength(12)
        self.choice.currentIndexChanged.connect(lambda _: self._show())
        head.addWidget(title)
        head.addWidget(self.choice, 1)
        head.addStretch(1)
        layout.addLayout(head)
        self._row = QWidget(self)
        self._flow = FlowLayout(6)
        self._row.setLayout(self._flow)
        layout.addWidget(self._row)
        self.add = QPushButton("Add ▾", self._row)
        self.add.setAccessibleName("Add a technique that this version uses")
        self.add.setToolTip("Mark a technique as used by this version")
        set_role(self.add, "choice")
        self._menu = QMenu(self.add)
        self.add.setMenu(self._menu)
        opens_menu(self.add)
        self._flow.addWidget(self.add)
        self.hide()

    @property
    def shown(self) -> VersionMarks | None:
        """The selected version."""
        at = self.choice.currentIndex()
        return self._versions[at] if 0 <= at < len(self._versions) else None

    def show_versions(self, versions: Sequence[VersionMarks], choices: Sequence[tuple[str, str]]) -> None:
        """Show these versions, newest first; keeps the selected one. `choices` are pairs of technique key and name."""
        before = self.shown
        self._versions, self._choices = tuple(reversed(versions)), tuple(choices)
        self.choice.blockSignals(True)
        self.choice.clear()
        names = [", ".join(one.used.values()) or "no technique" for one in self._versions]
        self.choice.addItems([f"{one.name} · {used}" for one, used in zip(self._versions, names, strict=True)])
        at = (n for n, one in enumerate(self._versions) if before is not None and one.number == before.number)
        self.choice.setCurrentIndex(next(at, 0))
        self.choice.blockSignals(False)
        self.setVisible(bool(self._versions))
        self._show()

    def stops(self) -> list[QWidget]:
        """Return the parts in tab order."""
        return [self.choice, *self.chips, self.add]

    def _show(self) -> None:
        focused = next((at for at, chip in enumerate(self.chips) if chip.hasFocus()), None)
        if focused is not None:
            # Before the chip is removed, so that the focus does not move elsewhere in between.
            self.choice.setFocus()
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        self._menu.clear()
        version = self.shown
        if version is None:
            return
        self._flow.removeWidget(self.add)
        for key, name in version.used.items():
            self._add_chip(version, key, name)
        self._flow.addWidget(self.add)
        for key, name in self._choices:
            if key not in version.used:
                self._menu.addAction(_plain(name), partial(self.said.emit, version.number, key, name, True))
        self.add.setEnabled(bool(self._menu.actions()))
        if focused is not None:
            others = [
                chip for chip in self.chips[max(focused - 1, 0) :] if chip.focusPolicy() != Qt.FocusPolicy.NoFocus
            ]
            (others[0] if others else self.add).setFocus()

    def _add_chip(self, version: VersionMarks, key: str, name: str) -> None:
        is_told = key in TOLD
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        chip = QPushButton(_plain(short if is_told else f"{short}  ✕"), self._row)
        set_role(chip, "choice")
        if is_told:
            chip.setAccessibleName(name)
            chip.setToolTip("This version contains it, so you cannot unmark it.")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        else:
            chip.setAccessibleName(f"{name}: mark as not used by this version")
            chip.setToolTip(f"{name}\nMark as not used by {version.name}")
            chip.clicked.connect(lambda: self.said.emit(version.number, key, name, False))
        self._flow.addWidget(chip)
        chip.show()
        self.chips.append(chip)


def _plain(text: str) -> str:
    """Escape a text for a button or a menu, where & marks a mnemonic."""
    return text.replace("&", "&&")
