"""The bar under the editor: Run, Stop, and the version that the text is based on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from workbench.core.text import plural
from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.key_names import KeyName, KeyNameButton, first_keys
from workbench.ui.widgets.theme import set_role


class RunBar(QFrame):
    """Run and Stop, and the draft's base version. When room is short, the keys are hidden first, then the button
    of the lane presets, then the labels shorten."""

    run_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._run = KeyNameButton("Run", "Ctrl ↵", "primary", self)
        self._run.clicked.connect(self.run_clicked)
        self._stop = KeyNameButton("■ Stop", "Esc", parent=self)
        self._stop.setToolTip("Stop all running lanes; their text so far is kept")
        self._stop.setAccessibleName("Stop everything")
        self._stop.clicked.connect(self.stop_clicked)
        self._stop.hide()
        self.presets = KeyNameButton("Lanes ▾", "", "quiet", self)
        """Opens the menu of lane presets, which the lanes provide."""
        self.presets.setAccessibleName("Lane presets")
        self.presets.setToolTip("Use the lanes of a preset, or save these lanes as one")
        self._about = ElidedText(role="small", parent=self)
        self._about.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 9, 14, 9)
        layout.setSpacing(8)
        layout.addWidget(self._run)
        layout.addWidget(self._stop)
        layout.addWidget(self.presets)
        layout.addWidget(self._about, 1)
        self._escape, self._closes_first = "Esc", False
        self._label, self._based_on, self._is_queued = ("Run", "Run"), ("", ""), False
        self.name_keys(first_keys)

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        key = name("run")
        self._run.set_key(key)
        self._run.setToolTip(f"Run all lanes ({key}, also while typing)" if key else "Run all lanes")
        self._escape = name("escape")
        self._name_stop()

    @property
    def buttons(self) -> tuple[KeyNameButton, KeyNameButton]:
        """The Run and Stop buttons."""
        return self._run, self._stop

    def set_escape(self, *, closes_first: bool) -> None:
        """Set whether the key of Stop would first close an open element instead."""
        if closes_first != self._closes_first:
            self._closes_first = closes_first
            self._name_stop()

    def _name_stop(self) -> None:
        self._stop.set_key("" if self._closes_first else self._escape)

    def set_state(self, lanes: int, *, sets: int = 1, running: bool, enabled: bool) -> None:
        """Show the number of lanes and, if there are several, of cases; show Stop while something runs."""
        label = f"Run {lanes} {plural(lanes, 'lane')}" if lanes else "Run"
        self._label = f"{label} × {sets} cases" if lanes and sets > 1 else label, "Run"
        self._name_run()
        self._run.setEnabled(enabled and lanes > 0)
        self._stop.setVisible(running)

    def set_based_on(self, version: str | None, *, shown: bool = True, edited_since: str = "") -> None:
        """Name the version that the draft is based on, None for none, or the iteration that it was edited since.

        Empty while the name is "", because it is not read yet, and while the draft is not `shown`.
        """
        about, brief = ("new text", "new") if version is None else (f"based on {version}", f"from {version}")
        if edited_since:
            about, brief = f"edited since {edited_since}", "edited"
        self._based_on = (about, brief) if shown and version != "" else ("", "")
        self._name_run()

    def set_queued(self, queued: bool) -> None:
        """Show that a run is queued until the window is complete."""
        self._is_queued = queued
        self._name_run()

    def _name_run(self) -> None:
        self._run.set_label(*(("Run queued", "Queued") if self._is_queued else self._label))
        about = ("runs once the history is open · Esc cancels", "Esc cancels") if self._is_queued else self._based_on
        self._about.set_full(*about)

    # Overrides of Qt methods.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A button was shown or hidden, or its text or font size has changed.
            self._fit()
        return done

    def _fit(self) -> None:
        buttons = [button for button in (self._run, self._stop) if not button.isHidden()]
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        room = self.width() - margins.left() - margins.right()

        def level_of(shown: Sequence[KeyNameButton]) -> int:
            taken = ((level, sum(one.width_at(level) + layout.spacing() for one in shown)) for level in (0, 1))
            return next((level for level, width in taken if width <= room), 2)

        level = level_of([*buttons, self.presets])
        self.presets.setVisible(level < 2)
        level = level if level < 2 else level_of(buttons)
        for button in (self._run, self._stop):
            button.say(level)


def hline(parent: QWidget | None = None) -> QFrame:
    """Return a thin separator."""
    line = QFrame(parent)
    set_role(line, "hline")
    return line


def small(text: str) -> QLabel:
    """Return a small muted label."""
    label = QLabel(text)
    set_role(label, "small")
    return label
