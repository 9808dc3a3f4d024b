"""The user's own technique files: reading, saving, and broken ones."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.core.techniques import Technique
from workbench.formats.imports.technique_yml import LIMIT_BYTES
from workbench.host.dirs import ProductDirs, places
from workbench.usecases.problems import RefusedError
from workbench.usecases.techniques import Techniques

MINE = Technique("", "Role", "w", "h", "x", "system start", "You are ${1:x}.", own=True)


@pytest.fixture
def files(home: Path) -> Techniques:
    return Techniques(places(os.environ).make())


def test_own_techniques_are_last_and_never_overwrite_another(files: Techniques) -> None:
    first, second = files.save(MINE), files.save(replace(MINE, snippet="other"))
    assert (first.id, second.id) == ("role", "role-2")
    library = files.all()
    assert {one.id for one in library.techniques if one.own} == {"role", "role-2"}
    assert [t.own for t in library.techniques[-2:]] == [True, True]
    assert not library.problems
    changed = files.save(replace(first, name="Renamed"))
    assert changed.id == "role"
    assert [t.name for t in files.all().techniques if t.own] == ["Renamed", "Role"]
    files.remove(changed)
    assert {one.id for one in files.all().techniques if one.own} == {"role-2"}
    assert [path.name for path in files.folder.iterdir()] == ["role-2.yml"]


def test_broken_or_huge_file_is_skipped_and_named(files: Techniques) -> None:
    files.save(MINE)
    (files.folder / "big.yml").write_bytes(b"x" * (LIMIT_BYTES * 40))
    (files.folder / "bad.yml").write_text("name: [")
    library = files.all()
    assert {one.id for one in library.techniques if one.own} == {"role"}
    assert [problem.split(":")[0] for problem in library.problems] == ["bad.yml", "big.yml"]


def test_built_in_techniques_and_invalid_saves_are_refused(files: Techniques) -> None:
    with pytest.raises(RefusedError, match="cannot be removed"):
        files.remove(files.all().techniques[0])
    with pytest.raises(RefusedError, match="not saved"):
        files.save(replace(MINE, snippet="${1:open"))
    blocked = Techniques(ProductDirs(files.folder / "file", files.folder, files.folder, files.folder))
    files.save(MINE)
    (files.folder / "file").write_text("")
    with pytest.raises(Exception, match=r"cannot be"):
        blocked.save(MINE)


def test_both_yaml_extensions_are_read_and_kept(files: Techniques) -> None:
    made = files.save(replace(MINE, name="Mine"))
    (files.folder / "mine.yml").rename(files.folder / "mine.yaml")
    (files.folder / "bad.yaml").write_text("name: [")
    library = files.all()
    assert library.techniques[-1] == made
    assert [sentence.partition(":")[0] for sentence in library.problems] == ["bad.yaml"]
    files.save(replace(made, what="Else."))
    assert [path.name for path in sorted(files.folder.iterdir())] == ["bad.yaml", "mine.yaml"]
    (files.folder / "mine.yml").write_bytes((files.folder / "mine.yaml").read_bytes())
    assert "mine.yaml has the name of another file. Rename one of them." in files.all().problems


def test_pipe_in_the_folder_is_named_and_not_read(files: Techniques) -> None:
    files.save(MINE)
    os.mkfifo(files.folder / "pipe.yml")
    library = files.all()
    assert {one.id for one in library.techniques if one.own} == {"role"}
    assert "pipe.yml is not a file" in library.problems[0]
