"""The declaration of a format of test files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.suite_files import SuiteFiles


class SuiteFileError(Exception):
    """Raised for a file that cannot be read in its format; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class SuiteSource:
    """A file of tests: its name in its folder, the files of that folder, and environment variables that its templates
    may use. Variables that hold keys are ignored even if they are given.
    """

    name: str
    files: SuiteFiles
    env: Mapping[str, str] = field(default_factory=dict)


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
