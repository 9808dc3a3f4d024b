"""The declaration of a format of test files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.suite_files import SuiteFiles


class SuiteFileError(Exception):
    """Raised for a file that cannot be read in its format; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class SuiteSheet:
    """A sheet of a workbook: its name, and its rows of texts from row 1 on, without empty cells at their ends.

    `kinds` are those of its cells: text, number, rounded (a number with more digits than shown), formatted (a number
    that is shown as a percentage or with leading zeros), date, truth.
    """

    name: str
    rows: Sequence[Sequence[str]]
    kinds: frozenset[str] = frozenset()


SheetReader = Callable[[bytes, str], SuiteSheet]
"""Reads a sheet of a workbook with limits on memory and time: the content of the file, and the sheet by its name or
number from 1, "" for the first. Raises SuiteFileProblemError."""


@dataclass(frozen=True, slots=True)
class SuiteSource:
    """A file of tests: its name in its folder, the files of that folder, and environment variables that its templates
    may use. Variables that hold keys are ignored even if they are given. `sheet` reads workbooks, None for not at all.
    """

    name: str
    files: SuiteFiles
    env: Mapping[str, str] = field(default_factory=dict)
    sheet: SheetReader | None = None


@dataclass(frozen=True, slots=True)
class SuiteFormat:
    """One format. `id` is its name in JSON documents, `title` and `help` are for people, `names` are usual file names.

    `recognise` looks at a file's name and first bytes. `read` raises SuiteFileError.
    """

    id: str
    order: int
    title: str
    help: str
    names: tuple[str, ...]
    recognise: Callable[[str, bytes], bool]
    read: Callable[[SuiteSource], ImportedSuite]
