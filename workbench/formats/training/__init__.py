"""Training file formats, one module each.

Invariant: a format is a module with a row FORMAT. The dialog, the terminal's help and the trainer read these rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.format_rows import rows_of
from workbench.formats.training.format import TrainingFormat

FORMATS: Mapping[str, TrainingFormat] = {row.name: row for row in rows_of(__name__, __path__, TrainingFormat)}
"""Formats by name, in display order; the first is the default."""
