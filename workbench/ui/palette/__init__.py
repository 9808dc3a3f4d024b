"""The palette: one list of everything that can be found and done."""

from workbench.ui.palette.dialog import PaletteDialog
from workbench.ui.palette.sources import sources

__all__ = ["PaletteDialog", "sources"]
