"""What a person sees while the history is closed: a damaged one, and one that is restored, repaired or moved."""

from workbench.ui.recovery.dialog import RecoveryDialog

__all__ = ["RecoveryDialog"]
