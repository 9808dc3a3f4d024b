"""What people take away of the history: lines of JSON, a table, a text, a page.

Invariant: equal runs give equal bytes, so nothing says when, where or by whom a file was written. Pieces come as the
runs do, so that a file of any size is written with the memory of one part of one run.

A format is a module with a row FORMAT. The file dialog, the terminal's choices and help, and what a name of a file asks
for are made of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.exports.format import ExportFormat
from workbench.formats.format_rows import rows_of

FORMATS: Mapping[str, ExportFormat] = {row.id: row for row in rows_of(__name__, __path__, ExportFormat)}
"""By id, in the order in which they are offered; the first one is taken where nobody chose."""
