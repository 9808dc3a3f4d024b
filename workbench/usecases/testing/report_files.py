"""Writing test reports to files.

Invariant: a file gets its name once it is complete, so that a pipeline never reads half of one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.core.testing.report import ReportCells, SuiteReport
from workbench.formats.test_reports import FORMATS
from workbench.usecases.exchange.exporter import whole_file
from workbench.usecases.problems import RefusedError


def check_target(target: Path) -> None:
    """Refuse a file that cannot be written, before a test is paid for. Raises RefusedError."""
    if target.is_dir():
        raise RefusedError(f"{target} is a folder. Name a file in it.")
    if target.exists() and not target.is_file():
        # It would be replaced by a file.
        raise RefusedError(f"{target} is a device or a pipe. Name a file.")
    if not target.absolute().parent.is_dir():
        raise RefusedError(f"There is no folder {target.absolute().parent}. Make it, or choose another one.")


def write_report(report: SuiteReport, cells: Callable[[], ReportCells], format_: str, target: Path) -> None:
    """Write a report in a format of `test_reports`, in place of an existing file.

    Raises RefusedError, HostError, StoreError.
    """
    check_target(target)
    with whole_file(target.absolute(), replace=True) as file:
        for piece in FORMATS[format_].write(report, cells):
            file.write(piece)
