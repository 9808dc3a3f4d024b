"""Every import format is whole: a module without a row, or a row without a part, is found here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.formats.import_samples import OTHERS, SAMPLES, SampleFile
from workbench.cli.main import main
from workbench.formats import imports
from workbench.formats.imports import file_filter, formats, importable, recognised, supported
from workbench.formats.imports.format import ImportFormat
from workbench.formats.imports.pack import FORMAT as PACK

SHARED = {"__init__", "format", "promptfoo_settings"}
FORMATS = formats()


def test_each_module_defines_one_format() -> None:
    files = {path.stem for path in Path(imports.__file__).parent.glob("*.py")}
    assert len(files - SHARED) == len(FORMATS)
    assert len({row.order for row in FORMATS.values()}) == len(FORMATS)
    assert [row.id for row in importable()][:3] == ["workbench", "llm", "promptfoo"]


@pytest.mark.parametrize("row", FORMATS.values(), ids=FORMATS)
def test_each_format_is_complete(row: ImportFormat) -> None:
    assert re.fullmatch(r"[a-z0-9_-]+", row.id)
    assert row.title
    assert re.match(r"(a|an|another|the) ", row.noun), "it stands in a sentence"
    assert row.help
    assert not row.help.endswith(".")
    assert all(re.fullmatch(r"\.[a-z0-9]+", extension) for extension in row.extensions)
    assert (row.read is not None) == (row.brings == "runs")
    assert bool(row.instead) == (row.brings not in ("runs", "history"))
    assert not row.instead or re.fullmatch(r"is an? .*", row.instead)
    assert bool(row.limit_bytes) == bool(row.if_larger)
    assert not row.if_larger or row.if_larger.endswith(".")
    assert row.patterns or row.brings in ("text", "nothing"), "a file dialog can show its files"
    assert all(row.fits(Path(f"Any{extension.upper()}")) for extension in row.extensions)
    assert all(row.fits(Path("folder", name)) for name in row.names)


def test_every_format_has_a_sample() -> None:
    assert SAMPLES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_recognised_by_its_content(name: str) -> None:
    found = recognised(SAMPLES[name])
    assert found is not None
    assert found.id == name


@pytest.mark.parametrize("file", OTHERS, ids=map(str, range(len(OTHERS))))
def test_other_files_have_no_format(file: SampleFile) -> None:
    assert recognised(file) is None


def test_manifest_is_recognised_as_its_pack() -> None:
    assert recognised(SampleFile(b"format: 1\n", Path("bots/pack.yaml"))) is PACK
    assert recognised(SampleFile(SAMPLES["pack"].start.replace(b"pack.yaml", b"a/packyml"))) is None


def test_supported_formats_are_joined_as_a_list() -> None:
    assert supported() == ", ".join(row.noun for row in importable()[:-1]) + f" and {importable()[-1].noun}"


def test_file_dialog_filter_includes_all_formats() -> None:
    assert file_filter((*importable(), PACK)) == (
        "Importable files (*.db *.sqlite *.sqlite3 *.json *.yaml *.yml *.promptpack *.zip pack.yaml);;All files (*)"
    )
    assert PACK.filter == "Pack (*.promptpack *.zip pack.yaml);;All files (*)"


def test_terminal_help_lists_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "import", "--help"]) == 0
    listed = capsys.readouterr().out.partition("files to import:\n")[2].splitlines()
    assert [line.split(maxsplit=1) for line in listed[: len(importable())]] == [
        [row.id, row.help] for row in importable()
    ]
    assert "llm        the logs.db of llm" in "\n".join(listed)
