"""Reading files of tests of other tools, with the files beside them.

Invariant: only regular files in the folder of the file are read, nothing in them is run, and workbooks are read in a
process with limits on memory and time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from workbench.core.testing.case_table import TableError, watch_nothing
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.engine.sheets.client import read_sheet
from workbench.formats.suites import recognised
from workbench.formats.suites.suite_files import FolderFiles, SuiteFileProblemError
from workbench.formats.suites.suite_format import SuiteFileError, SuiteFormat, SuiteSheet, SuiteSource
from workbench.host.processes import scrubbed_env
from workbench.usecases.problems import RefusedError

_START = 2**16
"""Bytes of a file that its format is recognised by."""


def format_of(path: Path) -> SuiteFormat | None:
    """Return the format of a file of tests, None if it is none. Raises OSError."""
    with path.open("rb") as file:
        return recognised(path.name, file.read(_START))


def title_of(path: Path) -> str:
    """Return what the format of a file is called, "" for an unknown one. Raises OSError."""
    row = format_of(path)
    return "" if row is None else row.title


def is_suite(path: Path) -> bool:
    """Whether a path is that of a file of tests; what cannot be read is none."""
    try:
        return path.is_file() and format_of(path) is not None
    except OSError:
        return False


def read_suite(path: Path, env: Mapping[str, str]) -> ImportedSuite:
    """Read a file of tests; `env` are the variables that its templates may use. Blocks.

    Raises RefusedError for a file that is not known or cannot be read.
    """
    try:
        row = format_of(path)
    except OSError as error:
        raise RefusedError(f"“{path.name}” cannot be read. Check its name and its permissions.", str(error)) from error
    if row is None:
        raise RefusedError(f"{path} is not a file of tests that is known. promptfoo's files are.")
    try:
        return row.read(
            SuiteSource(path.name, FolderFiles(path.parent), env, partial(_sheet, scrubbed_env(os.environ)))
        )
    except SuiteFileError as error:
        raise RefusedError(str(error)) from error


def _sheet(env: Mapping[str, str], body: bytes, name: str) -> SuiteSheet:
    # The child gets a copy, so that it reads what was checked, and not what a link leads to now.
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        copy = Path(folder) / "workbook"
        copy.write_bytes(body)
        try:
            found = read_sheet(copy, name, env, watch_nothing, any_sheet=True)
        except TableError as error:
            raise SuiteFileProblemError(f"cannot be read. {error}") from error
    return SuiteSheet(found.sheet, found.rows, found.kinds)
