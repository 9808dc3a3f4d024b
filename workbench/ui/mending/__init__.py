"""What a person sees while the history is closed: a damaged one, and one that is restored, repaired or moved."""

from workbench.ui.mending.dialog import Mending

__all__ = ["Mending"]
