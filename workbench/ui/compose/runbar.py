"""The bar under the editor: run, stop, and what the text is based on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.ui.shell.bars import Elided
from workbench.ui.shell.notice import Sentence
from workbench.ui.theme import set_role


class KeyButton(QPushButton):
    """A push button with its key printed inside, small and quiet."""

    def __init__(self, text: str, key: str, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = text
        self._key = key
        self._shows_key = True
        if role:
            set_role(self, role)
        self.set_label(text)

    def set_label(self, text: str) -> None:
        """Change the words; the key stays."""
        self._label = text
        self._write()
        self.setAccessibleName(text)

    def show_key(self, shown: bool) -> None:
        """Print the key or leave it out."""
        if shown != self._shows_key:
            self._shows_key = shown
            self._write()

    def width_with_key(self) -> int:
        """Return the pixels that words and key want, whether the key is shown or not."""
        hint = self.sizeHint().width()
        return hint if self._shows_key else hint + self.fontMetrics().horizontalAdvance(f"   {self._key}")

    def _write(self) -> None:
        self.setText(f"{self._label}   {self._key}" if self._shows_key else self._label)


class RunBar(QFrame):
    """Run and stop. The numbers at the right say what the draft started from; the keys give way to the words."""

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
        self._run.set_label("Run" if lanes == 0 else "Run 1 lane" if lanes == 1 else f"Run {lanes} lanes")
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
        wanted = sum(button.width_with_key() + layout.spacing() for button in buttons)
        fits = wanted + margins.left() + margins.right() <= self.width()
        for button in (self._run, self._stop):
            button.show_key(fits)


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
