"""Where the window and its dividers were.

Invariant: a state that no longer fits (another screen, another release) is ignored, never an error.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtWidgets import QMainWindow, QSplitter

from workbench.host.settings import Settings

FIRST_SIZE = (1440, 900)
SIDE_WIDTH = 226
_BORDER = (16, 48)
"""Room for what the desktop draws around a window, which is not known before it is shown."""
MAIN, COMPOSE, SIDE = "main", "compose", "side"
"""The names of the dividers in the settings."""
EDITOR_WIDTH = 470
_NARROW_EDITOR = 280
_LANES_WIDTH = 380
"""What the lanes need at least: with less they would push the editor aside when they come."""


def restore(window: QMainWindow, settings: Settings, main: QSplitter, compose: QSplitter) -> None:
    """Bring the window and its two large dividers where they were, or where a first start wants them."""
    window.resize(QSize(*FIRST_SIZE).boundedTo(window.screen().availableSize() - QSize(*_BORDER)))
    if settings.geometry:
        window.restoreGeometry(_bytes(settings.geometry))
    width = window.width()
    side = min(SIDE_WIDTH, width - _NARROW_EDITOR - _LANES_WIDTH)
    editor = max(_NARROW_EDITOR, min(EDITOR_WIDTH, width - side - _LANES_WIDTH))
    if not restore_divider(settings, MAIN, main):
        main.setSizes([side, width - side])
    if not restore_divider(settings, COMPOSE, compose):
        compose.setSizes([editor, width - side - editor])


def restore_divider(settings: Settings, name: str, splitter: QSplitter) -> bool:
    """Bring one divider where it was; False when nobody knows."""
    state = dict(settings.splitters).get(name)
    return state is not None and splitter.restoreState(_bytes(state))


def remember(window: QMainWindow, settings: Settings, splitters: Mapping[str, QSplitter]) -> Settings:
    """Return the settings with the present geometry; dividers that are not there yet stay as they were."""
    states = {name: _text(splitter.saveState()) for name, splitter in splitters.items()}
    return replace(
        settings,
        geometry=_text(window.saveGeometry()),
        splitters=tuple({**dict(settings.splitters), **states}.items()),
    )


def _bytes(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except binascii.Error:
        return QByteArray()


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()
