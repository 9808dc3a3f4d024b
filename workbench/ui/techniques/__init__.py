"""The list of techniques, and the form for one's own."""

from __future__ import annotations

from workbench.ui.techniques.dialog import TechniqueDialog
from workbench.ui.techniques.form import TechniqueForm

__all__ = ["TechniqueDialog", "TechniqueForm"]
