"""Export formats for the history: JSON Lines, CSV, Markdown and HTML.

Invariant: equal runs give equal bytes, so a file does not say when, where or by whom it was written. Writers stream:
memory is bounded by one part of one run, whatever the size of the file.

A format is a module with a row FORMAT. The file dialog, the terminal's choices and help, and the mapping from file
names to formats read these rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.exports.format import ExportFormat
from workbench.formats.format_rows import rows_of

FORMATS: Mapping[str, ExportFormat] = {row.id: row for row in rows_of(__name__, __path__, ExportFormat)}
"""Formats by id, in display order; the first is the default."""
