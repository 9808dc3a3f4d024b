"""Formats of reports of decisions, one module each.

Invariant: equal reports give equal bytes, and all formats say the same. Nothing is decided or computed: sentences and
figures are those of the decision. Names of models, versions and prompts can neither break the format nor become markup.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.decision_reports.report_format import DecisionFormat
from workbench.formats.format_rows import rows_of

FORMATS: Mapping[str, DecisionFormat] = {row.id: row for row in rows_of(__name__, __path__, DecisionFormat)}
"""Formats by id, in display order."""
