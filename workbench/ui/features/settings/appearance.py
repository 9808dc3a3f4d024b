"""The page for theme, text size and motion, applied at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QRadioButton, QSlider, QVBoxLayout, QWidget

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import SettingsSource, ThemeMode
from workbench.ui.widgets.controls import StatusLabel, button, label
from workbench.ui.widgets.theme import Theme

SMALLEST, LARGEST, STEP = 80, 200, 10
_SETTLE_MS = 200
FIELDS = (
    ("theme", "Theme", "same as the system, light or dark"),
    ("size", "Text size", f"{SMALLEST} to {LARGEST} %"),
    ("motion", "Reduce motion", "the caret does not blink, menus open at once"),
)
_MODES: tuple[tuple[ThemeMode, str], ...] = (("system", "Same as the system"), ("light", "Light"), ("dark", "Dark"))


class AppearancePanel(QWidget):
    """Theme (system, light or dark), text size (80 to 200 %), and motion."""

    def __init__(self, theme: Theme, source: SettingsSource) -> None:
        super().__init__()
        self._theme = theme
        self._source = source
        self._later = FutureResults(self)
        self._modes: dict[ThemeMode, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(SMALLEST, LARGEST)
        self._slider.setSingleStep(5)
        self._slider.setPageStep(STEP)
        self._slider.setAccessibleName("Size of text in per cent")
        self._percent = label(role="muted", wrap=False)
        self.still = QCheckBox(FIELDS[2][1])
        self._status = StatusLabel()
        # A new size lays out every window again, so the slider is debounced.
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLE_MS)
        self._settled.timeout.connect(self._apply_size)
        self._lay_out()
        self.show_theme()
        self._slider.valueChanged.connect(self._size_changed)
        self.still.toggled.connect(self._set_still)
        theme.changed.connect(self.show_theme)

    def show_theme(self) -> None:
        """Show the current theme."""
        self._modes[self._theme.mode].setChecked(True)
        self.still.setChecked(self._theme.motion == "reduced")
        if not self._settled.isActive():
            self._slider.setValue(round(self._theme.scale * 100))
            self._settled.stop()
        self._percent.setText(f"{self._slider.value()} %")

    def show_item(self, name: str) -> None:
        """Focus a field."""
        fields: dict[str, QWidget] = {
            "theme": self._modes[self._theme.mode],
            "size": self._slider,
            "motion": self.still,
        }
        fields[name].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_work(self) -> None:
        """Apply a pending size at once."""
        if self._settled.isActive():
            self._settled.stop()
            self._apply_size()
        self._later.close()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(label(FIELDS[0][1], "heading"))
        for mode, text in _MODES:
            made = QRadioButton(text)
            made.toggled.connect(lambda on, mode=mode: self._set_mode(mode) if on else None)
            self._group.addButton(made)
            self._modes[mode] = made
            layout.addWidget(made)
        layout.addSpacing(16)
        layout.addWidget(label(FIELDS[1][1], "heading"))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._slider, 1)
        row.addWidget(self._percent)
        row.addWidget(button("Reset", lambda: self._slider.setValue(100), "quiet", "Back to 100 per cent"))
        layout.addLayout(row)
        layout.addWidget(label("Applied at once, in every window.", "muted"))
        layout.addSpacing(16)
        layout.addWidget(label("Motion", "heading"))
        layout.addWidget(self.still)
        layout.addWidget(
            label("The caret does not blink, menus and lists open at once, and times count in seconds.", "muted")
        )
        layout.addWidget(self._status)
        layout.addStretch(1)

    def _size_changed(self, percent: int) -> None:
        self._percent.setText(f"{percent} %")
        self._settled.start()

    def _set_mode(self, mode: ThemeMode) -> None:
        if mode != self._theme.mode:
            self._theme.set_mode(mode)
            self._remember()

    def _set_still(self, still: bool) -> None:
        if still != (self._theme.motion == "reduced"):
            self._theme.set_motion("reduced" if still else "system")
            self._remember()

    def _apply_size(self) -> None:
        scale = self._slider.value() / 100
        if scale != self._theme.scale:
            self._theme.set_scale(scale)
            self._remember()

    def _remember(self) -> None:
        future = self._source.save_appearance(self._theme.mode, self._theme.scale, self._theme.motion)
        otherwise = "This could not be saved. It applies until you close the workbench."
        self._later.watch(
            future,
            lambda _: self._status.say(""),
            lambda error: self._status.say(sentence_of(error, otherwise), "error"),
        )
