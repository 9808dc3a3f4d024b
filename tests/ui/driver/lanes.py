"""Reads the displayed parts of a lane."""

from __future__ import annotations

from workbench.ui.features.lanes.header import TitleRow


def shown_pills(row: TitleRow) -> list[str]:
    """Return the pills that fit."""
    return [label.text() for label in row._pills if not label.isHidden()]
