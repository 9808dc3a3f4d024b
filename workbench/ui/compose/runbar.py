"""The bar under the editor: run, stop, and what the text is based on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.ui.shell.bars import Elided
from workbench.ui.shell.keybutton import KeyButton, KeyName, first_keys, with_key
from workbench.ui.shell.notice import Sentence
from workbench.ui.theme import set_role

_STRONG = "quiet-strong"
_BACK = "Back"
_LEAST_WORDS = 14
"""Characters of the words that stand beside the buttons at least."""


class RunBar(QFrame):
    """Run and stop, and what the draft started from. Keys give way to the words, and those to fewer."""

    run_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._run = KeyButton("Run", "Ctrl ↵", "primary", self)
        self._run.clicked.connect(self.run_clicked)
        self._stop = KeyButton("■ Stop", "Esc", parent=self)
        self._stop.setToolTip("Stop everything that runs; the text so far is kept")
        self._stop.setAccessibleName("Stop everything")
        self._stop.clicked.connect(self.stop_clicked)
        self._stop.hide()
        self._about = Elided(role="small", parent=self)
        self._about.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 9, 14, 9)
        layout.setSpacing(8)
        layout.addWidget(self._run)
        layout.addWidget(self._stop)
        layout.addWidget(self._about, 1)
        self._escape, self._closes_first = "Esc", False
        self.name_keys(first_keys)

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""
        key = name("run")
        self._run.set_key(key)
        self._run.setToolTip(f"Run all lanes ({key}, also while typing)" if key else "Run all lanes")
        self._escape = name("escape")
        self._name_stop()

    @property
    def buttons(self) -> tuple[KeyButton, KeyButton]:
        """Run and Stop."""
        return self._run, self._stop

    def set_escape(self, *, closes_first: bool) -> None:
        """Say whether the key of Stop would close something that is open instead."""
        if closes_first != self._closes_first:
            self._closes_first = closes_first
            self._name_stop()

    def _name_stop(self) -> None:
        self._stop.set_key("" if self._closes_first else self._escape)

    def set_state(self, lanes: int, *, sets: int = 1, running: bool, enabled: bool) -> None:
        """Name the number of lanes and, if there are several, of value sets; show Stop while something runs."""
        label = "Run" if lanes == 0 else "Run 1 lane" if lanes == 1 else f"Run {lanes} lanes"
        self._run.set_label(f"{label} × {sets} sets" if lanes and sets > 1 else label, "Run")
        self._run.setEnabled(enabled and lanes > 0)
        self._stop.setVisible(running)

    def set_based_on(self, version: int | None, *, shown: bool = True) -> None:
        """Say which version the draft started from, None for none; nothing while the draft is not `shown`."""
        about, brief = ("a new text", "new") if version is None else (f"based on version {version}", f"from v{version}")
        self._about.set_full(about if shown else "", brief)

    # What Qt calls.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A button has other words, another size of text, or came or went.
            self._fit()
        return done

    def _fit(self) -> None:
        buttons = [button for button in (self._run, self._stop) if not button.isHidden()]
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        room = self.width() - margins.left() - margins.right()

        def fits(level: int) -> bool:
            return sum(button.width_at(level) + layout.spacing() for button in buttons) <= room

        level = next((level for level in (0, 1) if fits(level)), 2)
        for button in (self._run, self._stop):
            button.say(level)


class ViewingBar(QFrame):
    """Says that a past iteration is shown, read-only, and how to go on from it; the first words are always shown.

    Where the words and the buttons have no room beside each other, the buttons go below.
    """

    restore_clicked = Signal()
    branch_clicked = Signal()
    back_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "banner")
        self._text = Sentence()
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(14, 4, 8, 4)
        self._rows.setSpacing(2)
        layout = QHBoxLayout()
        layout.setSpacing(2)
        self._rows.addWidget(self._text, 1)
        self._rows.addLayout(layout)
        self._buttons: dict[str, tuple[QPushButton, str]] = {}
        for command, label, tip, signal, role in (
            ("restore", "Restore", "Put it into the editor; undo brings the draft back", self.restore_clicked, _STRONG),
            ("branch", "Branch", "Start the draft from this version", self.branch_clicked, _STRONG),
            ("escape", _BACK, "Back to the draft", self.back_clicked, "quiet"),
        ):
            button = QPushButton(label)
            button.setAccessibleName(label)
            set_role(button, role)
            button.clicked.connect(signal)
            layout.addWidget(button)
            self._buttons[command] = button, tip
        self.hide()

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""
        for command, (button, tip) in self._buttons.items():
            button.setToolTip(with_key(tip, name(command)))

    def text(self) -> str:
        """Return the line that says what is shown."""
        return self._text.full()

    def show_row(self, text: str, detail: str) -> None:
        """Show the bar with `text`; `detail` is its tooltip."""
        self._text.set_full(text)
        self.setToolTip(detail)
        self.show()
        self._fit()

    # What Qt calls.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        margins = self._rows.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        back, _ = self._buttons["escape"]
        metrics = back.fontMetrics()
        taken = sum(button.sizeHint().width() + 2 for button, _ in self._buttons.values())
        taken += metrics.horizontalAdvance(_BACK) - metrics.horizontalAdvance(back.text())
        words = self._text.fontMetrics().averageCharWidth() * _LEAST_WORDS
        beside = words + taken <= room
        self._rows.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        back.setText(_BACK if taken <= room else "✕")


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
