"""Where the window and its dividers were.

Invariant: a state that no longer fits (another screen, another release) is ignored, never an error.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from workbench.host.settings import Settings

FIRST_SIZE = (1440, 900)
SIDE_WIDTH = 226
MAIN, COMPOSE, SIDE = "main", "compose", "side"
"""The names of the dividers in the settings."""
EDITOR_WIDTH = 470


def restore(window: QMainWindow, settings: Settings, main: QSplitter, compose: QSplitter) -> None:
    """Bring the window and its two large dividers where they were, or where a first start wants them."""
    window.resize(*FIRST_SIZE)
    if settings.geometry:
        window.restoreGeometry(_bytes(settings.geometry))
    if not restore_divider(settings, MAIN, main):
        main.setSizes([SIDE_WIDTH, window.width() - SIDE_WIDTH])
    if not restore_divider(settings, COMPOSE, compose):
        compose.setSizes([EDITOR_WIDTH, window.width() - SIDE_WIDTH - EDITOR_WIDTH])


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
