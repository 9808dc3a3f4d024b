"""The lanes: answers next to each other, one column per lane.

Invariant: the view shows what it is given and asks by signals; it starts, stops, stores and judges nothing itself.
"""

from __future__ import annotations

from workbench.ui.features.lanes.view import LanesView

__all__ = ["LanesView"]
