"""Writing reports of decisions to files.

Invariant: a file gets its name once it is complete.
"""

from __future__ import annotations

from pathlib import Path

from workbench.core.decide.report import DecisionReport
from workbench.formats.decision_reports import FORMATS
from workbench.usecases.exchange.exporter import whole_file
from workbench.usecases.testing.report_files import check_target


def write_decision(report: DecisionReport, format_: str, target: Path) -> None:
    """Write a report in a format of `decision_reports`, in place of an existing file.

    Raises RefusedError, HostError.
    """
    check_target(target)
    with whole_file(target.absolute(), replace=True) as file:
        for piece in FORMATS[format_].write(report):
            file.write(piece)
