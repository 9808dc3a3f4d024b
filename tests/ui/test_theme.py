"""Contrast of both themes, and isolation: the theme of one test does not affect the next."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import theme
from tests.ui.looks import change_mode, change_scale
from workbench.ui.widgets.stylesheet import _SHEET as SHEET
from workbench.ui.widgets.theme import DARK, LIGHT, Mode, Theme, ThemeTokens, set_role

__all__ = ["theme"]

ENOUGH, SEEN = 4.5, 3.0
USED_ON = {
    "text": "surface sunken selected hover text_selection warn_soft red_soft gold_soft violet_soft",
    "muted": "surface sunken selected hover gold_soft",
    "accent": "surface sunken selected hover",
    "on_accent": "accent accent_hover",
    "gold": "surface sunken selected gold_soft",
    "green": "surface sunken selected hover gold_soft green_soft",
    "red": "surface sunken selected hover gold_soft red_soft",
    "violet": "surface sunken selected hover gold_soft violet_soft warn_soft",
    "teal": "surface sunken selected gold_soft",
    "warn": "surface selected warn_soft",
}


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_matches_known_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", USED_ON)
def test_text_has_enough_contrast_on_its_backgrounds(tokens: ThemeTokens, ink: str) -> None:
    for ground in USED_ON[ink].split():
        assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= ENOUGH, f"{ink} on {ground}"


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_stylesheet_rule_has_enough_contrast(tokens: ThemeTokens) -> None:
    names = set(ThemeTokens._fields)
    seen = 0
    for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", SHEET):
        said = dict(re.findall(r"(?:^|[;\s])(color|background|border-color|selection-color): @(\w+);", f"{rule};"))
        ink, ground = said.get("color"), said.get("background", "surface")
        if ink in names and ground in names:
            seen += 1
            assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= ENOUGH, selector.strip()
        # Focus marks and edges of controls need the contrast of graphics, not of text.
        if ":focus" in selector and (edge := said.get("border-color")) in names:
            assert contrast(getattr(tokens, str(edge)), tokens.surface) >= SEEN, selector.strip()
    assert seen > 20


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_placeholder_text_has_the_opaque_muted_colour(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    change_mode(theme, mode)
    for field in (QLineEdit(), QPlainTextEdit()):
        qtbot.addWidget(field)
        field.show()
        hint = field.palette().color(QPalette.ColorRole.PlaceholderText)
        assert hint.name(hint.NameFormat.HexArgb) == f"#ff{theme.tokens.muted[1:]}"


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("kind", [QPushButton, QToolButton])
def test_disabled_buttons_have_enough_contrast(qtbot: QtBot, theme: Theme, mode: Mode, kind: type[QWidget]) -> None:
    change_mode(theme, mode)
    for role in ("", "quiet", "primary"):
        button = kind()
        qtbot.addWidget(button)
        set_role(button, role)
        button.setEnabled(False)
        button.show()
        ink = button.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText).name()
        assert contrast(ink, theme.tokens.sunken) >= ENOUGH, role


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_control_shows_a_focus_ring(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    change_mode(theme, mode)
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    roles = ("", "primary", "quiet", "quiet-strong", "pill-warn")
    controls: list[QWidget] = [QPushButton("Press") for _ in roles]
    for button, role in zip(controls, roles, strict=True):
        set_role(button, role)
    tool, choice, area = QToolButton(), QComboBox(), QPlainTextEdit("text")
    tool.setText("⋯")
    set_role(tool, "quiet")
    set_role(area, "field")
    choice.addItem("not set")
    controls += [tool, choice, area, QLineEdit("text")]
    elsewhere = QLineEdit()
    for widget in (QLabel("Controls"), *controls, elsewhere):
        layout.addWidget(widget)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    for control in controls:
        elsewhere.setFocus()
        before = control.grab().toImage()
        control.setFocus()
        edge = control.grab().toImage()
        ring = [(x, y) for x in range(edge.width()) for y in (0, edge.height() - 1)]
        assert any(edge.pixel(x, y) != before.pixel(x, y) for x, y in ring), control.property("role")
        if control.property("role") == "primary":
            # A single line around a filled button is not seen as a ring, least of all a light one on a light accent.
            middle = edge.width() // 2
            assert edge.pixel(middle, 1) != before.pixel(middle, 1)
            assert edge.size() == before.size()


def test_reduced_motion_stops_caret_blinking_and_is_reversible(qapp: QApplication, theme: Theme) -> None:
    hints = qapp.styleHints()
    before = hints.cursorFlashTime()
    theme.set_motion("reduced")
    assert hints.cursorFlashTime() == 0
    assert not qapp.isEffectEnabled(Qt.UIEffect.UI_AnimateMenu)
    theme.set_motion("system")
    assert hints.cursorFlashTime() == before


def test_changes_made_in_one_turn_are_applied_once(qapp: QApplication, theme: Theme) -> None:
    looks: list[tuple[bool, float]] = []
    normal = qapp.font().pointSizeF()
    theme.changed.connect(lambda: looks.append((theme.is_dark, round(theme.font().pointSizeF() / normal, 2))))
    for step in range(1, 9):
        theme.set_scale(1 + step / 10)
        assert theme.scale == 1 + step / 10
    assert theme.color("text").name() == LIGHT.text
    change_mode(theme, "dark")
    assert looks == [(True, 1.8)]
    change_mode(theme, "light")
    assert looks == [(True, 1.8), (False, 1.8)]


@pytest.mark.parametrize("turn", [1, 2])
def test_large_font_does_not_leak_into_the_next_test(qapp: QApplication, turn: int, first_sizes: list[float]) -> None:
    first_sizes.append(qapp.font().pointSizeF())
    assert len(set(first_sizes)) == 1
    made = Theme(qapp, "light", 2.0)
    assert qapp.font().pointSizeF() > first_sizes[0]
    made.deleteLater()


@pytest.fixture(scope="module")
def first_sizes() -> list[float]:
    return []


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
def test_pills_are_round_at_every_text_size(qtbot: QtBot, theme: Theme, scale: float) -> None:
    change_scale(theme, scale)
    window = QWidget()
    qtbot.addWidget(window)
    pill = QLabel("built in")
    set_role(pill, "pill-red")
    QVBoxLayout(window).addWidget(pill)
    window.show()
    picture, place = window.grab().toImage(), pill.geometry()
    ground = picture.pixelColor(place.center().x(), place.top() + 1)
    assert ground == QColor(theme.tokens.red_soft)
    assert picture.pixelColor(place.topLeft()) != ground, "with too large a radius Qt paints square corners"
    change_scale(theme, 1.0)


class _Counted(QObject):
    """Counts how often widgets are told of a theme change."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        kinds = (QEvent.Type.StyleChange, QEvent.Type.FontChange, QEvent.Type.PaletteChange)
        self.count += event.type() in kinds and watched.isWidgetType()
        return False


@pytest.mark.parametrize(
    "change", [lambda t: change_mode(t, "dark"), lambda t: change_scale(t, 1.3)], ids=["mode", "scale"]
)
def test_theme_change_notifies_each_widget_only_a_few_times(
    change: Callable[[Theme], None], theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    rows = QVBoxLayout(top)
    for _ in range(20):
        box = QWidget()
        rows.addWidget(box)
        row = QVBoxLayout(box)
        button, label, field = QPushButton("one"), QLabel("two"), QPlainTextEdit()
        for made, role in ((button, "quiet"), (label, "small"), (field, "")):
            set_role(made, role)
            row.addWidget(made)
    top.show()
    qtbot.waitExposed(top)
    counted = _Counted()
    qapp.installEventFilter(counted)
    change(theme)
    qapp.removeEventFilter(counted)
    # Changing a stylesheet while it is applied notifies each widget ten times.
    assert counted.count / len(qapp.allWidgets()) < 6
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == theme.tokens.muted
    assert field.palette().color(QPalette.ColorRole.Base).name() == theme.tokens.surface
    assert field.font().pointSizeF() == pytest.approx(theme.font().pointSizeF())
