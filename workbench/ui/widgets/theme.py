"""Colours, fonts and the stylesheet, light and dark.

Invariant: widgets take every colour from `Theme.tokens`; text colours have at least 4.5 : 1 contrast on the surfaces
they are used on. A choice takes effect within a few turns of the event loop; of several made until then, the last
counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from workbench.ui.widgets.stylesheet import DARK, LIGHT, ThemeTokens, palette_of, stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.ui.widgets.deferred_restyle import Restyle

Mode = Literal["system", "light", "dark"]
Motion = Literal["system", "reduced", "full"]
STYLE = "Fusion"
QUIET_PADDING = 7
"""Pixels between the edge of a flat button and its text: padding and border."""
__all__ = [
    "DARK",
    "LIGHT",
    "QUIET_PADDING",
    "STYLE",
    "Mode",
    "Motion",
    "Theme",
    "ThemeTokens",
    "keep_room",
    "set_role",
    "set_text_font",
]


class Theme(QObject):
    """The current theme. Created once by the program and passed to every widget that paints."""

    changing, changed = Signal(), Signal()

    def __init__(self, app: QApplication, mode: Mode = "system", scale: float = 1.0, *, set_style: bool = True) -> None:
        """`set_style` is False if the application was started with `STYLE`, which is faster than changing it."""
        super().__init__(app)
        self._app = app
        self._mode: Mode = mode
        self._scale = scale
        self._in_force = mode, scale
        # A timer without delay fires after all events already queued, so repeats of a held key become one change.
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._go_on)
        self._turns: list[Callable[[], None]] = []
        """The remaining steps of a change in progress; one is performed in each turn of the event loop."""
        self._base_size = _base_point_size(app)
        self._mono_families = _mono_families()
        if set_style:
            app.setStyle(STYLE)
        hints = QGuiApplication.styleHints()
        self._motion: Motion = "system"
        self._flash_ms = hints.cursorFlashTime()
        self._effects = {effect: QApplication.isEffectEnabled(effect) for effect in Qt.UIEffect}
        hints.colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def mode(self) -> Mode:
        """The user's choice: follow the system, light or dark."""
        return self._mode

    @property
    def scale(self) -> float:
        """Font scale, 1.0 = 100 %."""
        return self._scale

    @property
    def motion(self) -> Motion:
        """The user's choice: as the system, or reduced motion."""
        return self._motion

    def set_motion(self, motion: Motion) -> None:
        """Set whether carets blink and menus animate as the system says, or not at all; Qt has no such setting."""
        if motion == self._motion:
            return
        self._motion = motion
        QGuiApplication.styleHints().setCursorFlashTime(0 if motion == "reduced" else self._flash_ms)
        for effect, was in self._effects.items():
            QApplication.setEffectEnabled(effect, was and motion != "reduced")

    @property
    def is_dark(self) -> bool:
        """Whether the dark tokens are in use."""
        system_is = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return system_is if self._in_force[0] == "system" else self._in_force[0] == "dark"

    @property
    def tokens(self) -> ThemeTokens:
        """The current colours."""
        return DARK if self.is_dark else LIGHT

    def color(self, name: str) -> QColor:
        """Return the token `name` as a QColor."""
        return QColor(getattr(self.tokens, name))

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or force light or dark."""
        if mode != self._mode:
            self._mode = mode
            self._prepare()

    def set_scale(self, scale: float) -> None:
        """Scale all fonts; `scale` is clamped to 0.8 … 2.0."""
        scale = min(2.0, max(0.8, scale))
        if scale != self._scale:
            self._scale = scale
            self._prepare()

    def font(self, delta: float = 0.0, *, bold: bool = False, tabular: bool = False) -> QFont:
        """Return the interface font, `delta` points larger or smaller; `tabular` gives all digits one width."""
        font = QFont(self._app.font())
        font.setPointSizeF(max(6.0, self._size + delta))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def mono(self, delta: float = 0.0) -> QFont:
        """Return the fixed-width font of the editor."""
        font = QFont()
        font.setFamilies(self._mono_families)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPointSizeF(max(6.0, self._size + delta))
        return _to_the_letter(font)

    @property
    def _size(self) -> float:
        return self._base_size * self._in_force[1]

    def _system_changed(self) -> None:
        if self._mode == "system":
            self._prepare()

    def _prepare(self) -> None:
        """Mark all widgets, which takes a third of the time of a change, and apply it in the next turns."""
        if self._turns:
            return
        from workbench.ui.widgets.deferred_restyle import Restyle  # not before the first paint

        self.changing.emit()
        restyle = Restyle()
        self._turns = [lambda: restyle.apply(self._apply), restyle.dress_visible, lambda: self._end(restyle)]
        self._turn.start()

    def _go_on(self) -> None:
        try:
            self._turns.pop(0)()
        finally:
            if self._turns:
                self._turn.start()

    def _end(self, restyle: Restyle) -> None:
        try:
            self.changed.emit()
        finally:
            restyle.end()
        if (self._mode, self._scale) != self._in_force:
            self._prepare()

    def _apply(self) -> None:
        self._in_force = self._mode, self._scale
        font = QFont(self._app.font())
        if "Inter" in QFontDatabase.families():
            font.setFamilies(list(dict.fromkeys(("Inter", *font.families()))))
        font = _to_the_letter(font)
        font.setPointSizeF(self._size)
        # Changing a stylesheet while it is set takes several times as long: each widget propagates fonts and palettes.
        if self._app.styleSheet():
            self._app.setStyleSheet("")
        # Each of these visits all widgets again, so only what changed is set.
        if font != self._app.font():
            self._app.setFont(font)
        if (palette := palette_of(self.tokens)) != self._app.palette():
            self._app.setPalette(palette)
        self._app.setStyleSheet(stylesheet(self.tokens, self._size))


def set_role(widget: QObject, role: str) -> None:
    """Give a widget a stylesheet role and restyle it at once."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    # A widget that was never shown takes its style when it is; to load QStyle for it would delay the first paint.
    if isinstance(widget, QWidget) and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)


def keep_room(widget: QWidget) -> None:
    """Let a widget keep its place while it is hidden, so that its neighbours stay where they are."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def set_text_font(area: QAbstractScrollArea, font: QFont) -> None:
    """Set the font of a text area and of its viewport, whose font the placeholder uses and which does not always
    follow."""
    area.setFont(font)
    area.viewport().setFont(font)


def _base_point_size(app: QApplication) -> float:
    """Return the system's font size in points, at 100 %."""
    size = app.font().pointSizeF()
    return size if size > 0 else 10.0


def _to_the_letter(font: QFont) -> QFont:
    """Disable ligatures: some fonts draw one arrow for "->", which is another prompt than "→"."""
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def _mono_families() -> list[str]:
    """Return the fixed-width fonts to use, best first."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    # Qt searches all fonts for a missing one, and then asks the system for a substitute.
    there = QFontDatabase.families()
    return [*(name for name in ("JetBrains Mono", "DejaVu Sans Mono", fixed) if name in there), "monospace"]
