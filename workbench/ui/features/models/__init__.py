"""The model picker: one search field over every model that a lane can use.

Invariant: the picker changes nothing; what the person chose leaves it as one `Choice`.
"""

from workbench.app.models.entries import UNCHANGED, Choice, PickerSource
from workbench.ui.features.models.dialog import ModelPicker

__all__ = ["UNCHANGED", "Choice", "ModelPicker", "PickerSource"]
