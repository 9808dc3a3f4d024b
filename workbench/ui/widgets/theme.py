"""Colours, fonts and the stylesheet, light and dark.

Invariant: widgets take every colour from `Theme.tokens`; text colours have at least 4.5 : 1 contrast on the surfaces
they are used on. A choice is in force at once; of those made while the window still takes it in, only the last one is.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from workbench.host.resources import resource
from workbench.ui.widgets.coalescer import Coalescer
from workbench.ui.widgets.fonts import base_point_size, mono_families, to_the_letter
from workbench.ui.widgets.theme_tokens import DARK, LIGHT, ThemeTokens

Mode = Literal["system", "light", "dark"]
Motion = Literal["system", "reduced", "full"]
STYLE = "Fusion"
_ICONS = ("tick", "clear", "down", "up")
QUIET_PADDING = 7
"""Pixels between the edge of a button without a frame and its words: padding and border."""
__all__ = ["DARK", "LIGHT", "QUIET_PADDING", "STYLE", "Mode", "Motion", "Theme", "ThemeTokens", "keep_room", "set_role"]


class Theme(QObject):
    """The look in force. Created once by the program and handed to every widget that paints."""

    changing, changed = Signal(), Signal()

    def __init__(self, app: QApplication, mode: Mode = "system", scale: float = 1.0, *, set_style: bool = True) -> None:
        """`set_style` is False when the application was started with `STYLE`, which is quicker than changing it."""
        super().__init__(app)
        self._app = app
        self._mode: Mode = mode
        self._scale = scale
        self._in_force = mode, scale
        self._changes = Coalescer(self._change, self)
        self._base_size = base_point_size(app)
        self._mono_families = mono_families()
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
        """What the user chose: follow the system, or one of the two."""
        return self._mode

    @property
    def scale(self) -> float:
        """Font scale, 1.0 = 100 %."""
        return self._scale

    @property
    def motion(self) -> Motion:
        """What the user chose: as the system, or as little motion as possible."""
        return self._motion

    def set_motion(self, motion: Motion) -> None:
        """Let carets blink and menus unfold as the system has it, or keep still, which Qt cannot tell by itself."""
        if motion == self._motion:
            return
        self._motion = motion
        QGuiApplication.styleHints().setCursorFlashTime(0 if motion == "reduced" else self._flash_ms)
        for effect, was in self._effects.items():
            QApplication.setEffectEnabled(effect, was and motion != "reduced")

    @property
    def is_dark(self) -> bool:
        """Whether the dark tokens are in force."""
        system_is = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return system_is if self._in_force[0] == "system" else self._in_force[0] == "dark"

    @property
    def tokens(self) -> ThemeTokens:
        """The colours in force."""
        return DARK if self.is_dark else LIGHT

    def color(self, name: str) -> QColor:
        """Return the token `name` as a QColor."""
        return QColor(getattr(self.tokens, name))

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or force light or dark."""
        if mode != self._mode:
            self._mode = mode
            self._changes.ask()

    def set_scale(self, scale: float) -> None:
        """Scale all fonts; `scale` is clamped to 0.8 … 2.0."""
        scale = min(2.0, max(0.8, scale))
        if scale != self._scale:
            self._scale = scale
            self._changes.ask()

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
        return to_the_letter(font)

    @property
    def _size(self) -> float:
        return self._base_size * self._in_force[1]

    def _system_changed(self) -> None:
        if self._mode == "system":
            self._changes.ask()

    def _change(self) -> None:
        from workbench.ui.widgets.deferred_restyle import change_look  # not before the first paint

        self.changing.emit()
        change_look(self._apply)

    def _apply(self) -> None:
        self._in_force = self._mode, self._scale
        font = QFont(self._app.font())
        if "Inter" in QFontDatabase.families():
            font.setFamilies(list(dict.fromkeys(("Inter", *font.families()))))
        font = to_the_letter(font)
        font.setPointSizeF(self._size)
        # Changed while in force, a stylesheet takes several times as long: each font and palette is handed on by all.
        if self._app.styleSheet():
            self._app.setStyleSheet("")
        # Each of these goes through all widgets once more, so only what changed is set.
        if font != self._app.font():
            self._app.setFont(font)
        if (palette := _palette(self.tokens)) != self._app.palette():
            self._app.setPalette(palette)
        self._app.setStyleSheet(_stylesheet(self.tokens, self._size))
        self.changed.emit()


def _palette(t: ThemeTokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for name, value in {
        role.Window: t.surface,
        role.Base: t.surface,
        role.AlternateBase: t.sunken,
        role.Button: t.surface,
        role.ToolTipBase: t.surface,
        role.WindowText: t.text,
        role.Text: t.text,
        role.ButtonText: t.text,
        role.ToolTipText: t.text,
        role.BrightText: t.red,
        role.PlaceholderText: t.muted,
        role.Highlight: t.text_selection,
        role.HighlightedText: t.text,
        role.Link: t.accent,
        role.LinkVisited: t.violet,
        role.Accent: t.accent,
        role.Light: t.hover,
        role.Midlight: t.line,
        role.Mid: t.border,
        role.Dark: t.border,
        role.Shadow: t.line,
    }.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(t.muted))
    return palette


