"""The list of techniques, and the form for one's own."""

from __future__ import annotations

from workbench.ui.features.techniques.dialog import TechniqueDialog
from workbench.ui.features.techniques.form import TechniqueForm

__all__ = ["TechniqueDialog", "TechniqueForm"]
