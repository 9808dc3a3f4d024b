"""The colours of both themes, and the palette and stylesheet made of them.

Invariant: text colours have at least 4.5 : 1 contrast on the surfaces they are used on.
"""

from typing import NamedTuple

from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from workbench.host.dirs import resource

_ICONS = ("tick", "clear", "down", "up")


class ThemeTokens(NamedTuple):
    """One theme's colours as #rrggbb."""

    surface: str
    """Editor, lanes, header, dialogs."""
    sunken: str
    """Side bar, values, status bar."""
    line: str
    """Separators."""
    border: str
    """Edges of buttons, fields and pills."""
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_hover: str
    selected: str
    """Selected row, active view."""
    hover: str
    gold: str
    """Winners, and nothing else."""
    gold_soft: str
    green: str
    green_soft: str
    red: str
    red_soft: str
    violet: str
    """Variables."""
    violet_soft: str
    teal: str
    """Structure inside prompts."""
    warn: str
    """Needs attention; another hue than gold, which is for winners."""
    warn_soft: str
    text_selection: str


LIGHT = ThemeTokens(
    surface="#ffffff",
    sunken="#f0f0ed",
    line="#e2e2dd",
    border="#d4d4ce",
    text="#1f2328",
    muted="#5f656f",
    accent="#3b5bdb",
    on_accent="#ffffff",
    accent_hover="#3350c4",
    selected="#e8ecfd",
    hover="#f5f5f2",
    gold="#935d08",
    gold_soft="#fdf4e1",
    green="#1f7a42",
    green_soft="#e3f4ea",
    red="#b92d20",
    red_soft="#fbe8e6",
    violet="#7c43b8",
    violet_soft="#f1e8fb",
    teal="#0b7285",
    warn="#a8430f",
    warn_soft="#fdece2",
    text_selection="#c8d3fa",
)
DARK = ThemeTokens(
    surface="#1c1d21",
    sunken="#17181b",
    line="#2d2f35",
    border="#3a3d45",
    text="#e4e5e7",
    muted="#9ba1ab",
    accent="#8aa0ff",
    on_accent="#14161c",
    accent_hover="#9fb1ff",
    selected="#262c47",
    hover="#24262b",
    gold="#f0bf57",
    gold_soft="#362d19",
    green="#6fd196",
    green_soft="#193326",
    red="#ff8a80",
    red_soft="#3d1f1e",
    violet="#bd93f3",
    violet_soft="#30264a",
    teal="#66d3e4",
    warn="#f5a06b",
    warn_soft="#3a251a",
    text_selection="#3a4680",
)


def palette_of(t: ThemeTokens) -> QPalette:
    """Return the palette of the tokens `t`."""
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


def stylesheet(t: ThemeTokens, size: float) -> str:
    """Return the application's stylesheet for a font of `size` points. Widgets opt in by the property `role`."""
    box = round(size * 1.4)
    small = QFont(QApplication.font())
    small.setPointSizeF(round(size - 1, 1))
    # Qt draws no rounded corners at all if they are higher than half of the label.
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
            "chip": f"{pill + 1}px",
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
QAbstractScrollArea::corner { background: transparent; border: none; }
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
QPushButton[role="step"], QPushButton[role="step-done"] {
    background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 2px 4px; text-align: left;
    color: @text;
}
QPushButton[role="step-done"] { color: @muted; }
QPushButton[role="step"]:hover, QPushButton[role="step-done"]:hover { background: @hover; }
QPushButton[role="step"]:focus, QPushButton[role="step-done"]:focus { border-color: @accent; }
QPushButton[role="overview"], QPushButton[role="overview-won"] {
    background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 1px 5px; color: @muted;
}
QPushButton[role="overview-won"] { color: @gold; }
QPushButton[role="overview"]:hover, QPushButton[role="overview-won"]:hover { background: @hover; color: @text; }
QPushButton[role="quiet"]:checked { color: @accent; }
QPushButton[role="quiet"]:disabled, QToolButton[role="quiet"]:disabled { color: @muted; }
QPushButton[role="link"] {
  background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; color: @accent;
}
QPushButton[role="link"]:hover { background: @hover; }
QPushButton[role="link"]:focus { border-color: @accent; }
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
QLineEdit[role="inline"] { padding: 0 3px; border-radius: 3px; }
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
QPushButton[role="chip"], QPushButton[role="chip-on"] {
  background: transparent; color: @text; border: 1px solid @border; border-radius: @chip; padding: 2px 9px;
  font-size: @small;
}
QPushButton[role="quiet-chip"] {
  background: transparent; color: @muted; border: 1px solid transparent; border-radius: @chip; padding: 2px 6px;
  font-size: @small;
}
QPushButton[role="quiet-chip"]:hover { background: @hover; color: @text; }
QPushButton[role="quiet-chip"]:focus { border-color: @accent; color: @text; }
QPushButton[role="quiet-chip"]::menu-indicator { image: none; width: 0; }
QPushButton[role="chip"]:hover { background: @hover; }
QPushButton[role="chip"]:checked, QPushButton[role="chip-on"] {
  background: @selected; color: @accent; border-color: @selected;
}
QPushButton[role="chip"]:focus, QPushButton[role="chip-on"]:focus { border-color: @accent; }
QPushButton[role="chip"]:disabled { background: transparent; color: @muted; }
QPushButton[role="chip"]::menu-indicator, QPushButton[role="chip-on"]::menu-indicator { image: none; width: 0; }
QLabel[role="pill-dashed"] {
  color: @muted; border: 1px dashed @muted; border-radius: @pill; padding: 1px 8px; font-size: @small;
}
QPushButton[role="pill-green"], QPushButton[role="pill-red"] {
  border: 1px solid transparent; border-radius: @pill; padding: 1px 8px; margin-left: 4px; font-size: @small;
}
QPushButton[role="pill-green"] { color: @green; background: @green_soft; }
QPushButton[role="pill-red"] { color: @red; background: @red_soft; }
QPushButton[role="pill-dashed"] {
  color: @muted; background: transparent; border: 1px dashed @muted; border-radius: @pill; padding: 1px 8px;
  margin-left: 4px; font-size: @small;
}
QPushButton[role="pill-green"]:hover, QPushButton[role="pill-green"]:focus { border-color: @green; }
QPushButton[role="pill-red"]:hover, QPushButton[role="pill-red"]:focus { border-color: @red; }
QPushButton[role="pill-dashed"]:hover, QPushButton[role="pill-dashed"]:focus { border: 1px solid @accent; }
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
