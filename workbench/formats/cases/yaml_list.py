"""YAML: promptfoo's list of tests, or any list of maps.

Invariant: YAML 1.2, in which `NO`, dates and times are texts; numbers keep their spelling in values. Anchors, aliases
and tags are refused, because they can grow without bound.
"""

from __future__ import annotations

from workbench.core.testing.case_table import CaseTable, TableError, Watch
from workbench.formats.cases.encoded_text import decoded
from workbench.formats.cases.format import CaseFile, CaseFormat
from workbench.formats.cases.json_list import table_of_value
from workbench.formats.cases.spelled_values import from_yaml
from workbench.packs.errors import PackError
from workbench.packs.read_limits import ReadAllowance
from workbench.packs.yaml_reader import parse_any

LIMIT = 16 * 2**20
_MOST_VALUES = 1_000_000


def read(file: CaseFile, watch: Watch) -> CaseTable:
    """Return the table of a file."""
    return table_of_yaml(decoded(file.body()), watch)


def table_of_yaml(text: str, watch: Watch) -> CaseTable:
    """Return the table of a YAML text. Raises TableError and ReadingStoppedError."""
    watch(0)
    allowance = ReadAllowance(nodes=_MOST_VALUES)
    try:
        value = parse_any(text.encode("utf-8", "replace"), "The file", allowance)
    except PackError as error:
        if allowance.nodes < 0:
            raise TableError(f"The file has more than {_MOST_VALUES:,} values. Split it.") from error
        raise TableError(str(error)) from error
    return table_of_value(from_yaml(value), "item", watch)


FORMAT = CaseFormat(
    id="yaml",
    order=50,
    title="YAML",
    help="promptfoo's list of tests with vars, assert and description, also below tests of a config.",
    extensions=(".yaml", ".yml"),
    limit_bytes=LIMIT,
    read=read,
)
