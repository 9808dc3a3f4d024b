"""What is chosen for an import and brings no runs is refused with what to do instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.formats.import_samples import SAMPLES
from workbench.formats.imports import formats, supported
from workbench.formats.imports.format import ImportFormat
from workbench.store.merging.foreign_database import ReadingHalt
from workbench.ui.composition import FEATURES
from workbench.usecases.exchange.sources import opened
from workbench.usecases.problems import RefusedError

ELSEWHERE = [row for row in formats().values() if row.instead]


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row.id)
def test_files_opened_elsewhere_are_refused_with_directions(row: ImportFormat, tmp_path: Path) -> None:
    path = tmp_path / "chosen"
    path.write_bytes(SAMPLES[row.id].start)
    with pytest.raises(RefusedError) as caught, opened(path, tmp_path, ReadingHalt()):
        pass
    assert caught.value.sentence == f"“chosen” {row.instead}"


def test_unknown_format_is_refused_with_the_supported_ones(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("x")
    with pytest.raises(RefusedError) as caught, opened(path, tmp_path, ReadingHalt()):
        pass
    assert caught.value.sentence == f"“notes.txt” cannot be imported. Supported: {supported()}."


def test_commands_named_in_refusals_exist() -> None:
    titles = {command.title for command in FEATURES.commands()}
    named = {title for row in ELSEWHERE for title in re.findall("“([^”]+…)”", row.instead)}
    assert named
    assert named <= titles
