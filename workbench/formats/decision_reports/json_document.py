"""Write a decision as JSON for programs. The keys are described in docs/DECIDING.md.

Invariant: keys are only added within a `format`; a key is never left out: what is unknown is null. `code` is stable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from workbench.core.decide.report import DecisionReport
from workbench.formats.decision_reports.report_format import DecisionFormat

VERSION = 1


def write(report: DecisionReport) -> Iterator[str]:
    """Yield the document."""
    yield json.dumps(document(report), ensure_ascii=True, indent=1, allow_nan=False) + "\n"


def document(report: DecisionReport) -> dict[str, Any]:
    """Return the document: the facts of the report, then the parts of the decision by their names."""
    head = {
        "format": VERSION,
        "prompt": report.prompt,
        "made_on": report.made_on.isoformat(),
        "goals": _plain(report.goals),
        "cases": _plain(report.cases),
        "training": _plain(report.training),
        "runs": _plain(report.runs),
        "hand_over": _plain(report.hand_over),
    }
    return {**head, **_plain(report.decision)}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


FORMAT = DecisionFormat(
    id="json",
    order=30,
    title="JSON",
    help="one document for programs",
    extension=".json",
    write=write,
)
