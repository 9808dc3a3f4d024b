"""Every export format is complete: a module without a row, or a row without a part, fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.formats import exports
from workbench.formats.exports import FORMATS
from workbench.formats.exports.format import ExportContext, ExportFormat
from workbench.usecases.exchange.exporter import format_of

SHARED = {"__init__", "answer_table", "format"}
CONTEXT = ExportContext(title=lambda: "Runs", variables=lambda: (), style=lambda: "", test_report=lambda _: iter(()))


def test_each_module_defines_one_format() -> None:
    files = {path.stem for path in Path(exports.__file__).parent.glob("*.py")}
    assert len(files - SHARED) == len(FORMATS)
    assert len({row.order for row in FORMATS.values()}) == len(FORMATS)
    assert list(FORMATS)[:4] == ["jsonl", "csv", "md", "html"]


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.id)
def test_each_format_is_complete(row: ExportFormat) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", row.id)
    assert row.title
    assert row.help
    assert not row.help.endswith(".")
    assert row.extensions
    for extension in row.extensions:
        assert re.fullmatch(r"\.[a-z0-9]+", extension)
        assert format_of(Path(f"Runs{extension.upper()}")) == row.id, "the extension belongs to one format"
    assert isinstance("".join(row.write([], CONTEXT)), str)
    assert row.filter == f"{row.title} (*{row.extensions[0]})"


def test_file_name_without_a_known_extension_has_no_format() -> None:
    assert [format_of(Path(name)) for name in ("runs", "runs.", ".csv", "runs.xml")] == [None] * 4


def test_terminal_help_lists_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "export", "--help"]) == 0
    helped = capsys.readouterr().out
    assert f"--format {{{','.join(FORMATS)}}}" in helped
    assert [line.split(maxsplit=1) for line in helped.splitlines()[-len(FORMATS) - 1 : -1]] == [
        [row.id, row.help] for row in FORMATS.values()
    ]
    assert "\njsonl  one line per answer, with everything and exact texts\ncsv    a table for" in helped
