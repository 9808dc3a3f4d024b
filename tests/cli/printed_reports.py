"""Reads what `workbench test --json` prints."""

from __future__ import annotations

import json
from typing import Any


def reports_of(out: str) -> list[dict[str, Any]]:
    """Return the reports of the one document that was printed, after what other commands printed before it."""
    document = json.loads(out[out.index("{") :])
    assert set(document) == {"format", "reports"}
    assert {report["format"] for report in document["reports"]} <= {document["format"]}
    return list(document["reports"])


def report_of(out: str) -> dict[str, Any]:
    """Return the only report."""
    (report,) = reports_of(out)
    return report
