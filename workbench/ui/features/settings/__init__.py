"""The settings dialog: keys, endpoints, appearance.

Invariant: the dialog owns no setting; it shows what its source says and hands over what the person did.
"""

from workbench.app.settings.entries import SettingsSource
from workbench.ui.features.settings.dialog import SettingsDialog

__all__ = ["SettingsDialog", "SettingsSource"]
