"""The bar under the editor: run, stop, and what the text is based on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.ui.shell.bars import Elided
from workbench.ui.shell.notice import Sentence
from workbench.ui.theme import set_role


class KeyButton(QPushButton):
    """A push button with its key printed inside, which says less where there is less room."""

    def __init__(self, text: str, key: str, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._level = 0
        self._texts = ("", "", "")
        if role:
            set_role(self, role)
        self.set_label(text, text)

    def set_label(self, text: str, brief: str) -> None:
        """Change the words, and the fewest of them that will do; the key stays."""
        self._texts = (f"{text}   {self._key}", text, brief)
        self.setText(self._texts[self._level])
        self.setAccessibleName(text)

    def say(self, level: int) -> None:
        """Say everything (0), leave out the key (1), or say only the fewest words (2)."""
        self._level = level
        self.setText(self._texts[level])

    def width_at(self, level: int) -> int:
        """Return the pixels that the button wants at `level`, whatever it says."""
        metrics = self.fontMetrics()
        there, then = (metrics.horizontalAdvance(text) for text in (self.text(), self._texts[level]))
        return self.sizeHint().width() - there + then


class RunBar(QFrame):
    """Run and stop, and what the draft started from. Keys give way to the words, and those to fewer."""

    run_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._run = KeyButton("Run", "Ctrl ↵", "primary", self)
        self._run.setToolTip("Run all lanes (Ctrl+Enter, also while typing)")
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

    def set_state(self, lanes: int, *, running: bool, enabled: bool) -> None:
        """Name the number of lanes; show Stop while something runs."""
        self._run.set_label("Run" if lanes == 0 else "Run 1 lane" if lanes == 1 else f"Run {lanes} lanes", "Run")
        self._run.setEnabled(enabled and lanes > 0)
        self._stop.setVisible(running)

    def set_based_on(self, version: int | None, *, shown: bool = True) -> None:
        """Say which version the draft started from, None for none; nothing while the draft is not `shown`."""
        about = "a new text" if version is None else f"based on version {version}"
        self._about.set_full(about if shown else "")

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
    """Says that a past iteration is shown, read-only, and how to go on from it; the first words are always shown."""

    restore_clicked = Signal()
    branch_clicked = Signal()
    back_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "banner")
        self._text = Sentence()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(self._text, 1)
        for label, tip, signal, role in (
            (
                "Restore",
                "Put it into the editor; undo brings the draft back (Ctrl+Shift+O)",
                self.restore_clicked,
                "quiet-strong",
            ),
            ("Branch", "Start the draft from this version (Ctrl+Shift+B)", self.branch_clicked, "quiet-strong"),
            ("Back", "Back to the draft (Esc)", self.back_clicked, "quiet"),
        ):
            button = QPushButton(label)
            button.setToolTip(tip)
            set_role(button, role)
            button.clicked.connect(signal)
            layout.addWidget(button)
        self.hide()

    def text(self) -> str:
        """Return the line that says what is shown."""
        return self._text.full()

    def show_row(self, text: str, detail: str) -> None:
        """Show the bar with `text`; `detail` is its tooltip."""
        self._text.set_full(text)
        self.setToolTip(detail)
        self.show()


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
