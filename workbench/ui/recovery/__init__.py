"""Dialogs for a closed history: a damaged one, and one being restored, repaired or moved."""

from workbench.ui.recovery.dialog import RecoveryDialog

__all__ = ["RecoveryDialog"]
