"""Configurations of promptfoo, which bring a prompt with its cases, checks and columns.

Invariant: the formats of `formats.suites` read the file; this row only says that it can be imported.
"""

from __future__ import annotations

from workbench.formats import suites
from workbench.formats.imports.format import ImportFile, ImportFormat, is_text


def recognise(file: ImportFile) -> bool:
    """Whether a file is one of tests."""
    return is_text(file) and suites.recognised(file.path.name, file.start) is not None


FORMAT = ImportFormat(
    id="tests",
    order=35,
    title="promptfoo configuration",
    noun="a promptfoo configuration",
    help="promptfooconfig.yaml: a prompt with its versions, cases, checks and columns",
    brings="tests",
    recognise=recognise,
    extensions=(".yaml", ".yml", ".json"),
    instead="is a file of tests. Use “Import from promptfoo or other tools…”, or the command: workbench import",
)
