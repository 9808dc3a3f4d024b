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
EDITOR_WIDTH = 470


def restore(window: QMainWindow, settings: Settings, splitters: Mapping[str, QSplitter]) -> None:
    """Bring window and dividers where they were, or where a first start wants them."""
    window.resize(*FIRST_SIZE)
    if settings.geometry:
        window.restoreGeometry(_bytes(settings.geometry))
    states = dict(settings.splitters)
    for name, splitter in splitters.items():
        if name in states:
            splitter.restoreState(_bytes(states[name]))
    if "main" not in states:
        splitters["main"].setSizes([SIDE_WIDTH, window.width() - SIDE_WIDTH])
    if "compose" not in states:
        splitters["compose"].setSizes([EDITOR_WIDTH, window.width() - SIDE_WIDTH - EDITOR_WIDTH])


def remember(window: QMainWindow, settings: Settings, splitters: Mapping[str, QSplitter]) -> Settings:
    """Return the settings with the present geometry."""
    return replace(
        settings,
        geometry=_text(window.saveGeometry()),
        splitters=tuple((name, _text(splitter.saveState())) for name, splitter in splitters.items()),
    )


def _bytes(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except binascii.Error:
        return QByteArray()


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()
