"""Recognises packs dragged over the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData


def pack_in(data: QMimeData) -> Path | None:
    """Return the single pack being dragged, None for anything else."""
    if not data.hasUrls():
        return None
    paths: Sequence[Path] = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if len(paths) != 1:
        return None
    from workbench.app.packs.pack_imports import pack_at

    return pack_at(paths[0])
