"""Stores and restores the geometry of the window and its dividers.

Invariant: a state that no longer fits (another screen, another release) is ignored, never an error.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from workbench.host.settings import Settings

FIRST_SIZE = (1440, 900)
_BORDER = (16, 48)
"""Room for the window frame, whose size is unknown before the window is shown."""
MAIN, COMPOSE, SIDE, HISTORY, TEST = "main", "compose", "side", "history", "test"
"""Names of the dividers in the settings."""
SIDE_WIDTHS = (170, 226)
EDITOR_WIDTHS = (286, 470)
LANES_WIDTH = 566
"""Width that two lanes and the button beside them need to be readable."""
_ROOMY_SIDE, _ROOMY_EDITOR, _EDITOR_SHARE = 320, 820, 0.3
"""Maximum widths of side bar and editor on a very wide screen, and the editor's share of its view there."""


def enlarge(window: QWidget, size: QSize) -> None:
    """Make a shown window at least as large as `size`, around its centre and on its screen."""
    centre, screen = window.frameGeometry().center(), window.screen().availableGeometry()
    window.resize(window.size().expandedTo(size))
    place = window.frameGeometry()
    place.moveCenter(centre)
    place.moveRight(min(place.right(), screen.right()))
    place.moveBottom(min(place.bottom(), screen.bottom()))
    window.move(max(screen.left(), place.left()), max(screen.top(), place.top()))


def room(widget: QWidget) -> QSize:
    """Return the maximum size of a window on the screen of `widget`, its frame included."""
    return widget.screen().availableSize() - QSize(*_BORDER)


class PaneDivider(QSplitter):
    """A splitter of two parts. The first one's width is `rule(total width)` until the user moves the divider.

    The rule is asked only when both parts are there: it may read from them.
    """

    def __init__(self, rule: Callable[[int], int], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rule = rule
        self.is_by_hand = self.is_folded = False
        self._is_first_wanted = True
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # The base class would lay out both parts for sizes that are replaced immediately.
        if self.is_by_hand:
            super().resizeEvent(event)
        else:
            self.divide()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        # A part that needed more than the rule gives it may need less by now.
        is_asked = event.type() == QEvent.Type.LayoutRequest and self._is_whole()
        if is_asked and self.sizes()[0] != self._rule(self.width()):
            self.divide()
        return done

    def divide(self) -> None:
        """Apply the rule, unless the user moved the divider or a part is not there yet."""
        if not self.is_by_hand and self._is_whole():
            first = self._rule(self.width())
            self.setSizes([first, self.width() - first - self.handleWidth()])

    def fold(self, *, is_folded: bool) -> None:
        """Hide the first part, or show it again."""
        self.is_folded = is_folded
        self._show_first()

    def want_first(self, *, is_wanted: bool) -> None:
        """Set whether the shown view has the first part; a folded one stays hidden."""
        self._is_first_wanted = is_wanted
        self._show_first()

    def _is_whole(self) -> bool:
        return self.count() == 2

    def _show_first(self) -> None:
        if (first := self.widget(0)) is not None:
            first.setVisible(self._is_first_wanted and not self.is_folded)
            if self._is_first_wanted and not self.is_folded:
                self.refresh()

    def _moved(self) -> None:
        self.is_by_hand = True


def side_width(window: int, scale: float = 1.0) -> int:
    """Return the width of the side bar, which is wider for larger text if there is room.

    Two lanes fit, as long as the lanes and the editor have their minimum widths.
    """
    spare = window - SIDE_WIDTHS[0] - EDITOR_WIDTHS[0] - LANES_WIDTH
    # With more room than two lanes and the editor need, names are shown in full.
    roomy = min(_ROOMY_SIDE, SIDE_WIDTHS[1] + max(0, window - FIRST_SIZE[0]) // 12)
    widest = round(roomy * max(1.0, (2 + scale) / 3))
    return min(widest, SIDE_WIDTHS[0] + max(0, spare // 2))


def editor_width(view: int) -> int:
    """Return the width of the editor in a view of editor and lanes."""
    widest = max(EDITOR_WIDTHS[1], min(_ROOMY_EDITOR, round(view * _EDITOR_SHARE)))
    return max(EDITOR_WIDTHS[0], min(widest, view - LANES_WIDTH))


def restore(window: QMainWindow, settings: Settings, dividers: Mapping[str, PaneDivider]) -> None:
    """Restore the geometry of the window and its main dividers; the size of a first window is limited to the screen."""
    window.resize(QSize(*FIRST_SIZE).boundedTo(room(window)))
    if settings.geometry:
        window.restoreGeometry(_bytes(settings.geometry))
    for name, divider in dividers.items():
        divider.is_by_hand = restore_divider(settings, name, divider)


def restore_divider(settings: Settings, name: str, splitter: QSplitter) -> bool:
    """Restore one divider; return False if no state is stored."""
    state = dict(settings.splitters).get(name)
    return state is not None and splitter.restoreState(_bytes(state))


def remember(window: QMainWindow, settings: Settings, splitters: Mapping[str, QSplitter]) -> Settings:
    """Return the settings with the current geometry; the stored state of missing dividers stays."""
    states = {name: _text(splitter.saveState()) for name, splitter in splitters.items()}
    return settings._replace(
        geometry=_text(window.saveGeometry()),
        splitters=tuple({**dict(settings.splitters), **states}.items()),
    )


def _bytes(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except ValueError:
        return QByteArray()


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()