def _stylesheet(t: ThemeTokens, size: float) -> str:
    """Return the application's stylesheet. Widgets opt in by the dynamic property `role`."""
    box = round(size * 1.4)
    small = QFont(QApplication.font())
    small.setPointSizeF(round(size - 1, 1))
    # Qt draws no round corners at all where they would be higher than half of the label.
    pill = (QFontMetrics(small).height() + 4) // 2
    ring = max(3, round(box * 0.3))
    tone = "light" if t is LIGHT else "dark"
    icons = {name: f'url("{resource("icons", f"{name}-{tone}.svg").as_posix()}")' for name in _ICONS}
    values = (
        t._asdict()
        | icons
        | {
            **{name: f"{size + more:.1f}pt" for name, more in (("small", -1), ("tiny", -1.5), ("large", 2))},
            "pill": f"{pill}px",
            "box": f"{box}px",
            "box_in": f"{box + 2 - 2 * ring}px",
            "ring": f"{ring}px solid {t.accent}",
            "box_half": f"{box // 2 + 1}px",
            "arrow": f"{round(size * 1.4)}px",
            "handle": f"{round(size * 1.4) + 10}px",
        }
    )
    sheet = _SHEET
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name};", f"{values[name]};")
    return sheet


_SHEET = """
QToolTip { color: @text; background: @surface; border: 1px solid @border; padding: 4px 6px; }
QMenu { background: @surface; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selected; color: @text; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QSplitter::handle { background: @line; }
QSplitter::handle:hover { background: @accent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 3px; margin: 2px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QPushButton {
  background: @surface; color: @text; border: 1px solid @border; border-radius: 6px; padding: 5px 12px;
}
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @selected; }
QPushButton:focus { border-color: @accent; outline: none; }
QPushButton:disabled { color: @muted; background: @sunken; }
QPushButton[role="primary"] {
  background: @accent; color: @on_accent; border: 1px solid @accent; font-weight: 600;
}
QPushButton[role="primary"]:hover { background: @accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid @text; padding: 4px 11px; }
QPushButton[role="primary"]:disabled { background: @sunken; color: @muted; border-color: @border; }
QPushButton[role="winner"] { color: @gold; font-weight: 600; }
QPushButton[role="quiet"], QToolButton[role="quiet"] {
  background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; color: @muted;
}
QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover { background: @hover; color: @text; }
QPushButton[role="quiet"]:focus, QToolButton[role="quiet"]:focus { border-color: @accent; color: @text; }
QPushButton[role="quiet"]:checked { color: @accent; }
QPushButton[role="quiet"]:disabled, QToolButton[role="quiet"]:disabled { color: @muted; }
QPushButton[role="quiet-strong"], QToolButton[role="quiet-strong"] {
  background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; color: @text;
  font-weight: 600;
}
QPushButton[role="quiet-strong"]:hover, QToolButton[role="quiet-strong"]:hover { background: @hover; }
QPushButton[role="quiet-strong"]:focus, QToolButton[role="quiet-strong"]:focus { border-color: @accent; }
QToolButton[role="view"] {
  background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px 11px; color: @muted;
}
QToolButton[role="view"]:hover { background: @hover; color: @text; }
QToolButton[role="view"]:checked { background: @selected; color: @accent; font-weight: 600; }
QToolButton[role="view"]:focus { border-color: @accent; }
QToolButton[role="toggle"] {
  background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; color: @muted;
}
QToolButton[role="toggle"]:hover { background: @hover; color: @text; }
QToolButton[role="toggle"]:checked {
  background: @selected; color: @accent; border-color: @accent; font-weight: 600; text-decoration: underline;
}
QToolButton[role="toggle"]:focus { border-color: @text; color: @text; }
QPushButton[role="set-shown"] {
  background: @surface; border: 1px solid @border; border-radius: 5px; padding: 3px 6px; color: @text;
  font-weight: 600;
}
QPushButton[role="set-shown"]:focus { border-color: @accent; }
QToolButton::menu-indicator, QPushButton[role="quiet"]::menu-indicator, QPushButton[role="choice"]::menu-indicator {
  image: none; width: 0;
}
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {
  background: @surface; color: @text; border: 1px solid @border; border-radius: 6px; padding: 4px 8px;
  selection-background-color: @text_selection; selection-color: @text;
}
QLineEdit, QPlainTextEdit, QTextEdit { placeholder-text-color: @muted; }
QLineEdit { lineedit-clear-button-icon: @clear; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: @accent; }
QLineEdit:disabled, QComboBox:disabled { background: @sunken; color: @muted; }
QComboBox::drop-down { border: none; width: @handle; }
QComboBox::down-arrow { image: @down; width: @arrow; height: @arrow; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  subcontrol-origin: border; width: @handle; border: none; background: transparent;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: @up; width: @arrow; height: @arrow; }
QAbstractSpinBox::down-arrow { image: @down; width: @arrow; height: @arrow; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @border; selection-background-color: @selected;
  selection-color: @text; }
QCheckBox::indicator, QAbstractItemView::indicator {
  width: @box; height: @box; border: 1px solid @muted; border-radius: 4px; background: @surface;
}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {
  background: @accent; border-color: @accent; image: @tick;
}
QRadioButton::indicator {
  width: @box; height: @box; border: 1px solid @muted; border-radius: @box_half; background: @surface;
}
QRadioButton::indicator:checked {
  width: @box_in; height: @box_in; border: @ring; background: @on_accent;
}
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @accent; }
QCheckBox:focus, QRadioButton:focus { text-decoration: underline; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @border; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent; }
QSlider::handle:horizontal {
  width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; border: 1px solid @accent; background: @accent;
}
QSlider::handle:horizontal:focus { border: 2px solid @text; width: 12px; height: 12px; }
QProgressBar { background: @border; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: @surface; border: none; }
QPlainTextEdit[role="off"] { color: @muted; }
QPlainTextEdit[role="field"] { border: 1px solid @border; border-radius: 6px; padding: 2px 4px; }
QPlainTextEdit[role="field"]:focus { border-color: @accent; }
QPlainTextEdit[role="field-wrong"] { border: 1px solid @red; border-radius: 6px; padding: 2px 4px; }
QAbstractItemView { background: @surface; border: none; outline: none; selection-background-color: @selected;
  selection-color: @text; }
QAbstractItemView[role="sunken"] { background: @sunken; }
QTableView::item, QListView[role="rows"]::item { padding: 0 5px; } QCheckBox[role="bare"] { spacing: 0; }
QListWidget::item { padding: 3px 6px; border-radius: 4px; }
QListWidget::item:selected { background: @selected; color: @text; }
QListWidget::item:hover:!selected { background: @hover; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @line;
  padding: 6px 8px; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QTabBar::tab { background: transparent; color: @muted; padding: 7px 14px; border: none; }
QTabBar::tab:selected { color: @accent; border-bottom: 2px solid @accent; }
QTabBar::tab:focus { color: @text; }
QLabel[role="muted"] { color: @muted; } QLabel[role="small"] { color: @muted; font-size: @small; }
QLabel[role="heading"] { font-weight: 600; } QLabel[role="title"] { font-size: @large; font-weight: 600; }
QLabel[role="small-sunken"] { color: @muted; font-size: @small; background: @sunken; }
QLabel[role="section"] { color: @muted; font-size: @tiny; }
QLabel[role="error"] { color: @red; } QLabel[role="good"] { color: @green; } QLabel[role="warn"] { color: @warn; }
QLabel[role="gold"] { color: @gold; font-weight: 600; } QLabel[role="small-error"] { color: @red; font-size: @small; }
QLabel[role="pill"] {
  color: @muted; border: 1px solid @border; border-radius: @pill; padding: 1px 8px; font-size: @small;
}
QLabel[role="pill-red"] {
  color: @red; background: @red_soft; border-radius: @pill; padding: 2px 8px; font-size: @small;
}
QLabel[role="pill-green"] {
  color: @green; background: @green_soft; border-radius: @pill; padding: 2px 8px; font-size: @small;
}
QLabel[role="pill-warn"] {
  color: @warn; background: @warn_soft; border-radius: @pill; padding: 2px 8px; font-size: @small;
}
QPushButton[role="pill-warn"] {
  color: @warn; background: @warn_soft; border: 1px solid transparent; border-radius: @pill; padding: 1px 8px;
  font-size: @small;
}
QPushButton[role="pill-warn"]:hover, QPushButton[role="pill-warn"]:focus { border-color: @warn; }
QFrame[role="sunken"], QWidget[role="sunken"] { background: @sunken; }
QFrame[role="sunken-below"] { background: @sunken; border: none; border-top: 1px solid @line; }
QFrame[role="surface"], QWidget[role="surface"] { background: @surface; }
QFrame[role="hline"] { background: @line; min-height: 1px; max-height: 1px; border: none; }
QFrame[role="vline"] { background: @line; min-width: 1px; max-width: 1px; border: none; }
QFrame[role="chip"] { background: @sunken; border: 1px solid @line; border-radius: 6px; }
QFrame[role="card"] { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame[role="floating"] { background: @surface; border: 1px solid @border; }
QFrame[role="notice"] { background: @selected; border: none; border-radius: 6px; }
QFrame[role="notice-error"] { background: @red_soft; border: none; border-radius: 6px; }
QFrame[role="banner"] { background: @selected; border: none; }
QFrame[role="banner-error"] { background: @red_soft; border: none; }
QFrame[role="banner-warn"] { background: @warn_soft; border: none; }
"""


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
